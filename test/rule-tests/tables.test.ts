/** Tests of rules that ask tables: the same result on every machine, whatever was fetched there. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { newsOf } from '../../src/delivery/content.ts';
import { openStore } from '../../src/outbox/store.ts';
import { keptPath, writeKept } from '../../src/tables/kept.ts';
import { isUrlTable } from '../../src/tables/options.ts';
import { PackedTable } from '../../src/tables/packed.ts';
import { announcementOf } from '../destinations/render-support.ts';
import { runCommandLine } from '../support/command.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Folder } from '../support/outbox.ts';

const CONFIG = `feeds: [{ apiKey: "\${KEY}" }]
destinations:
  bot: { type: webhook, url: "https://bot.bridge.test/x", forEach: ticker, maxAge: 5s, body: { symbol: '{{ ticker | lookup: "perps" }}' } }
  team: { type: webhook, url: "https://team.bridge.test/x" }
tables:
  perps: { url: "https://fapi.bridge.test/list", key: base, value: symbol }
  shares: { url: "https://fapi.bridge.test/shares" }
  never: [USDT, USDC]
  mine: { file: mine.csv }
rules:
  - { name: tradable, match: { ticker: { in: perps, not: { in: [never, shares] } } }, send: bot }
  - { name: mine, match: { ticker: { in: mine } }, send: team }
store: { path: ./bridge.db }
`;

const test_ = (name: string, more: string) =>
  `  - { name: ${name}, announcement: { publisher: upbit, ticker: FF, title: FF is listed }, ${more} }\n`;

class Bench extends Folder {
  constructor(tests = '') {
    super();
    writeFileSync(this.file('mine.csv'), 'ticker\nXYZ\n');
    this.config(tests);
  }

  config(tests: string): string {
    writeFileSync(this.file('config.yaml'), tests === '' ? CONFIG : `${CONFIG}tests:\n${tests}`);
    return this.file('config.yaml');
  }

  run(command: string, ...args: readonly string[]) {
    return runCommandLine([command, '-c', this.file('config.yaml'), ...args]);
  }

  /** As a bridge that has fetched them. */
  keep(name: string, rows: Readonly<Record<string, string>>): void {
    const { config } = loadConfig({ file: this.file('config.yaml'), env: { KEY: `dsk_${'a1'.repeat(32)}` } });
    const options = config?.tables[name];
    if (options === undefined || !isUrlTable(options)) throw new Error(`${name} is from an address`);
    mkdirSync(this.file('tables'), { recursive: true });
    const packed = PackedTable.of(new Map(Object.entries(rows)));
    writeKept(keptPath(this.file('tables'), name, options), { packed, asOfMs: 1 });
  }
}

test('a test gives rows of tables, of an address, a list or a file; they are its own', async () => {
  using bench = new Bench(
    [
      test_(
        'with a symbol',
        'tables: { perps: { ff: FFUSDT } }, expect: bot, expectPayload: { bot: { symbol: FFUSDT } }',
      ),
      test_('a share', 'tables: { perps: { FF: FFUSDT }, shares: [FF] }, expectNone: true'),
      test_('in the list of others', 'tables: { perps: [FF], never: [ff] }, expectNone: true'),
      test_('in the file', 'tables: { mine: [FF] }, expect: team'),
      test_('again without rows', 'expectNone: true'),
    ].join(''),
  );
  expect(await bench.run('test')).toEqual({ exitCode: 0, out: '✓ 5 tests passed', err: '' });
});

test('rows that a bridge has fetched do not decide; a failed test says how to give some', async () => {
  using bench = new Bench(test_('tradable', 'expect: bot'));
  bench.keep('perps', { ff: 'FFUSDT' });
  const { exitCode, out } = await bench.run('test');
  expect(exitCode).toBe(1);
  expect(out).toContain('in perps (from an address, so only a test itself gives rows of it (`tables`))');
});

test.each<[string, string, string]>([
  ['no such table', 'tables: { perp: [FF] }', 'there is no table perp'],
  ['no mapping', 'tables: [FF]', '`tables` must be a mapping: the name of a table, then its rows'],
  [
    'no rows',
    'tables: { perps: FF }',
    '`perps` must be a list of entries, or a mapping of entries with their values',
  ],
  ['no value', 'tables: { perps: { FF: [] } }', '`FF` must be text, a number or true or false'],
])('%s', async (_, tables, message) => {
  using bench = new Bench(test_('wrong', `${tables}, expectNone: true`));
  const { exitCode, err } = await bench.run('test');
  expect([exitCode, err]).toEqual([1, expect.stringContaining(message)]);
});

test('a recorded test has the rows that decided, and passes where nothing was fetched', async () => {
  using bench = new Bench();
  bench.keep('perps', { ff: 'FFUSDT', other: 'OTHERUSDT' });
  const clock = new FakeClock(Date.UTC(2026, 10, 25));
  const store = openStore(bench.file('bridge.db'), clock, () => undefined);
  const receivedMs = clock.wallMs();
  for (const [index, ticker] of ['FF', 'GG'].entries())
    store.outbox.record(
      newsOf(
        announcementOf({
          id: `a${index}`,
          tickers: [ticker],
          receivedMs,
          receivedTimestampUs: receivedMs * 1000,
        }),
      ),
      [],
    );
  await store.close();
  const { exitCode, out } = await bench.run('test', '--record', '2');
  expect(exitCode).toBe(0);
  const { tests } = parse(out) as { tests: { tables?: object; expect?: string[] }[] };
  expect(tests).toMatchObject([
    { tables: { perps: { FF: 'FFUSDT' } }, expect: ['bot'] },
    { expectNone: true },
  ]);
  expect(tests[1]?.tables).toBeUndefined();
  using elsewhere = new Bench(out.slice('tests:\n'.length));
  expect(await elsewhere.run('test')).toMatchObject({ exitCode: 0, out: '✓ 2 tests passed' });
});
