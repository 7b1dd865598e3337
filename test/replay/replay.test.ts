/** `replay`: what today's rules make of stored news, and what of that is sent; nothing twice, nothing old. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { AttemptRecord, Delivery } from '../../src/delivery/delivery.ts';
import { FileDeliveries } from '../../src/outbox/file-deliveries.ts';
import { createIds } from '../../src/outbox/ids.ts';
import { openStore } from '../../src/outbox/store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { traceText } from '../../src/routing/trace.ts';
import { announcementOf } from '../destinations/render-support.ts';
import { runCommandLine } from '../support/command.ts';
import { attemptOf } from '../support/outbox.ts';

const DESTINATIONS = `
feeds: [{ name: tokyo, url: "ws://127.0.0.1:1", apiKey: "k" }]
destinations:
  bot: { type: webhook, url: "http://127.0.0.1:1/bot", forEach: ticker, body: { buy: "{{ ticker }}" } }
  board: { type: webhook, url: "http://127.0.0.1:1/board", maxAge: 1h }
  archive: { type: webhook, url: "http://127.0.0.1:1/archive", maxAge: false }
  chat: { type: telegram, botToken: "1234567890:AAH9fQk3mX7vT2pLwRz8sYbN4cJ6dE1gU0o", chatId: 1 }
store: { path: ./bridge.db }
`;

let folder = '';

function config(rules: string): void {
  writeFileSync(join(folder, 'config.yaml'), `${DESTINATIONS}rules:\n${rules}\n`);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  config('  - { name: all, match: {}, send: [chat] }');
});

const run = (...args: readonly string[]) =>
  runCommandLine(['replay', ...args, '-c', join(folder, 'config.yaml')]);

interface Shown {
  readonly summary: {
    readonly announcements: number;
    readonly sends: number;
    readonly byDestination: Readonly<Record<string, number>>;
    readonly leftOut: Readonly<Record<string, number>>;
    readonly elsewhere: number;
  };
  readonly queued?: readonly string[];
}

async function shown(...args: readonly string[]): Promise<Shown> {
  const { out, err, exitCode } = await run(...args, '--json');
  expect([exitCode, err]).toEqual([0, '']);
  return JSON.parse(out) as Shown;
}

type Row = Partial<Delivery> & { readonly destination: string; readonly record?: Partial<AttemptRecord> };

let ids: (nowMs: number) => string;

/** Announcements of so many ms ago, with these rows. */
async function stored(
  ...news: readonly {
    readonly agoMs: number;
    readonly rows?: readonly Row[];
    readonly fields?: Partial<Announcement>;
  }[]
): Promise<readonly Announcement[]> {
  const store = openStore(join(folder, 'bridge.db'), systemClock, () => undefined);
  ids = createIds(() => 0.5);
  const all = news.map(({ agoMs, rows = [], fields }) => {
    const receivedMs = systemClock.wallMs() - agoMs;
    const announcement = announcementOf({
      ...{
        id: ids(receivedMs),
        receivedMs,
        receivedTimestampUs: receivedMs * 1000,
        detectedTimestampUs: receivedMs * 1000,
        title: `news of ${agoMs}`,
        tickers: ['ABC'],
      },
      ...fields,
    });
    const deliveries = rows.map(({ record: _, ...row }, at) => ({
      ...{ id: `${announcement.id}-${at}`, content: newsOf(announcement), rule: 'all', template: undefined },
      ...{ ticker: undefined, importance: 1, expiresAtMs: undefined, ...row },
    }));
    store.outbox.record(newsOf(announcement), deliveries);
    const attempts = rows.flatMap(({ record }, at) => {
      const delivery = deliveries[at];
      return record === undefined || delivery === undefined ? [] : [attemptOf(delivery, record)];
    });
    store.outbox.settle(attempts);
    return announcement;
  });
  await store.close();
  return all;
}

