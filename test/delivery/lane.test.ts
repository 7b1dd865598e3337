/** A lane's promises when the receiver asks for silence, is gone, refuses a form, or loses an answer. */
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/delivery/outcome.ts';
import { discardDeliveries, retryDeliveries } from '../../src/outbox/queries.ts';
import { newsIn } from '../support/contents.ts';
import { LaneBench } from '../support/lane-bench.ts';

const delivered: Outcome = { kind: 'delivered' };
const gone: Outcome = { kind: 'reject', reason: 'gone', scope: 'destination' };
const limited = (afterMs: number, budget?: string): Outcome => ({
  kind: 'retry',
  reason: 'rate_limited',
  afterMs,
  ...(budget !== undefined && { budget }),
});
const HOUR = 3_600_000;
const patient = { maxAge: '6h', retry: { minDelay: '100ms', maxDelay: '1s' } };

test('hours of Retry-After hold the whole destination, over a restart, and no other', async () => {
  using bench = new LaneBench({ chat: { options: patient }, bot: { options: patient } });
  bench.answer = ({ destination, attempt }) =>
    destination === 'chat' && attempt === 1 ? limited(3 * HOUR) : delivered;
  bench.announce('one');
  await bench.clock.advance(HOUR);
  bench.announce('two');
  await bench.clock.advance(1000);
  expect(bench.titles('chat')).toEqual(['one']);
  expect(bench.titles('bot')).toEqual(['one', 'two']);
  expect(bench.lane('chat').status.pausedUntilMs).toBeGreaterThan(bench.clock.monotonicMs() + HOUR);

  bench.restart();
  await bench.clock.advance(2 * HOUR - 2000);
  expect(bench.titles('chat')).toEqual(['one']);
  bench.answer = () => delivered;
  await bench.clock.advance(2000);
  expect(bench.titles('chat')).toEqual(['one', 'two', 'one']);
  expect(bench.rows().map(({ state }) => state)).toEqual(Array(4).fill('delivered'));
});

test('what cannot wait so long expires in its time, not after the pause', async () => {
  using bench = new LaneBench({ bot: { options: { maxAge: '5s' } } });
  bench.answer = () => limited(3 * HOUR);
  bench.announce('one');
  await bench.clock.advance(4999);
  expect(bench.said).toEqual([]);
  await bench.clock.advance(1);
  expect(bench.said).toEqual(['expired bot one']);
  expect(bench.rows()).toMatchObject([{ state: 'expired', reason: 'max_age' }]);
});

test('regression: a wait that would outlive the delivery leaves it its last chances', async () => {
  using bench = new LaneBench({
    bot: { options: { maxAge: '4s', retry: { minDelay: '100ms', maxDelay: '1m' } } },
  });
  const downUntilMs = bench.clock.monotonicMs() + 3500;
  bench.answer = () =>
    bench.clock.monotonicMs() < downUntilMs ? { kind: 'retry', reason: 'unreachable' } : delivered;
  for (let n = 1; n <= 20; n++) bench.announce(`${n}`);
  await bench.clock.advance(5000);
  expect(bench.rows().map(({ state }) => state)).toEqual(Array(20).fill('delivered'));
});

test('a shared Retry-After holds all that share; then one goes first, the most important; the rest when it has ended', async () => {
  const shared = [{ key: 'account', limits: [] }];
  const options = { ...patient, concurrency: 16 };
  using bench = new LaneBench({ one: { options, shared }, two: { options, shared }, apart: { options } });
  bench.tookMs = 300;
  bench.answer = ({ destination }) => (destination === 'apart' ? delivered : limited(5000, 'account'));
  bench.announce('first', 0, ['one']);
  await bench.clock.advance(1000);
  bench.answer = () => delivered;
  for (const title of ['a', 'b', 'c']) bench.announce(title, 0, ['one', 'apart']);
  bench.announce('market', 1, ['two']);
  await bench.clock.advance(4000);
  expect(bench.titles()).toEqual(['first', 'a', 'b', 'c']);
  await bench.clock.advance(400);
  expect(bench.titles().slice(4), 'alone, though sixteen could go').toEqual(['market']);
  await bench.clock.advance(400);
  expect(bench.titles().slice(5)).toEqual(['c', 'b', 'a', 'first']);
});

