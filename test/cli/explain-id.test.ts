/** `explain --id`: what the rules said when an announcement was read, beside what they say now; from the store alone. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import { loadConfig } from '../../src/config/load.ts';
import { makeReady } from '../../src/daemon/ready-config.ts';
import { deliveriesOf, targetOf } from '../../src/intake.ts';
import { openStore } from '../../src/outbox/store.ts';
import { cellsOf } from '../../src/platform/cells.ts';
import { createTracer } from '../../src/routing/tracer.ts';
import { announcementOf } from '../destinations/render-support.ts';
import { runCommandLine } from '../support/command.ts';
import { FakeClock } from '../support/fake-clock.ts';

const START_MS = Date.UTC(2026, 10, 24, 18, 40, 57, 509);
const ID = '01m8a05k524gv0a0gh';
const REDACTED_ID = '01m8a05k524gv0b0gh';

const ENDS = `feeds:
  - { name: tokyo, url: "wss://cryptolisting.ws", apiKey: "dsk_${'4f'.repeat(32)}" }
destinations:
  bot: { type: webhook, url: "https://bot.mydomain.net/signal", maxAge: 5s, forEach: ticker, body: { buy: "{{ ticker }}USDT" } }
  team: { type: webhook, url: "https://team.mydomain.net/x", body: { title: "{{ title }}" } }
`;

const THEN = `${ENDS}rules:
  - { name: orders, match: { publisher: upbit, listingType: spot_listing, ticker: "*" }, send: [bot] }
  - { name: binance only, match: { publisher: binance }, send: [team], stop: true }
  - { name: korea, match: { publisher: [upbit, bithumb] }, send: [team, bot] }
  - { name: the rest, match: {}, send: [team] }
`;

/** One is changed, one has another name, one is gone, one is new. */
const NOW = `${ENDS}rules:
  - { name: orders, match: { publisher: upbit, listingType: spot_listing, title: { matches: "KRW 마켓" } }, send: [bot] }
  - { name: binance, match: { publisher: binance }, send: [team], stop: true }
  - { name: first look, match: { listingType: spot_listing }, send: [team], stop: true }
  - { name: the rest, match: {}, send: [team] }
`;