const rowsOf = async () => {
  const { deliveries } = await listed();
  return deliveries.map(({ delivery, state, reason, byHandMs }) => ({
    ...{ destination: delivery.destination, ticker: delivery.ticker, state, reason },
    byHand: byHandMs !== undefined,
  }));
};

async function listed() {
  const answer = await new FileDeliveries(join(folder, 'bridge.db')).list({ limit: 50 });
  if (!answer.ok) throw new Error(answer.message);
  return answer.value;
}

const DELIVERED: Row['record'] = {};
const DEAD: Row['record'] = {
  state: 'dead',
  reason: 'server_error',
  outcome: 'retry server_error',
  status: 503,
};
const LOST: Row['record'] = { state: 'dead', reason: 'may_have_arrived', outcome: 'ambiguous timeout' };

test('a dry run compares then and now, and changes nothing', async () => {
  const [news] = await stored(
    { agoMs: 60_000, rows: [{ destination: 'bot', ticker: 'ABC', record: DELIVERED }] },
    { agoMs: 30_000, rows: [{ destination: 'chat', record: DELIVERED }] },
  );
  const { exitCode, out } = await run();
  expect(exitCode).toBe(0);
  expect(out).toContain(String(news?.id));
  expect(out).toMatch(/^\+ +chat +nothing +sent by rule "all"$/m);
  expect(out).toMatch(/^− +bot \(ABC\) +delivered +nothing: no rule asks for it$/m);
  expect(out).toContain('2 announcements: 1 goes elsewhere by the rules of today');
  expect(out).toContain('left out: 1 [delivered]');
  expect(out).toMatch(/Would send 1 delivery: chat 1\. Nothing was sent: --send sends\.$/);
  expect(await rowsOf()).toHaveLength(2);
});

test('--send queues it by hand, once, however often it is run', async () => {
  await stored({ agoMs: 60_000 }, { agoMs: 30_000, rows: [{ destination: 'chat', record: DELIVERED }] });
  const first = await shown('--since', '1h', '--send');
  expect(first.queued).toHaveLength(1);
  for (let n = 0; n < 2; n++) {
    const again = await shown('--since', '1h', '--send');
    expect(again).toMatchObject({ queued: [], summary: { leftOut: { pending: 1, delivered: 1 } } });
  }
  expect(await rowsOf()).toEqual([
    { destination: 'chat', ticker: undefined, state: 'delivered', reason: undefined, byHand: false },
    { destination: 'chat', ticker: undefined, state: 'pending', reason: 'replayed', byHand: true },
  ]);
  const { out } = await run('--since', '1h', '--send');
  expect(out).toMatch(/Nothing to send\.$/);
});

test('of two who ask at once, one queues it', async () => {
  await stored({ agoMs: 60_000 }, { agoMs: 50_000 });
  const both = await Promise.all([
    shown('--since', '1h', '--send'),
    run('--since', '1h', '--send', '--json'),
  ]);
  expect(await rowsOf()).toHaveLength(2);
  expect(both).toHaveLength(2);
});

test('what may have arrived, was cancelled or is muted is left out', async () => {
  config('  - { name: all, match: {}, send: [chat, board] }');
  await stored(
    { agoMs: 60_000, rows: [{ destination: 'chat', record: LOST }] },
    {
      agoMs: 50_000,
      rows: [{ destination: 'chat', record: { state: 'skipped', reason: 'discarded', attempt: 0 } }],
    },
    { agoMs: 40_000, rows: [{ destination: 'chat', record: DEAD }] },
    // The answer of a gateway: the program behind it may have acted.
    { agoMs: 30_000, rows: [{ destination: 'chat', record: { ...DEAD, status: 504 } }] },
  );
  await runCommandLine(['mute', 'board', '--for', '1h', '-c', join(folder, 'config.yaml')]);
  const { summary } = await shown('--since', '1h', '--send');
  expect(summary).toMatchObject({
    byDestination: { chat: 1 },
    leftOut: { may_have_arrived: 2, discarded: 1, muted: 4 },
  });
  expect((await rowsOf()).filter(({ state }) => state === 'pending')).toHaveLength(1);
});

