/** `deliveries retry`: within what is left of `maxAge`, by the bridge's own time, and never for a destination that is no more. */
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { findDelivery, retryDeliveries } from '../../src/outbox/queries.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import { openStore } from '../../src/outbox/store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { runCommandLine } from '../support/command.ts';
import { announcementAt, attemptOf, deliveriesOf } from '../support/outbox.ts';
import { Workplace } from '../support/program.ts';

const BASE_MS = Date.UTC(2026, 0, 1);
const KEY = `dsk_${'0'.repeat(64)}`;

function dead(expiresAtMs: number | undefined, ageAtReceiptMs = 0) {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  const outbox = new SqliteOutbox(database);
  const announcement = { ...announcementAt(0, BASE_MS), ageAtReceiptMs };
  const delivery = { ...deliveriesOf(announcement, 'bot')[0], expiresAtMs } as Delivery;
  outbox.record(newsOf(announcement), [delivery]);
  outbox.settle([attemptOf(delivery, { state: 'dead', reason: 'server_error' })]);
  return { database, id: delivery.id, end: () => findDelivery(database, delivery.id)?.delivery };
}

test('regression: what is past its maxAge is not sent again, to the millisecond', () => {
  const { database, id } = dead(BASE_MS + 5000);
  expect(retryDeliveries(database, [id], BASE_MS + 5000)).toEqual([]);
  expect(retryDeliveries(database, [id], BASE_MS + 4999)).toEqual([id]);
});

test('regression: a maxAge that was shortened since counts, with the age at receipt', () => {
  const { database, id, end } = dead(BASE_MS + 600_000, 2000);
  const maxAgeOf = () => 5000;
  expect(retryDeliveries(database, [id], BASE_MS + 3000, { maxAgeOf, isLate: false })).toEqual([]);
  expect(retryDeliveries(database, [id], BASE_MS + 2999, { maxAgeOf, isLate: false })).toEqual([id]);
  expect(end()).toMatchObject({ state: 'pending', delivery: { expiresAtMs: BASE_MS + 3000 } });
});

test.each([
  [5000, BASE_MS + 65_000],
  [false, undefined],
] as const)('--late: maxAge %s counts anew from now', (maxAge, expiresAtMs) => {
  const { database, id, end } = dead(BASE_MS + 5000);
  const maxAgeOf = () => maxAge;
  expect(retryDeliveries(database, [id], BASE_MS + 60_000, { maxAgeOf, isLate: true })).toEqual([id]);
  expect(end()).toMatchObject({ state: 'pending', delivery: { expiresAtMs }, byHandMs: BASE_MS + 60_000 });
});

const CONFIG = `feeds:
  - { name: tokyo, url: "ws://127.0.0.1:1", apiKey: ${KEY} }
destinations:
  bot: { type: webhook, url: "http://127.0.0.1:1/bot", maxAge: 1h }
  chat: { type: webhook, url: "http://127.0.0.1:1/chat", maxAge: 1h }
rules:
  - { name: all, match: {}, send: [bot, chat] }
store: { path: ./bridge.db }
`;

async function withDead(workplace: Workplace, receivedMs: number, ...destinations: readonly string[]) {
  const store = openStore(`${workplace.folder}/bridge.db`, systemClock, () => undefined);
  const announcement = announcementAt(0, receivedMs);
  const deliveries = deliveriesOf(announcement, ...destinations);
  store.outbox.record(newsOf(announcement), deliveries);
  store.outbox.settle(deliveries.map((one) => attemptOf(one, { state: 'dead', reason: 'gone' })));
  return { ids: deliveries.map(({ id }) => id), store };
}

test.each([[[]], [['--late']]])(
  'regression: of a removed destination it is refused, with the names there are: %j',
  async (flags) => {
    using workplace = new Workplace(CONFIG);
    const { ids, store } = await withDead(workplace, systemClock.wallMs() - 1000, 'bot', 'old');
    await store.close();
    const run = (...args: readonly string[]) =>
      runCommandLine(['deliveries', ...args, '-c', `${workplace.folder}/config.yaml`]);
    const [bot = '', old = ''] = ids;
    const { exitCode, err, out } = await run('retry', old, bot, ...flags);
    expect(exitCode).toBe(1);
    expect(err).toContain(
      `${old}: unchanged (the config has no destination old any more; there is: bot, chat)`,
    );
    expect(out).toContain('1 delivery queued');
    expect((await run('show', old)).out).toMatch(/state +dead\b.*\[gone\]/);
    expect(await run('retry', '--dead', ...flags)).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining(old),
    });
  },
);

