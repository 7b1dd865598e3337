/** The operator's actions on deliveries: in the running bridge, and on its store when none runs. */
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { startDaemon } from '../../src/daemon/daemon.ts';
import { DeliveryOperator, type KnownDestinations } from '../../src/daemon/delivery-operator.ts';
import { UNDER_WAY } from '../../src/delivery/delivery.ts';
import { FileDeliveries } from '../../src/outbox/file-deliveries.ts';
import { openStore } from '../../src/outbox/store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { announcementAt, attemptOf, deliveriesOf } from '../support/outbox.ts';
import { Workplace } from '../support/program.ts';

const CONFIG = `feeds:
  - { name: one, url: "ws://127.0.0.1:1", apiKey: dsk_${'a1'.repeat(32)} }
destinations:
  bot: { type: webhook, url: "http://127.0.0.1:1/", warm: false, retry: { minDelay: 1h, maxDelay: 1h } }
rules: [{ name: all, match: {}, send: [bot] }]
store: { path: ./bridge.db }
server: false
shutdownTimeout: 500ms
`;

const nowMs = () => systemClock.monotonicMs();

/** One of each state, as an earlier life left them. */
async function leave(path: string) {
  const store = openStore(path, systemClock, () => undefined);
  const announcement = announcementAt(0, nowMs() - 1000);
  const made = deliveriesOf(announcement, 'bot', 'bot', 'bot', 'bot', 'removed');
  store.outbox.record({ kind: 'news', announcement }, made);
  const [dead, delivered, wire, pending, removed] = made.map(({ id }) => id);
  const [one, two, three, , five] = made;
  if (one === undefined || two === undefined || three === undefined || five === undefined) throw new Error();
  store.outbox.settle([
    attemptOf(one, { state: 'dead', outcome: 'ambiguous timeout', reason: 'timeout' }),
    attemptOf(two),
    attemptOf(three, { state: 'dead', outcome: UNDER_WAY, reason: UNDER_WAY }),
    attemptOf(five, { state: 'dead', outcome: 'reject gone', reason: 'gone' }),
  ]);
  await store.close();
  return { announcement, ids: { dead, delivered, wire, pending, removed } as Record<string, string> };
}

const onFile = (path: string, known: KnownDestinations) =>
  new DeliveryOperator({ deliveries: new FileDeliveries(path), nowMs, destinations: () => known });

const BOT: KnownDestinations = { options: new Map([['bot', { maxAge: 600_000 }]]), isComplete: true };

test('retry: what changed, what may arrive twice, and why the others are as they were', async () => {
  using workplace = new Workplace(CONFIG);
  const path = `${workplace.folder}/bridge.db`;
  const { ids, announcement } = await leave(path);
  const { dead = '', delivered = '', wire = '', removed = '' } = ids;
  const which = [dead, delivered, wire, removed, announcement.id, 'nothing'];
  expect(await onFile(path, BOT).retry({ which, isLate: false })).toMatchObject({
    ok: true,
    value: {
      changed: [dead],
      mayHaveArrived: 1,
      unchanged: [
        { id: delivered, why: 'delivered' },
        { id: wire, why: 'under_way' },
        { id: removed, why: 'destination_removed', destination: 'removed', known: ['bot'] },
        { id: announcement.id, why: 'is_announcement', deliveries: { length: 5 } },
        { id: 'nothing', why: 'unknown' },
      ],
    },
  });
});

test('retry: too old, unless it is asked for late; and late needs to know how old is too old', async () => {
  using workplace = new Workplace(CONFIG);
  const path = `${workplace.folder}/bridge.db`;
  const { dead = '' } = (await leave(path)).ids;
  const strict: KnownDestinations = { options: new Map([['bot', { maxAge: 1 }]]), isComplete: true };
  const wish = { which: [dead], isLate: false };
  expect(await onFile(path, strict).retry(wish)).toMatchObject({
    value: { changed: [], unchanged: [{ id: dead, why: 'too_old' }] },
  });
  const unknown: KnownDestinations = { options: new Map(), isComplete: false };
  expect(await onFile(path, unknown).retry({ ...wish, isLate: true })).toEqual({
    ok: true,
    value: { maxAgeUnknownOf: 'bot' },
  });
  expect(await onFile(path, strict).retry({ ...wish, isLate: true })).toMatchObject({
    value: { changed: [dead] },
  });
});