test('one that failed goes again under its own id, one that arrived under another', async () => {
  await stored(
    { agoMs: 60_000, rows: [{ destination: 'chat', record: DEAD }] },
    { agoMs: 50_000, rows: [{ destination: 'chat', record: DELIVERED }] },
  );
  const before = await listed();
  await shown('--since', '1h', '--again', '--send');
  const after = await listed();
  expect(after.deliveries.map(({ state }) => state)).toEqual(['pending', 'delivered', 'pending']);
  const idsOf = ({ deliveries }: typeof after) => deliveries.map(({ delivery }) => delivery.id);
  expect(idsOf(after).slice(1)).toEqual(idsOf(before));
  expect(idsOf(after)[0]).toMatch(/^[0-9a-z]{18}-[0-9a-z]{10}$/);
});

test('nothing old is sent without --late, and no old order without --yes', async () => {
  config('  - { name: all, match: {}, send: [bot, archive, chat] }');
  await stored({ agoMs: 3 * 3_600_000 });
  const { summary } = await shown('--since', '1d', '--send');
  expect(summary).toMatchObject({ byDestination: { chat: 1 }, leftOut: { max_age: 1, old_order: 1 } });
  const refused = await run('--since', '1d', '--send', '--late');
  expect(refused).toMatchObject({ exitCode: 1, err: expect.stringContaining('Add --yes') });
  expect(refused.err).toContain('2 deliveries: bot 1, archive 1');
  expect(await rowsOf()).toHaveLength(1);
  expect((await shown('--since', '1d', '--send', '--late', '--yes')).queued).toHaveLength(2);
  const bot = (await listed()).deliveries.find(({ delivery }) => delivery.destination === 'bot');
  // Its age counts from now.
  expect(bot?.delivery.expiresAtMs).toBeGreaterThan(systemClock.wallMs() + 590_000);
});

test('a ticker that arrived says nothing of another, and news as a whole of all', async () => {
  config('  - { name: all, match: {}, send: [bot] }');
  await stored(
    {
      agoMs: 60_000,
      fields: { tickers: ['ABC', 'DEF'] },
      rows: [{ destination: 'bot', ticker: 'ABC', record: DELIVERED }],
    },
    { agoMs: 50_000, fields: { tickers: ['ABC', 'DEF'] }, rows: [{ destination: 'bot', record: DELIVERED }] },
  );
  expect((await shown('--since', '1h')).summary).toMatchObject({ sends: 1, leftOut: { delivered: 3 } });
});

test('a cooldown holds: by what was sent before, and of a kind the newest of the replay', async () => {
  config('  - { name: all, match: {}, send: [board], cooldown: { by: ticker, for: 1h } }');
  await stored(
    { agoMs: 180_000, fields: { tickers: ['SENT'] }, rows: [{ destination: 'board', record: DELIVERED }] },
    { agoMs: 120_000, fields: { tickers: ['SENT'] } },
    { agoMs: 60_000, fields: { tickers: ['ABC'] } },
    { agoMs: 30_000, fields: { tickers: ['ABC'] } },
  );
  const { summary } = await shown('--since', '1h', '--send');
  expect(summary).toMatchObject({ sends: 1, leftOut: { delivered: 1, cooldown: 2 } });
  const [newest] = (await listed()).deliveries;
  expect(newest).toMatchObject({
    state: 'pending',
    delivery: { content: { announcement: { tickers: ['ABC'] } } },
  });
});

