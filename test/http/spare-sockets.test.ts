/** Spares on a fake clock: a server that ends what has idled never leaves the bridge without one. */
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { AT_EASE, MOST_IN_ALL, SparePace } from '../../src/http/spare-pace.ts';
import { SpareSockets } from '../../src/http/spare-sockets.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** As over TLS with a round trip of 50 ms. */
const OPENING_MS = 150;
const IDLE_MS = 5000;

test('regression: spares are not all of one age, so that a server does not end all of them at once', async () => {
  const clock = new FakeClock();
  let open = 0;
  let opened = 0;
  const spares = new SpareSockets({
    freshMs: 60_000,
    clock,
    pace: new SparePace(clock),
    open: (callback) => {
      clock.after(OPENING_MS, () => {
        const socket = new Socket();
        open++;
        opened++;
        socket.once('close', () => open--);
        clock.after(IDLE_MS, () => void socket.emit('readable'));
        callback(null, socket);
      });
    },
  });
  spares.want(2);
  await clock.advance(OPENING_MS);
  expect(open).toBe(1);
  await clock.advance(2000);
  expect(open).toBe(2);
  let fewest = open;
  for (let passedMs = 0; passedMs < 60_000; passedMs += 50) {
    await clock.advance(50);
    fewest = Math.min(fewest, open);
  }
  expect(fewest).toBe(1);
  expect(opened).toBeGreaterThan(20);
  spares.close();
  clock.forget();
});

/** Servers that never refuse, and how many connections they have seen. */
function farEnds(clock: FakeClock, idleMs = Number.POSITIVE_INFINITY, most = MOST_IN_ALL) {
  const seen = { opened: 0, open: 0, opening: 0, mostOpening: 0 };
  const pace = new SparePace(clock, most);
  const one = (wanted: number) => {
    const spares = new SpareSockets({
      ...{ freshMs: 45_000, clock, pace },
      open: (callback) => {
        seen.mostOpening = Math.max(seen.mostOpening, ++seen.opening);
        clock.after(OPENING_MS, () => {
          const socket = new Socket();
          seen.opening--;
          seen.opened++;
          seen.open++;
          socket.once('close', () => seen.open--);
          if (Number.isFinite(idleMs)) clock.after(idleMs, () => void socket.emit('readable'));
          callback(null, socket);
        });
      },
    });
    const holder = { rank: spares.rank, allot: (count: number) => spares.want(count) };
    const wish = (count: number) => pace.wish(holder, count);
    wish(wanted);
    return { spares, wish, leave: () => wish(0) };
  };
  return { seen, pace, one };
}

test.each([
  ['never', Number.POSITIVE_INFINITY],
  ['after 60 s', 60_000],
  ['after 2 s', 2000],
])(
  'regression: 3,000 far ends that end what idles %s: one connection each, and at most 600 a minute after that',
  async (_, idleMs) => {
    const clock = new FakeClock();
    const { seen, one } = farEnds(clock, idleMs);
    for (let n = 0; n < 3000; n++) one(2);
    await clock.advance(1000);
    expect(
      seen.opened,
      'those that came before it was many have opened their first, too',
    ).toBeLessThanOrEqual(3000 + AT_EASE);
    expect(seen.open).toBeLessThanOrEqual(3000);
    for (let minute = 0; minute < 3; minute++) {
      const before = seen.opened;
      await clock.advance(60_000);
      expect(seen.opened - before).toBeLessThanOrEqual(610);
    }
    clock.forget();
  },
);

test('up to a few hundred each far end has what it wants, replaced when it has lain for `warm`', async () => {
  const clock = new FakeClock();
  const { seen, one } = farEnds(clock);
  for (let n = 0; n < AT_EASE / 2; n++) one(2);
  await clock.advance(5000);
  expect(seen.open).toBe(AT_EASE);
  await clock.advance(45_000);
  expect(seen.opened).toBe(2 * AT_EASE);
  clock.forget();
});