test('a suspension is said once, keeps the queue, probes slowly with one delivery, and ends by itself', async () => {
  using bench = new LaneBench({ bot: { options: { ...patient, concurrency: 16 } } });
  await bench.opened();
  bench.answer = () => gone;
  for (let n = 1; n <= 20; n++) bench.announce(`${n}`);
  await bench.clock.advance(1000);
  const storm = bench.sends.length;
  expect(storm, 'those that were under way when the first answer came').toBeLessThanOrEqual(16);
  await bench.clock.advance(HOUR);
  const probes = bench.sends.slice(storm);
  expect(
    probes.map(({ title }) => title),
    'each once before any goes twice',
  ).toEqual([...['20', '19', '18', '17'], '20']);
  const minutes = probes.map(({ atMs }) => Math.round(atMs / 60_000));
  // Regression: each of the sixteen counted as a failed probe, and the first real one came after half an hour.
  expect(minutes).toEqual([1, 3, 7, 15, 31]);
  expect(bench.said).toEqual(['suspended bot gone']);
  expect(bench.rows().filter(({ state }) => state === 'pending')).toHaveLength(20);
  bench.answer = () => delivered;
  await bench.clock.advance(HOUR);
  expect(bench.said).toEqual(['suspended bot gone', 'resumed bot']);
  expect(bench.rows().filter(({ state }) => state === 'delivered')).toHaveLength(20);
});

test('a suspended queue expires by its maxAge', async () => {
  using bench = new LaneBench({ bot: { options: { maxAge: '10m' } } });
  bench.answer = () => gone;
  for (let n = 1; n <= 5; n++) bench.announce(`${n}`);
  await bench.clock.advance(HOUR);
  expect(bench.rows().map(({ state }) => state)).toEqual(Array(5).fill('expired'));
});

test('`deliveries retry` on a suspended destination probes at once, and goes on if it was mended', async () => {
  using bench = new LaneBench({ bot: { options: { ...patient, concurrency: 1 } } });
  bench.answer = () => gone;
  for (const title of ['one', 'two']) bench.announce(title);
  await bench.clock.advance(1000);
  const before = bench.sends.length;
  const byHand = async () => {
    const id = bench.rows()[0]?.delivery.id ?? '';
    expect(retryDeliveries(bench.database, [id], bench.clock.wallMs())).toEqual([id]);
    bench.lane('bot').reconcile();
    await bench.clock.advance(1000);
  };
  await byHand();
  expect(bench.sends.length, 'one probe').toBe(before + 1);
  expect(bench.said, 'and nothing new to say').toEqual(['suspended bot gone']);
  bench.answer = () => delivered;
  await byHand();
  expect(bench.said).toEqual(['suspended bot gone', 'resumed bot']);
  expect(bench.rows().map(({ state }) => state)).toEqual(['delivered', 'delivered']);
});

test('a reload tries a suspended destination, with one delivery, and says nothing that is not proven', async () => {
  using bench = new LaneBench({ bot: { options: { ...patient, concurrency: 16 } } });
  bench.answer = () => gone;
  for (const title of ['one', 'two', 'three']) bench.announce(title);
  await bench.clock.advance(1000);
  const before = bench.sends.length;
  bench.lane('bot').resume();
  await bench.clock.advance(1000);
  expect(bench.sends.length).toBe(before + 1);
  expect(bench.said).toEqual(['suspended bot gone']);
});

test('regression: what is discarded by hand is not sent, however much more waits', async () => {
  using bench = new LaneBench({ bot: { options: patient } });
  await bench.opened();
  bench.answer = () => limited(5000);
  for (let n = 1; n <= 1200; n++) bench.announce(String(n));
  await bench.clock.advance(1000);
  expect(bench.lane('bot').status.behind).toBe(true);
  const next = bench.rows()[1];
  expect(next && newsIn(next.delivery).title).toBe('1199');
  discardDeliveries(bench.database, [next?.delivery.id ?? ''], bench.clock.wallMs());
  bench.lane('bot').reconcile();
  bench.answer = () => delivered;
  await bench.clock.advance(60_000);
  expect(bench.titles()).not.toContain('1199');
  expect(bench.rows().filter(({ state }) => state === 'delivered')).toHaveLength(1199);
});

test('regression: what is discarded while it is under way is not tried again', async () => {
  using bench = new LaneBench({ bot: { options: { ...patient, timeout: '5s' } } });
  bench.answer = () => undefined;
  bench.announce('one');
  await bench.clock.advance(1000);
  expect(bench.lane('bot').status.inFlight).toBe(1);
  discardDeliveries(bench.database, [bench.rows()[0]?.delivery.id ?? ''], bench.clock.wallMs());
  bench.lane('bot').reconcile();
  await bench.clock.advance(HOUR);
  expect(bench.titles()).toEqual(['one']);
  expect(bench.rows()).toMatchObject([{ state: 'skipped', reason: 'discarded' }]);
});