test('where retention has deleted what was sent, nothing is sent again', async () => {
  config('  - { name: all, match: {}, send: [chat, board] }');
  const [news] = await stored({ agoMs: 60_000, rows: [{ destination: 'chat', record: DELIVERED }] });
  {
    using database = new DatabaseSync(join(folder, 'bridge.db'));
    const trace = traceText({
      ...{ digest: 'd', sinceMs: 0, ruleCount: 0, outcomes: [], matchedCount: 0, stoppedBy: undefined },
      ...{ planned: 1, withheld: [], furtherWithheld: 0 },
    });
    database.prepare('UPDATE announcements SET trace = ? WHERE id = ?').run(trace, String(news?.id));
  }
  expect((await shown('--since', '1h')).summary).toMatchObject({ sends: 1, byDestination: { board: 1 } });
  {
    using database = new DatabaseSync(join(folder, 'bridge.db'));
    database.exec('DELETE FROM deliveries');
  }
  expect((await shown('--since', '1h')).summary).toMatchObject({
    sends: 0,
    leftOut: { may_have_arrived: 2 },
  });
  expect((await shown('--since', '1h', '--again')).summary).toMatchObject({ sends: 2 });
});

test('stored twice, it is sent once', async () => {
  const fields = { title: 'twice', detectedTimestampUs: systemClock.wallMs() * 1000 };
  await stored({ agoMs: 60_000, fields }, { agoMs: 59_000, fields });
  expect((await shown('--since', '1h')).summary).toMatchObject({ sends: 1, leftOut: { pending: 1 } });
});

test('narrowed by destination, rule and news; by one id', async () => {
  config('  - { name: first, match: {}, send: [chat] }\n  - { name: second, match: {}, send: [board] }');
  const [one] = await stored(
    { agoMs: 60_000, fields: { publisher: 'upbit', title: 'one' } },
    { agoMs: 50_000, fields: { publisher: 'binance', title: 'two' } },
  );
  expect((await shown('--destination', 'board')).summary.byDestination).toEqual({ board: 2 });
  expect((await shown('--rule', 'first')).summary.byDestination).toEqual({ chat: 2 });
  expect((await shown('--exchange', 'binance')).summary.announcements).toBe(1);
  expect((await shown('--title', 'ONE', '--limit', '1')).summary.announcements).toBe(1);
  expect((await shown('--id', String(one?.id), '--send')).queued).toHaveLength(2);
  expect((await run('--limit', '1')).out).toContain('1 announcement, the newest; --limit takes more');
});

test.each([
  [['--send'], 2, '--send needs --since or --id'],
  [['--yes'], 2, '--yes is for --send'],
  [['--id', 'x', '--since', '1h'], 2, '--since cannot be combined with --id'],
  [['--id', 'x'], 1, 'There is no announcement or delivery x'],
  [['--destination', 'bord'], 1, 'did you mean "board"?'],
  [['--rule', 'al'], 1, 'did you mean "all"?'],
  [['--since', 'soon'], 2, 'must be a duration'],
])('%j is refused', async (args, exitCode, words) => {
  await stored({ agoMs: 60_000 });
  const refused = await run(...args);
  expect(refused.exitCode).toBe(exitCode);
  expect(refused.err).toContain(words);
  expect(await rowsOf()).toEqual([]);
});

test('a config with a problem has no rules to ask', async () => {
  await stored({ agoMs: 60_000 });
  config('  - { name: all, match: {}, send: [nobody] }');
  expect(await run('--since', '1h', '--send')).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('correct the config first'),
  });
});

test('interrupted, it says what is left, and the same command queues the rest', async () => {
  await stored(...Array.from({ length: 130 }, (_, n) => ({ agoMs: 130_000 - n * 1000 })));
  const stop = new AbortController();
  const args = ['replay', '--since', '1h', '--send', '-c', join(folder, 'config.yaml')];
  const first = await runCommandLine(args, { signal: stop.signal, onPrint: () => stop.abort() });
  expect(first).toMatchObject({ exitCode: 1, err: expect.stringContaining('[interrupted]') });
  expect((await shown('--since', '1h', '--send')).queued).toHaveLength(130);
  expect((await shown('--since', '1h', '--send')).queued).toHaveLength(0);
});
