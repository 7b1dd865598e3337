/**
 * A lane's reaction to answers with less than they should contain: no time, no yes or no, or not from the
 * receiver.
 */
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/delivery/outcome.ts';
import { LaneBench } from '../support/lane-bench.ts';

const delivered: Outcome = { kind: 'delivered' };
const unreadable: Outcome = { kind: 'ambiguous', reason: 'answer_unreadable' };
const byGateway: Outcome = { kind: 'retry', reason: 'server_error', mayHaveActed: true };
const held = (afterMs: number, budget?: string): Outcome => ({
  kind: 'retry',
  reason: 'rate_limited',
  afterMs,
  isGuess: true,
  ...(budget !== undefined && { budget }),
});
const MINUTE = 60_000;
const patient = { maxAge: '6h', retry: { minDelay: '100ms', maxDelay: '1s' } };
const shared = [{ key: 'address', limits: [] }];
const chat = { options: patient, shared };

test('regression: a ban without a time holds all that share the address, each time for longer, with one look at a time', async () => {
  using bench = new LaneBench({ a: chat, b: chat, c: chat });
  bench.tookMs = 50;
  bench.answer = () => held(MINUTE, 'address');
  for (const title of ['one', 'two', 'three']) bench.announce(title);
  await bench.clock.advance(59_000);
  const first = bench.sends.length;
  // As many as were under way before the first answer came.
  expect(first).toBeLessThanOrEqual(9);
  expect(new Set(bench.sends.map(({ atMs }) => atMs))).toEqual(new Set([0]));
  await bench.clock.advance(32 * MINUTE);
  const looks = bench.sends.slice(first).map(({ atMs }) => atMs);
  const apart = looks.map((atMs, index) => Math.round((atMs - (looks[index - 1] ?? 0)) / MINUTE));
  expect(apart).toEqual([1, 2, 4, 8, 16]);
});

test('a ban that is over is forgotten: the next one begins small', async () => {
  using bench = new LaneBench({ a: chat });
  bench.answer = () => held(MINUTE, 'address');
  bench.announce('one');
  await bench.clock.advance(5 * MINUTE);
  bench.answer = () => delivered;
  await bench.clock.advance(4 * MINUTE);
  expect(bench.rows().map(({ state }) => state)).toEqual(['delivered']);
  bench.answer = ({ attempt }) => (attempt === 1 ? held(MINUTE, 'address') : delivered);
  bench.announce('two');
  await bench.clock.advance(MINUTE + 1000);
  expect(bench.rows().map(({ state }) => state)).toEqual(['delivered', 'delivered']);
});

test('regression: a receiver that says "too fast" and not for how long is asked ever more seldom, and at once when it takes again', async () => {
  using bench = new LaneBench({ bot: { options: patient } });
  bench.answer = () => held(1000);
  for (let n = 1; n <= 100; n++) bench.announce(`${n}`);
  await bench.clock.advance(10_000);
  expect(bench.sends.length - 16, 'what was under way at once').toBeLessThanOrEqual(4);
  bench.answer = () => delivered;
  await bench.clock.advance(64_000);
  expect(bench.rows().filter(({ state }) => state !== 'delivered')).toEqual([]);
});

test('regression: who says "a moment" again and again is asked ever more seldom', async () => {
  using bench = new LaneBench({ chat: { options: patient } });
  bench.tookMs = 10;
  bench.answer = () => ({ kind: 'retry', reason: 'rate_limited', afterMs: 1 });
  bench.announce('one');
  await bench.clock.advance(10_000);
  // As it says three times, then after 1, 2, 4 s.
  expect(bench.sends.length).toBeLessThanOrEqual(8);
  bench.answer = () => delivered;
  await bench.clock.advance(8_000);
  expect(bench.rows().map(({ state }) => state)).toEqual(['delivered']);
});