test('what is discarded while it is under way, and arrives, is shown as delivered', async () => {
  using bench = new LaneBench({ bot: {} });
  bench.tookMs = 1000;
  bench.announce('A');
  await bench.clock.advance(10);
  discardDeliveries(bench.database, [bench.rows()[0]?.delivery.id ?? ''], bench.clock.wallMs());
  expect(bench.rows()).toMatchObject([{ state: 'skipped', reason: 'discarded' }]);
  await bench.clock.advance(1000);
  expect(bench.rows()).toMatchObject([{ state: 'delivered' }]);
});

test('regression: what is discarded while it still connects never leaves; what is retried goes at once', async () => {
  using bench = new LaneBench({ bot: { options: patient } });
  bench.connectMs = 4000;
  for (const title of ['no', 'yes']) bench.announce(title);
  await bench.clock.advance(1000);
  const [yes = '', no = ''] = bench.rows().map(({ delivery }) => delivery.id);
  discardDeliveries(bench.database, [no], bench.clock.monotonicMs());
  retryDeliveries(bench.database, [yes], bench.clock.monotonicMs());
  bench.connectMs = 10;
  bench.lane('bot').reconcile();
  await bench.clock.advance(500);
  expect(bench.sends).toMatchObject([{ title: 'yes', attempt: 1 }]);
  await bench.clock.advance(HOUR);
  expect(bench.rows().map(({ state }) => state)).toEqual(['delivered', 'skipped']);
});

test('regression: what is discarded while it is under way, and arrives, is on record as delivered', async () => {
  using bench = new LaneBench({ bot: { options: { ...patient, timeout: '5s' } } });
  bench.tookMs = 2000;
  bench.announce('one');
  await bench.clock.advance(1000);
  const id = bench.rows()[0]?.delivery.id ?? '';
  expect(discardDeliveries(bench.database, [id], bench.clock.wallMs())).toEqual([id]);
  bench.lane('bot').reconcile();
  expect(bench.rows()).toMatchObject([{ state: 'skipped', reason: 'discarded' }]);
  await bench.clock.advance(HOUR);
  expect(bench.rows()).toMatchObject([{ state: 'delivered', reason: undefined, attempts: 1 }]);
  bench.restart();
  await bench.clock.advance(HOUR);
  expect(bench.titles()).toEqual(['one']);
});

test('regression: what is retried by hand while it is under way, and fails, is still owed', async () => {
  using bench = new LaneBench({ bot: { options: { ...patient, timeout: '5s' } } });
  bench.answer = ({ attempt }) => (attempt === 2 ? undefined : limited(attempt * 100));
  bench.announce('one');
  await bench.clock.advance(1000);
  expect(bench.lane('bot').status.inFlight).toBe(1);
  retryDeliveries(bench.database, [bench.rows()[0]?.delivery.id ?? ''], bench.clock.wallMs());
  bench.lane('bot').reconcile();
  bench.answer = () => delivered;
  await bench.clock.advance(60_000);
  expect(bench.rows()).toMatchObject([{ state: 'delivered', attempts: 3 }]);
});

test('a retry by hand does not wait for the backoff', async () => {
  using bench = new LaneBench({
    bot: { options: { maxAge: '6h', retry: { minDelay: '1h', maxDelay: '1h' } } },
  });
  bench.answer = ({ attempt }) => (attempt === 1 ? { kind: 'retry', reason: 'server_error' } : delivered);
  bench.announce('one');
  await bench.clock.advance(1000);
  retryDeliveries(bench.database, [bench.rows()[0]?.delivery.id ?? ''], bench.clock.wallMs());
  bench.lane('bot').reconcile();
  await bench.clock.advance(1000);
  expect(bench.rows()).toMatchObject([{ state: 'delivered', attempts: 2 }]);
});

test('a refused form goes once more, plain, at once; and not a third time', async () => {
  using bench = new LaneBench({ chat: { options: patient } });
  bench.answer = ({ plain }) =>
    plain
      ? { kind: 'reject', reason: 'message_refused', scope: 'message' }
      : { kind: 'retry', reason: 'format_refused', plain: true };
  bench.announce('one');
  await bench.clock.advance(10);
  expect(bench.sends.map(({ plain, attempt }) => [plain, attempt])).toEqual([
    [false, 1],
    [true, 2],
  ]);
  expect(bench.rows()).toMatchObject([{ state: 'dead', reason: 'message_refused' }]);
});