/** Two deliveries of one id: an old frame that was read again after the window. The first is dead, the second was delivered. */
async function leaveTwins(path: string) {
  const store = openStore(path, systemClock, () => undefined);
  const made = [0, 1].map((ordinal) => {
    const announcement = announcementAt(ordinal, nowMs() - 1000);
    const [one] = deliveriesOf(announcement, 'bot');
    if (one === undefined) throw new Error();
    const delivery = { ...one, key: one.id, id: `${'0'.repeat(18)}-${'0'.repeat(10)}` };
    store.outbox.record({ kind: 'news', announcement }, [delivery]);
    return delivery;
  });
  const [first, second] = made;
  if (first === undefined || second === undefined) throw new Error();
  store.outbox.settle([
    {
      ...attemptOf(first, { state: 'dead', outcome: 'reject gone', reason: 'gone' }),
      deliveryKey: first.key,
    },
    { ...attemptOf(second), deliveryKey: second.key },
  ]);
  await store.close();
  return { first, second };
}

test('regression: all dead ones are sent again, also one whose id a later delivery has; and no id is searched for', async () => {
  using workplace = new Workplace(CONFIG);
  const path = `${workplace.folder}/bridge.db`;
  const { first } = await leaveTwins(path);
  const deliveries = new FileDeliveries(path);
  const found: string[] = [];
  const { find } = deliveries;
  deliveries.find = (id) => {
    found.push(id);
    return find.call(deliveries, id);
  };
  const operator = new DeliveryOperator({ deliveries, nowMs, destinations: () => BOT });
  expect(await operator.retry({ which: {}, isLate: false })).toMatchObject({
    value: { changed: [first.id], unchanged: [] },
  });
  // A row is there by its key; for its id all rows of a day are read, for each of thousands.
  expect(found).toEqual([first.key]);
  const rows = await operator.list({});
  expect(rows).toMatchObject({ value: [{ state: 'delivered' }, { state: 'pending' }] });
});

test('regression: many ids are searched for together; of two deliveries with one id the newer is meant', async () => {
  using workplace = new Workplace(CONFIG);
  const path = `${workplace.folder}/bridge.db`;
  const { first, second } = await leaveTwins(path);
  const deliveries = new FileDeliveries(path);
  expect(await deliveries.keysOf([first.id, first.key, 'nothing'])).toEqual({
    ok: true,
    value: new Map([
      [first.key, first.key],
      [first.id, second.key],
    ]),
  });
  expect(await onFile(path, BOT).retry({ which: [first.id, first.key], isLate: false })).toMatchObject({
    value: { changed: [first.key], unchanged: [{ id: first.id, why: 'delivered' }] },
  });
});

test('discard: only what is pending', async () => {
  using workplace = new Workplace(CONFIG);
  const path = `${workplace.folder}/bridge.db`;
  const { pending = '', dead = '' } = (await leave(path)).ids;
  expect(await onFile(path, BOT).discard([pending, dead])).toMatchObject({
    value: { changed: [pending], unchanged: [{ id: dead, why: 'ended', state: 'dead' }] },
  });
});

test('a store that is not there is an answer', async () => {
  using workplace = new Workplace(CONFIG);
  const operator = onFile(`${workplace.folder}/bridge.db`, BOT);
  for (const answer of [operator.list({}), operator.find('x'), operator.discard(['x'])])
    expect(await answer).toMatchObject({ ok: false, message: expect.any(String) as string });
});

test('the running bridge: all dead ones of a destination are queued, and the bridge takes them up', async () => {
  using workplace = new Workplace(CONFIG);
  const path = `${workplace.folder}/bridge.db`;
  const { dead = '', delivered = '' } = (await leave(path)).ids;
  const file = `${workplace.folder}/config.yaml`;
  const { config, ...sound } = loadConfig({ file, env: {} });
  if (config === undefined) throw new Error('the config is sound');
  const daemon = await startDaemon({
    first: { config, ...sound },
    load: () => ({ problems: [] }),
    createLog: (blot) =>
      createLog({ level: 'info', format: 'json' }, blot, {
        write: () => true,
      } as unknown as NodeJS.WriteStream),
    ...{ clock: systemClock, random: () => 0.5, version: '0.0.0' },
  });
  onTestFinished(() => daemon.stop());
  const before = await daemon.deliveries.find(dead);
  expect(before).toMatchObject({ value: [{ delivery: { state: 'dead', attempts: 1 } }] });
  const wish = { which: { destination: 'bot', withinMs: 60_000 }, isLate: false };
  expect(await daemon.deliveries.retry(wish)).toMatchObject({
    value: { changed: expect.arrayContaining([dead]) as string[] },
  });
  const attempts = async () => {
    const found = await daemon.deliveries.find(dead);
    return found.ok ? found.value[0]?.delivery.attempts : found.message;
  };
  await expect.poll(attempts, { timeout: 10_000 }).toBe(2);
  expect(await daemon.deliveries.list({ state: 'delivered' })).toMatchObject({
    value: [{ delivery: { id: delivered } }],
  });
});
