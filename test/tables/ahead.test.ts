/** A reload reads no row of a table on the thread of the news, and comes to the same config as a start. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import type { TableReaders } from '../../src/config/file-tables.ts';
import { loadConfig } from '../../src/config/load.ts';
import { loadAhead } from '../../src/daemon/loading.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { TablesAhead } from '../../src/tables/ahead.ts';
import { keptPath, writeKept } from '../../src/tables/kept.ts';
import type { LiveTable } from '../../src/tables/live-table.ts';
import { isUrlTable } from '../../src/tables/options.ts';
import { PackedTable } from '../../src/tables/packed.ts';
import { TableThread } from '../../src/tables/thread.ts';
import { Folder } from '../support/outbox.ts';

const thread = new TableThread(systemClock);
afterAll(() => thread.close());

const configOf = (
  tables: string,
  names = 't',
) => `feeds: [{ url: "ws://127.0.0.1:1", apiKey: dsk_${'a1'.repeat(32)} }]
destinations: { bot: { type: webhook, url: "http://127.0.0.1:1/" } }
rules: [{ match: { ticker: { in: [${names}] } }, send: bot }]
tables: { ${tables} }
`;

const NEVER = new AbortController().signal;

class Bench extends Folder {
  loads = 0;

  write(name: string, text: string | Uint8Array): this {
    writeFileSync(this.file(name), text);
    return this;
  }

  /** As a start does. */
  atOnce() {
    return loadConfig({ file: this.file('config.yaml'), env: {} });
  }

  /** As a reload does; reading a table here fails the test. */
  load(tables: TableReaders | undefined) {
    this.loads++;
    const { config, problems, ...loaded } = loadConfig({
      ...{ file: this.file('config.yaml'), env: {}, tables },
      readFile: (path) => {
        if (/\.(csv|table)$/.test(path)) expect.fail(`${path} is read on the thread of the news`);
        return readFileSync(path);
      },
    });
    return config === undefined
      ? { ...loaded, problems: problems.map(({ message }) => message) }
      : { ...loaded, config };
  }

  async ahead(inForce: ReadonlyMap<string, LiveTable> = new Map()) {
    const ahead = new TablesAhead(inForce.values(), new Map(), thread);
    const loaded = await loadAhead((tables) => this.load(tables), ahead, NEVER);
    if (loaded === undefined) throw new Error('it was stopped');
    return loaded;
  }
}

const rowsOf = (table: LiveTable | undefined) => [...(table?.keys() ?? [])];

test('rows that have not changed are the very same; others come with the digest of their file', async () => {
  using bench = new Bench().write('config.yaml', configOf('t: { file: t.csv }, u: { file: u.csv }', 't, u'));
  bench.write('t.csv', 'ticker\nABC\n').write('u.csv', 'ticker\nXYZ\n');
  const first = bench.atOnce().config?.liveTables ?? new Map<string, LiveTable>();
  bench.write('u.csv', 'ticker\nXYZ\nDEF\n');
  const next = await bench.ahead(first);
  expect(bench.loads).toBe(1);
  const tables = 'config' in next ? next.config.liveTables : undefined;
  expect(tables?.get('t')?.rows?.packed).toBe(first.get('t')?.rows?.packed);
  expect(rowsOf(tables?.get('u'))).toEqual(['xyz', 'def']);
  expect(next.files).toEqual(bench.atOnce().files);
  expect(next.files?.filter(({ as, digest }) => as === 'table' && digest !== undefined)).toHaveLength(2);
});

test('a table that is new is read before the config is loaded again', async () => {
  using bench = new Bench()
    .write('config.yaml', configOf('t: { file: t.csv }'))
    .write('t.csv', 'a,b\nABC,1\n');
  const first = bench.atOnce().config?.liveTables;
  bench.write('config.yaml', configOf('t: { file: t.csv, value: b }'));
  const next = await bench.ahead(first);
  expect(bench.loads).toBe(2);
  expect('config' in next && next.config.liveTables.get('t')?.get('abc')).toBe('1');
});

test('kept rows of an address that is new are read there too', async () => {
  using bench = new Bench().write('config.yaml', configOf('t: { url: "http://127.0.0.1:1/t" }'));
  const options = bench.atOnce().config?.tables['t'];
  if (options === undefined || !isUrlTable(options)) throw new Error('it is from an address');
  writeKept(keptPath(bench.file('data/tables'), 't', options), {
    packed: PackedTable.of(new Map([['abc', 'ABC']])),
    asOfMs: 1,
  });
  const next = await bench.ahead();
  expect('config' in next && rowsOf(next.config.liveTables.get('t'))).toEqual(['abc']);
});

describe('what is wrong with a file is the same as at a start', () => {
  test.each<[string, string, string | Uint8Array | undefined]>([
    ['it does not exist', 't: { file: t.csv }', undefined],
    ['it is a folder', 't: { file: "." }', undefined],
    ['no such column', 't: { file: t.csv, key: tikcer }', 'ticker\nABC\n'],
    ['no rows', 't: { file: t.csv }', 'ticker\n'],
    ['too large', 't: { file: t.csv }', Buffer.alloc(20_000_001, 'A')],
    ['keys that come again', 't: { file: t.csv, value: b }', 'a,b\nABC,1\nabc,2\n,3\n'],
  ])('%s', async (_, table, content) => {
    using bench = new Bench().write('config.yaml', configOf(table));
    if (content !== undefined) bench.write('t.csv', content);
    const { problems, warnings, files } = bench.atOnce();
    const next = await bench.ahead();
    expect(next).toMatchObject({ warnings, files });
    expect('problems' in next ? next.problems : []).toEqual(problems.map(({ message }) => message));
    expect(problems.length + warnings.length).toBeGreaterThan(0);
  });
});

test('a config that needs another table each time is loaded a few times; then its table is read at once', async () => {
  using bench = new Bench();
  const given: boolean[] = [];
  const ahead = new TablesAhead([], new Map(), thread);
  const load = (tables?: TableReaders) => {
    given.push(tables !== undefined);
    const name = `${given.length}.txt`;
    bench.write(name, 'ABC\n').write('config.yaml', configOf(`t: { file: ${name} }`));
    const { config, problems, ...loaded } = loadConfig({ file: bench.file('config.yaml'), env: {}, tables });
    return {
      ...loaded,
      ...(config === undefined ? { problems: problems.map(String) } : { config }),
    } as ReturnType<Bench['load']>;
  };
  const loaded = await loadAhead(load, ahead, NEVER);
  expect(given).toEqual([true, true, true, false]);
  expect(loaded && 'config' in loaded && rowsOf(loaded.config.liveTables.get('t'))).toEqual(['abc']);
});

test('a stop does not wait for the rows', async () => {
  using bench = new Bench().write('config.yaml', configOf('t: { file: t.csv }')).write('t.csv', 'a\nABC\n');
  const stop = new AbortController();
  const ahead = new TablesAhead([], new Map(), {
    file: () => new Promise(() => undefined),
    kept: thread.kept,
  });
  const loaded = loadAhead((tables) => bench.load(tables), ahead, stop.signal);
  stop.abort();
  expect(await loaded).toBeUndefined();
});