test.each([
  ['resend', ['delivered', 2]],
  ['drop', ['dead', 1]],
] as const)('onAmbiguous: %s', async (onAmbiguous, [state, attempts]) => {
  using bench = new LaneBench({ bot: { options: { ...patient, onAmbiguous } } });
  bench.answer = ({ attempt }) =>
    attempt === 1 ? { kind: 'ambiguous', reason: 'connection_lost' } : delivered;
  bench.announce('one');
  await bench.clock.advance(1000);
  expect(bench.rows()).toMatchObject([{ state, attempts }]);
  expect(new Set(bench.sends.map(({ deliveryId }) => deliveryId)).size).toBe(1);
});

test("the far end's own count is held ahead of time by all that share it, until its bucket changes", async () => {
  const shared = [{ key: 'bucket', limits: [] }];
  using bench = new LaneBench({ one: { options: patient, shared }, two: { options: patient, shared } });
  const left = (bucket: string, requests: number, endsInMs: number) => ({
    outcome: delivered,
    writtenMs: bench.clock.monotonicMs(),
    limits: [{ kind: 'left' as const, budget: 'bucket', bucket, requests, endsInMs }],
  });
  bench.answer = () => left('a', 0, 10_000);
  bench.announce('first', 1, ['one']);
  await bench.clock.advance(10);
  bench.announce('second');
  await bench.clock.advance(10_000);
  expect(bench.titles()).toEqual(['first']);
  bench.answer = () => left('b', 1, 10_000);
  await bench.clock.advance(100);
  expect(bench.titles(), 'the new bucket has room for one more').toEqual(['first', 'second', 'second']);
  bench.announce('third');
  await bench.clock.advance(5000);
  expect(bench.titles()).toHaveLength(3);
});

test('near a ban all that share the address fall silent, which is said once and seen; after that it goes on', async () => {
  const shared = [{ key: 'ip', limits: [], strikes: { limit: 50, perMs: 600_000 } }];
  const options = { maxAge: '6h', concurrency: 1, retry: { minDelay: '10ms', maxDelay: '10ms' } };
  using bench = new LaneBench({ one: { options, shared }, two: { options, shared } });
  bench.answer = () => ({
    outcome: { kind: 'retry', reason: 'server_error' },
    writtenMs: bench.clock.monotonicMs(),
    limits: [{ kind: 'strike', budget: 'ip' }],
  });
  bench.announce('x');
  await bench.clock.advance(590_000);
  expect(bench.sends).toHaveLength(50);
  expect(bench.said).toEqual([expect.stringMatching(/^near ban (one|two)$/)]);
  for (const name of ['one', 'two'])
    expect(bench.lane(name).status.nearBanUntilMs).toBeGreaterThan(bench.clock.monotonicMs());
  await bench.clock.advance(5 * HOUR);
  const times = bench.sends.map(({ atMs }) => atMs);
  for (const [index, atMs] of times.entries()) {
    const later = times[index + 50];
    if (later !== undefined) expect(later - atMs, 'never 51 in ten minutes').toBeGreaterThanOrEqual(600_000);
  }
  expect(times.length).toBeGreaterThan(100);
  expect(bench.said).toHaveLength(1);
});

test('over a restart the wall clock tells the age: an old order is not sent', async () => {
  using bench = new LaneBench({
    bot: { options: { maxAge: '10s', retry: { minDelay: '8s', maxDelay: '8s' } } },
  });
  bench.answer = () => ({ kind: 'retry', reason: 'server_error' });
  bench.announce('one');
  await bench.clock.advance(1000);
  bench.clock.stepWall(9000);
  const sends = bench.sends.length;
  bench.restart();
  expect(bench.said).toEqual(['expired bot one']);
  expect(bench.sends).toHaveLength(sends);
});

test('a wall clock set back over a restart revives no order, prolongs no pause, and keeps the freshest first', async () => {
  const retry = { minDelay: '100ms', maxDelay: '1s' };
  using bench = new LaneBench({
    bot: { options: { maxAge: '10s', retry } },
    chat: { options: { maxAge: '6h', retry } },
  });
  bench.answer = ({ destination }) =>
    destination === 'bot' ? { kind: 'retry', reason: 'server_error' } : limited(5000);
  bench.announce('old');
  await bench.clock.advance(3000);
  bench.clock.stepWall(-86_400_000);
  bench.restart();
  bench.announce('new');
  expect(bench.rows('chat').map(({ delivery }) => newsIn(delivery).title)).toEqual(['new', 'old']);
  // The last moment that the store knows is at most a retry ago.
  await bench.clock.advance(8000);
  expect(bench.said).toEqual(['expired bot old']);
  bench.answer = () => delivered;
  await bench.clock.advance(5000);
  expect(bench.titles('chat').slice(-2)).toEqual(['new', 'old']);
  expect(bench.rows('chat').map(({ state }) => state)).toEqual(['delivered', 'delivered']);
});