test('regression: answers that nobody can read end after three copies', async () => {
  using bench = new LaneBench({ chat: { options: patient } });
  bench.answer = () => unreadable;
  bench.announce('one');
  await bench.clock.advance(5 * MINUTE);
  expect(bench.sends).toHaveLength(3);
  expect(bench.rows()).toMatchObject([{ state: 'dead', reason: 'answer_unreadable' }]);
  expect(bench.said).toEqual(['dead chat one']);
});

test('other failures in between are no copies', async () => {
  using bench = new LaneBench({ chat: { options: patient } });
  bench.answer = ({ attempt }) => {
    if (attempt <= 3) return { kind: 'retry', reason: 'unreachable' };
    return attempt <= 5 ? unreadable : delivered;
  };
  bench.announce('one');
  await bench.clock.advance(5 * MINUTE);
  expect(bench.rows()).toMatchObject([{ state: 'delivered', attempts: 6 }]);
});

test.each(['drop', 'resend'] as const)(
  'regression: a gateway answers for the receiver, under `onAmbiguous: %s`',
  async (onAmbiguous) => {
    using bench = new LaneBench({ bot: { options: { ...patient, onAmbiguous } } });
    bench.answer = ({ attempt }) => (attempt === 1 ? byGateway : delivered);
    bench.announce('one');
    await bench.clock.advance(MINUTE);
    expect(bench.sends).toHaveLength(onAmbiguous === 'drop' ? 1 : 2);
    expect(bench.rows()).toMatchObject([
      onAmbiguous === 'drop' ? { state: 'dead', reason: 'server_error' } : { state: 'delivered' },
    ]);
  },
);

test.each([
  ['drop', 1],
  ['resend', 2],
] as const)(
  'regression: a redirect after which it may have acted, under `onAmbiguous: %s`',
  async (onAmbiguous, sends) => {
    using bench = new LaneBench({ bot: { options: { ...patient, onAmbiguous } } });
    const seeOther: Outcome = { kind: 'reject', reason: 'redirected', scope: 'unclear', mayHaveActed: true };
    bench.answer = ({ attempt }) => (attempt === 1 ? seeOther : delivered);
    bench.announce('one');
    await bench.clock.advance(MINUTE);
    expect(bench.sends).toHaveLength(sends);
    expect(bench.rows()).toMatchObject([{ state: onAmbiguous === 'drop' ? 'dead' : 'delivered' }]);
  },
);

test.each([
  ['its last attempt', { retry: { attempts: 1 } }, {}, undefined],
  ['its last attempt, of all that share the account', { retry: { attempts: 1 } }, {}, 'address'],
  ['the one it gets under drop', { onAmbiguous: 'drop' }, { mayHaveActed: true }, undefined],
] as const)(
  'regression: silence that is asked for is kept also when the delivery that was told ends: %s',
  async (_, options, more, budget) => {
    using bench = new LaneBench({ chat: { options: { ...patient, ...options }, shared } });
    bench.answer = ({ title }) =>
      title === 'first'
        ? { kind: 'retry', reason: 'rate_limited', afterMs: 10_000, ...more, ...(budget && { budget }) }
        : delivered;
    bench.announce('first');
    await bench.clock.advance(1000);
    expect(bench.rows()).toMatchObject([{ state: 'dead', reason: 'rate_limited' }]);
    bench.announce('second');
    await bench.clock.advance(8900);
    expect(bench.titles()).toEqual(['first']);
    await bench.clock.advance(200);
    expect(bench.titles()).toEqual(['first', 'second']);
  },
);

test.each([
  ['timeout', { timeout: '2s', maxAge: '1m' }, 'within 2s (timeout)'],
  ['maxAge', { timeout: '5s', maxAge: '1500ms' }, 'within the 1.5s left until maxAge'],
])('an attempt that is cut off knows by which limit: %s', async (_, options, words) => {
  using bench = new LaneBench({ bot: { options } });
  const reasons: unknown[] = [];
  bench.send = (_destination, _title, { signal }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        reasons.push(signal.reason);
        resolve({ outcome: { kind: 'delivered' } });
      });
    });
  bench.announce('one');
  await bench.clock.advance(2000);
  expect(reasons).toEqual([words]);
});