const before = { folder: process.cwd(), zone: process.env['TZ'] };
let folder = '';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'e-'));
  process.env['TZ'] = 'Asia/Tokyo';
  process.chdir(folder);
  writeFileSync('config.yaml', THEN);
  await read();
});
afterEach(() => {
  process.chdir(before.folder);
  if (before.zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before.zone;
  rmSync(folder, { recursive: true, force: true });
});

/** Two announcements, by the rules of `config.yaml`: to `bot` delivered, to `team` dead. */
async function read(): Promise<void> {
  const loaded = loadConfig({ file: 'config.yaml', env: {} });
  if (loaded.config === undefined) throw new Error(JSON.stringify(loaded.problems));
  const { config, router, kept, destinations } = makeReady({ ...loaded, config: loaded.config });
  const clock = new FakeClock(START_MS);
  const store = openStore(config.store.path, clock, () => undefined);
  const tracer = createTracer(config, router, START_MS - 3_600_000, kept);
  const targets = new Map(destinations.map((one) => [one.name, targetOf(one, () => undefined)]));
  const readOne = (id: string, fields: Partial<Announcement>) => {
    const receivedMs = START_MS - 60_000;
    const announcement = announcementOf({
      ...{ id, receivedMs, feed: 'tokyo', publisher: 'upbit', listingType: 'spot_listing' },
      ...{ tickers: ['ABC'], title: '에이비씨(ABC) BTC 마켓 디지털 자산 추가', ...fields },
    });
    const routing = router.route(announcement);
    const planned = deliveriesOf(announcement, routing.matches, targets, receivedMs);
    const { content, deliveries } = planned;
    store.outbox.recordAll([{ content, deliveries, traced: { ...planned, routing, tracer } }]);
    for (const { key = '', destination } of deliveries)
      store.outbox.settle([
        {
          ...{ deliveryKey: key, attempt: 1, startedMs: receivedMs + 3, durationMs: 5, detail: undefined },
          ...{ notBeforeMs: 0, plain: false },
          ...(destination === 'bot'
            ? { outcome: 'delivered', status: 200, state: 'delivered' as const, reason: undefined }
            : { outcome: 'reject gone', status: 404, state: 'dead' as const, reason: 'gone' as const }),
        },
      ]);
  };
  readOne(ID, {});
  readOne(REDACTED_ID, { redacted: true, title: '***', tickers: [] });
  await store.close();
}

const explain = async (id: string, columns?: number, ...more: readonly string[]) => {
  const options = columns === undefined ? {} : { columns };
  const { exitCode, out, err } = await runCommandLine(['explain', '--id', id, ...more], {
    clock: new FakeClock(START_MS),
    ...options,
  });
  const text = `${[out, err].filter((text) => text !== '').join('\n--- standard error\n')}\n--- exit code ${exitCode}\n`;
  return text.replaceAll(folder, '/here');
};

const json = async (id: string) => JSON.parse((await runCommandLine(['explain', '--id', id, '--json'])).out);

const change = (sql: string, ...values: readonly string[]) => {
  using database = new DatabaseSync(join(folder, 'data/listing-bridge.db'));
  database.prepare(sql).run(...values);
};

describe.each([
  ['same', THEN, ID],
  ['changed', NOW, ID],
  ['withheld', NOW, REDACTED_ID],
  ['broken-config', NOW.replace('match: {}', 'mach: {}'), ID],
])('%s', (name, config, id) => {
  test.each([80, 120, undefined])('at %s columns', async (columns) => {
    writeFileSync('config.yaml', config);
    const text = await explain(id, columns);
    await expect(text).toMatchFileSnapshot(`explain-id/${name}-${columns ?? 'pipe'}.txt`);
    if (columns !== undefined)
      for (const line of text.split('\n')) expect(cellsOf(line), line).toBeLessThanOrEqual(columns);
  });
});

test('regression: a rule of now that looks into a table is evaluated with it', async () => {
  const rule = '  - { name: coins, match: { ticker: { in: coins } }, send: [team] }';
  writeFileSync('config.yaml', `${ENDS}tables: { coins: [ABC] }\nrules:\n${rule}\n`);
  const { now } = await json(ID);
  expect(now.rules).toMatchObject([{ rule: 'coins', failing: [], sends: ['team'] }]);
  expect(now.deliveries).toEqual([{ destination: 'team', rule: 'coins' }]);
  expect(now.tables).toEqual(['coins (inline, 1 row)']);
  expect(await explain(ID)).toContain(
    'Tables have the rows of now, not those of then: coins (inline, 1 row).\n',
  );
});

describe('`deliveries show` names the rule, why it matched, and the rules that decided', () => {
  const show = (...args: readonly string[]) =>
    runCommandLine(['deliveries', 'show', ...args], { clock: new FakeClock(START_MS) });
  const DECIDED =
    /decided {6}by 4 rules [0-9a-f]{12}, in force since 2026-11-25 02:40:57.509 \+09:00; `listing-bridge explain --id \S+` shows what each said/;

  test('of an announcement, and of one delivery, by the rules of then', async () => {
    writeFileSync('config.yaml', NOW);
    const { out } = await show(ID);
    expect(out).toMatch(DECIDED);
    expect(out).toContain(
      'rule         orders\nbecause      publisher: wanted upbit, got "upbit"; listingType: wanted spot_listing, got "spot_listing"; ticker: wanted *, got "ABC"\n',
    );
    expect(out).toContain(
      'rule         korea\nbecause      publisher: wanted upbit or bithumb, got "upbit"\n',
    );
    const { announcement, deliveries } = JSON.parse((await show(ID, '--json')).out);
    expect(announcement).toBe(ID);
    expect(deliveries[0]).toMatchObject({
      delivery: { rule: 'orders' },
      decided: {
        ruleCount: 4,
        inForceSinceMs: START_MS - 3_600_000,
        rule: { rule: 'orders', matched: true },
      },
    });
    const one = await show(deliveries[0].delivery.id);
    expect(one.out).toMatch(DECIDED);
  });

  test('where the rules of then are gone, that is said', async () => {
    change('DELETE FROM rules');
    const { out } = await show(ID);
    expect(out).toContain('because      the rules of then are not in the store any more\n');
    expect(out).toMatch(DECIDED);
  });
});

test('as JSON: what each rule said, what was sent, what would be, and which rules differ', async () => {
  writeFileSync('config.yaml', NOW);
  const said = await json(ID);
  expect(said.announcement).toMatchObject({ id: ID, publisher: 'upbit' });
  expect(said.before).toMatchObject({
    ...{ inForceSinceMs: START_MS - 3_600_000, ruleCount: 4, matchedCount: 3, areRulesKept: true },
    ...{ planned: 2, withheld: [] },
  });
  const rows = (rules: readonly { rule: string; failing: string[]; sends: string[] }[]) =>
    rules.map(({ rule, failing, sends }) => [rule, failing, sends]);
  expect(rows(said.before.rules)).toEqual([
    ['orders', [], ['bot']],
    ['binance only', ['publisher'], []],
    ['korea', [], ['team', 'bot (already by "orders")']],
    ['the rest', [], ['team (already by "korea")']],
  ]);
  expect(rows(said.now.rules)).toEqual([
    ['orders', ['title'], []],
    ['binance', ['publisher'], []],
    ['first look', [], ['team']],
    ['the rest', [], []],
  ]);
  expect(said.differences).toEqual([
    { rule: 'orders', difference: 'changed' },
    { rule: 'binance only', difference: 'removed' },
    { rule: 'korea', difference: 'removed' },
    { rule: 'the rest', difference: 'changed' },
    { rule: 'binance', difference: 'added' },
    { rule: 'first look', difference: 'added' },
  ]);
  expect(said.now.deliveries).toEqual([{ destination: 'team', rule: 'first look' }]);
  expect(said.deliveries).toMatchObject([
    { delivery: { destination: 'bot', rule: 'orders' }, state: 'delivered', attemptList: [{ status: 200 }] },
    { delivery: { destination: 'team', rule: 'korea' }, state: 'dead', reason: 'gone' },
  ]);
});

test('a redacted announcement says which destination got nothing, and why', async () => {
  expect((await json(REDACTED_ID)).before.withheld).toEqual([{ destination: 'bot', reason: 'redacted' }]);
});

test('by a delivery, with blanks around it, and of a store that is named', async () => {
  const [{ delivery }] = (await json(ID)).deliveries;
  const byDelivery = await explain(` ${delivery.id} `);
  expect(byDelivery).toBe(await explain(ID));
  expect(await explain(ID, undefined, '--store', 'data/listing-bridge.db')).toBe(byDelivery);
});

test('an id that nothing has, and one of a delivery that is not there, whose announcement is', async () => {
  expect(await explain('nobody')).toMatch(
    /^There is no announcement or delivery nobody in the store\. .*exit code 1\n$/s,
  );
  expect(await explain(`${ID}-99`)).toMatch(
    new RegExp(`^There is no delivery ${ID}-99 .*explain --id ${ID}`),
  );
});

test('with what describes another announcement it is refused', async () => {
  expect(await explain(ID, undefined, '--ticker', 'ABC')).toMatch(
    /^--ticker cannot be combined with --id.*2\n$/s,
  );
  expect(await explain(ID, undefined, '--timing')).toMatch(/^--timing cannot be combined with --id/);
});

test.each([
  ['it was not written', null, /^then +what the rules said is not in the store: /m],
  ['it is damaged', '{"v":1,"c"', /^then +what the rules said cannot be read: /m],
  ['a later version wrote it', '{"v":99}', /^then +what the rules said cannot be read: /m],
])('%s: said in a sentence, beside what the rules say now', async (_, trace, sentence) => {
  change(`UPDATE announcements SET trace = ${trace === null ? 'NULL' : `'${trace}'`}`);
  const text = await explain(ID);
  expect(text).toMatch(sentence);
  expect(text).toMatch(/^orders +✓ → bot$/m);
  expect(text).toMatch(/exit code 0\n$/);
  expect((await json(ID)).before.why).toMatch(/^what the rules said/);
});

test('without the rules of then, or with some that this version does not understand, what was kept is shown', async () => {
  writeFileSync('config.yaml', NOW);
  for (const sql of [
    'DELETE FROM rules',
    `UPDATE rules SET body = X'00ff'`,
    // Read, and of another form.
    `UPDATE rules SET body = X'${Buffer.from('').toString('hex')}'`,
  ]) {
    change(sql);
    const { before: was } = await json(ID);
    expect(was.areRulesKept, sql).toBe(false);
    expect(was.rules.map((one: { failing: unknown }) => one.failing)).toEqual([[], ['publisher'], [], []]);
    expect(was.rules[1]).toMatchObject({ rule: 'rule 2', reasons: ['publisher: did not hold'] });
    expect(await explain(ID)).toMatch(/not in the store any more/);
  }
});

test('rules of then that say something else by now do not change what was kept', async () => {
  const text = String(
    (() => {
      using database = new DatabaseSync('data/listing-bridge.db');
      return database.prepare('SELECT trace FROM announcements WHERE id = ?').get(ID)?.['trace'];
    })(),
  );
  // A version that matched otherwise.
  change('UPDATE announcements SET trace = ?', text.replace('"r":"0100"', '"r":"1100"'));
  const { before: was } = await json(ID);
  expect(was.rules[0]).toMatchObject({ matched: false, reasons: ['publisher: did not hold'] });
});

test('an alert of the bridge has no rules', async () => {
  const alert = JSON.stringify({ ...JSON.parse(readBody()), alert: { headline: 'x', id: ID } });
  change('UPDATE announcements SET body = ? WHERE id = ?', alert, ID);
  expect(await explain(ID)).toMatch(/then +this is an alert/);
});

function readBody(): string {
  using database = new DatabaseSync('data/listing-bridge.db');
  return String(database.prepare('SELECT body FROM announcements WHERE id = ?').get(ID)?.['body']);
}

test('it changes nothing in the store', async () => {
  const bytes = () => readFileSync('data/listing-bridge.db').toString('base64');
  const was = bytes();
  await explain(ID);
  expect(bytes()).toBe(was);
});

describe('--feed and --age', () => {
  const explained = async (...flags: readonly string[]) =>
    runCommandLine(
      [
        'explain',
        '--publisher',
        'upbit',
        '--listing-type',
        'spot_listing',
        '--ticker',
        'ABC',
        '--title',
        'x',
        ...flags,
      ],
      { clock: new FakeClock(START_MS) },
    );

  test('rules with `feed` see it; one that the config does not have is an error', async () => {
    writeFileSync('config.yaml', THEN.replace('match: {}', 'match: { feed: tokyo }'));
    expect((await explained('--feed', 'tokyo')).out).toMatch(/✓ the rest/);
    expect((await explained()).out).toMatch(/feed: wanted tokyo, got "sample"/);
    const { err, exitCode } = await explained('--feed', 'tokio');
    expect(err).toMatch(
      /^No feed tokio: the config does not have it \(did you mean "tokyo"\?\); there is: tokyo, inject/,
    );
    expect(exitCode).toBe(2);
  });

  test('older than maxAge, nothing is sent there, and it says so; elsewhere nothing changes', async () => {
    const { out } = await explained('--age', '5s');
    expect(out).toMatch(
      /→ bot, by rule "orders": nothing \(maxAge: 5s; it was 5s old when it was received\)/,
    );
    expect(out).toMatch(/→ team, by rule "korea"\n {2}POST/);
    expect((await explained('--age', '4s')).out).toMatch(/→ bot for ABC, by rule "orders"\n {2}POST/);
  });

  test('the delay of a destination counts', async () => {
    writeFileSync('config.yaml', THEN.replace('maxAge: 5s', 'maxAge: 1m, delay: 40s'));
    expect((await explained('--age', '30s')).out).toMatch(
      /nothing \(maxAge: 1m; it was 30s old .* `delay` adds 40s\)/,
    );
    expect((await explained('--age', '10s')).out).toMatch(/→ bot for ABC/);
  });

  test('--store is for --id', async () => {
    expect(await explained('--store', 'x.db')).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/needs --id/),
    });
  });
});