test('the wall clock may be set as it likes: nothing expires early, nothing lives longer', async () => {
  using bench = new LaneBench({ bot: { options: { maxAge: '10s' } } });
  bench.answer = () => ({ kind: 'retry', reason: 'server_error' });
  for (const stepMs of [86_400_000, -2 * 86_400_000, 7 * 86_400_000]) {
    bench.said.length = 0;
    bench.announce('one');
    await bench.clock.advance(4000);
    bench.clock.stepWall(stepMs);
    await bench.clock.advance(5999);
    expect(bench.said).toEqual([]);
    await bench.clock.advance(1);
    expect(bench.said).toEqual(['expired bot one']);
  }
});

test('regression: when the store cannot say what is owed, the lane lets go of nothing and sends it when it can', async () => {
  using bench = new LaneBench({ bot: { options: patient } });
  bench.answer = () => limited(10_000);
  bench.announce('one');
  bench.announce('two');
  await bench.clock.advance(1000);
  bench.database.exec('ALTER TABLE deliveries RENAME TO hidden');
  bench.lane('bot').reconcile();
  expect(bench.journal.owed('bot', 10)).toBeUndefined();
  expect(bench.lane('bot').status.held).toBe(2);
  bench.answer = () => delivered;
  await bench.clock.advance(15_000);
  expect(bench.titles('bot').slice(-2).sort()).toEqual(['one', 'two']);
  bench.database.exec('ALTER TABLE hidden RENAME TO deliveries');
  await bench.clock.advance(2000);
  expect(bench.rows().map(({ state }) => state)).toEqual(['delivered', 'delivered']);
});

test('regression: a form that fails twice buries its delivery, and ends neither the lane nor the process', async () => {
  const fails = () => {
    throw new Error('a form that fails');
  };
  using bench = new LaneBench({ chat: { options: patient, renderDefault: fails } });
  bench.render = fails;
  bench.announce('one');
  await bench.clock.advance(1000);
  expect(bench.rows()).toMatchObject([{ state: 'dead', reason: 'template' }]);
});

test('regression: a destination that was suspended, removed and added again is sent to at once', async () => {
  using bench = new LaneBench({ bot: { options: patient } });
  bench.answer = () => gone;
  bench.announce('one');
  await bench.clock.advance(HOUR);
  bench.answer = () => delivered;
  await bench.readd('bot');
  bench.announce('two');
  await bench.clock.advance(1000);
  expect(bench.titles().at(-1)).toBe('two');
  expect(bench.lane('bot').status.pausedUntilMs).toBe(0);
});

test('regression: another address does not inherit the pause that the old one asked for', async () => {
  using bench = new LaneBench({ bot: { options: patient } });
  bench.answer = () => limited(3 * HOUR);
  bench.announce('one');
  await bench.clock.advance(1000);
  bench.answer = () => delivered;
  await bench.move('bot', 'elsewhere');
  bench.announce('two');
  await bench.clock.advance(1000);
  expect(bench.titles()).toEqual(['one', 'one', 'two']);
});

test('regression: what the old address answers after a reload neither pauses nor suspends the new one', async () => {
  using bench = new LaneBench({ bot: { options: { ...patient, concurrency: 2 } } });
  bench.tookMs = 1000;
  bench.answer = ({ title }) => (title === 'one' ? gone : limited(3 * HOUR));
  bench.announce('one');
  bench.announce('two');
  await bench.clock.advance(500);
  await bench.move('bot', 'elsewhere');
  bench.answer = () => delivered;
  bench.announce('three');
  await bench.clock.advance(5000);
  expect(bench.said).toEqual([]);
  expect(bench.rows().map(({ state }) => state)).toEqual(Array(3).fill('delivered'));
});

test('regression: what a pause held is sent when the machine wakes, and what is too old ends', async () => {
  using bench = new LaneBench({ chat: { options: patient }, bot: { options: { maxAge: '10s' } } });
  bench.answer = () => limited(2 * HOUR);
  bench.announce('before the night');
  await bench.clock.advance(1000);
  bench.answer = () => delivered;
  await bench.clock.sleep(3 * HOUR);
  expect(bench.rows().map(({ delivery, state }) => [delivery.destination, state])).toEqual(
    expect.arrayContaining([
      ['chat', 'delivered'],
      ['bot', 'expired'],
    ]),
  );
});