test('regression: the bridge runs an hour behind the wall clock: an order of a second ago is not too late, and --late ends in the future', async () => {
  using workplace = new Workplace(CONFIG);
  const bridgeMs = systemClock.wallMs() - 2 * 3_600_000;
  const { ids, store } = await withDead(workplace, bridgeMs - 1000, 'bot', 'chat');
  store.outbox.keepAhead(-2 * 3_600_000);
  const run = (...args: readonly string[]) =>
    runCommandLine(['deliveries', ...args, '-c', `${workplace.folder}/config.yaml`]);
  const [bot = '', chat = ''] = ids;
  expect(await run('retry', bot)).toMatchObject({ exitCode: 0 });
  expect(await run('retry', '--dead', '--since', '10m', '--late')).toMatchObject({ exitCode: 0 });
  const rows = JSON.parse((await run('--since', '10m', '--json')).out) as {
    delivery: Delivery;
    state: string;
  }[];
  expect(rows.map(({ state }) => state)).toEqual(['pending', 'pending']);
  const endOf = (id: string) =>
    (rows.find(({ delivery }) => delivery.id === id)?.delivery.expiresAtMs ?? 0) - bridgeMs;
  expect(endOf(bot)).toBeLessThanOrEqual(3_600_000);
  expect(endOf(chat)).toBeGreaterThanOrEqual(3_600_000);
  expect(endOf(chat)).toBeLessThan(3_600_000 + 60_000);
  await store.close();
});

test.each([
  ['a gateway answered', 'dead', { outcome: 'retry server_error', status: 502 }, true],
  ['a redirect after which it may have acted', 'dead', { outcome: 'reject redirected', status: 302 }, true],
  ['no answer came, and it expired later', 'expired', { outcome: 'ambiguous timeout' }, true],
  ['it failed', 'dead', { outcome: 'retry server_error', status: 500 }, false],
] as const)(
  'regression: an earlier attempt decides whether it may have arrived: %s',
  async (_, state, attempt, isWarned) => {
    using workplace = new Workplace(CONFIG);
    const { ids, store } = await withDead(workplace, systemClock.wallMs() - 1000, 'bot');
    await store.close();
    const [id = ''] = ids;
    {
      using database = new DatabaseSync(`${workplace.folder}/bridge.db`);
      database.prepare('UPDATE deliveries SET state = ?').run(state);
      const { outcome, status = null } = { status: undefined, ...attempt };
      database.prepare('UPDATE attempts SET outcome = ?, status = ?').run(outcome, status);
    }
    const { err, out } = await runCommandLine([
      'deliveries',
      'retry',
      id,
      '-c',
      `${workplace.folder}/config.yaml`,
    ]);
    expect(out).toContain('1 delivery queued');
    expect(err.includes('may have arrived already')).toBe(isWarned);
  },
);

test('regression: what may have arrived is sent again with a warning; what is on the wire is not', async () => {
  using workplace = new Workplace(CONFIG);
  const { ids, store } = await withDead(workplace, systemClock.wallMs() - 1000, 'bot', 'chat', 'bot');
  const [lost = '', refused = '', flying = ''] = ids;
  await store.close();
  {
    using database = new DatabaseSync(`${workplace.folder}/bridge.db`);
    const set = database.prepare('UPDATE deliveries SET state = ?, reason = ? WHERE id = ?');
    set.run('dead', 'may_have_arrived', lost);
    set.run('dead', 'message_refused', refused);
    set.run('pending', 'under_way', flying);
  }
  const { exitCode, err, out } = await runCommandLine([
    ...['deliveries', 'retry', lost, refused, flying, '-c', `${workplace.folder}/config.yaml`],
  ]);
  expect(exitCode).toBe(1);
  expect(out).toContain('2 deliveries queued');
  expect(err).toContain('1 of 2 may have arrived already');
  expect(err).toContain(`${flying}: unchanged (it is on the wire, or was when the bridge ended`);
});