test('beyond the most in all, the most valuable have one; no more are ever opened', async () => {
  const clock = new FakeClock();
  const { seen, one } = farEnds(clock, undefined, 1000);
  const all = Array.from({ length: 1100 }, () => one(1));
  await clock.advance(5000);
  expect(seen.opened).toBe(1000);
  expect(all[1000]?.spares.take()).toBeUndefined();
  all[0]?.leave();
  await clock.advance(5000);
  expect(all[1000]?.spares.take(), 'the next in line has its place').toBeDefined();
  expect(all[999]?.spares.take()).toBeDefined();
  expect(all[1001]?.spares.take()).toBeUndefined();
  for (const { leave } of all) leave();
  await clock.advance(0);
  expect(seen.open).toBeLessThanOrEqual(2);
  clock.forget();
});

test('of those beyond the most in all, a more valuable one that is needed again has its place back', async () => {
  const clock = new FakeClock();
  const { seen, one } = farEnds(clock, undefined, 1000);
  const all = Array.from({ length: 1100 }, () => one(1));
  await clock.advance(5000);
  all[3]?.leave();
  await clock.advance(5000);
  all[3]?.wish(1);
  await clock.advance(5000);
  const [third, thousandth] = [all[3], all[1000]].map((it) => it?.spares.take());
  expect([third === undefined, thousandth === undefined]).toEqual([false, true]);
  expect(seen.open).toBeLessThanOrEqual(1000);
  clock.forget();
});

test('a thousand that are needed again, after others had them for a while, are opened as at first, not one by one', async () => {
  const clock = new FakeClock();
  const { seen, one } = farEnds(clock);
  const all = Array.from({ length: 2000 }, () => one(2));
  await clock.advance(5000);
  for (const { wish } of all.slice(1000)) wish(0);
  await clock.advance(10_000);
  expect(seen.open).toBe(1000);
  for (const { wish } of all.slice(1000)) wish(2);
  await clock.advance(1000);
  expect(seen.open).toBe(2000);
  expect(seen.mostOpening).toBeLessThanOrEqual(2 * AT_EASE);
  clock.forget();
});

test('10,000 far ends: their first connections are opened a few hundred at a time', async () => {
  const clock = new FakeClock();
  const { seen, one } = farEnds(clock);
  for (let n = 0; n < 10_000; n++) one(2);
  await clock.advance(10_000);
  expect(seen.open).toBe(10_000);
  // One that was at ease has begun its second when the rest came.
  expect(seen.mostOpening).toBeLessThanOrEqual(AT_EASE);
  clock.forget();
});

test('all are lost at once: the most valuable have one again first, 600 a minute', async () => {
  const clock = new FakeClock();
  const { seen, one } = farEnds(clock, 60_000);
  const all = Array.from({ length: 10_000 }, () => one(1));
  await clock.advance(2000);
  const lastFirstMs = clock.truthMs;
  await clock.advance(60_000 - lastFirstMs + OPENING_MS);
  const before = seen.opened;
  await clock.advance(10_000);
  expect(seen.opened - before).toBeLessThanOrEqual(101);
  for (const [place, { spares }] of all.slice(0, 95).entries())
    expect(spares.take(), `number ${place}`).toBeDefined();
  clock.forget();
});

test('regression: the newest goes first; what is older is closed once others of the same moment have theirs', async () => {
  const clock = new FakeClock();
  const { seen, one } = farEnds(clock);
  const { spares } = one(4);
  await clock.advance(5000);
  const taken = [spares.take(), spares.take()];
  expect(new Set(taken).size).toBe(2);
  expect(seen.open).toBe(4);
  await clock.advance(5000);
  const next = spares.take();
  expect(taken).not.toContain(next);
  // Two were taken, and the two that were older than these have been replaced.
  expect(seen.opened).toBe(8);
  spares.close();
  clock.forget();
});
