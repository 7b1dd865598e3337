/** Few that wait are counted on the spot, many on the thread of the store. */
import { expect, test } from 'vitest';
import { WaitingCounts } from '../../src/daemon/waiting-counts.ts';
import type { Waiting } from '../../src/outbox/outbox.ts';
import { FakeClock } from '../support/fake-clock.ts';

const waiting = (deliveries: number): ReadonlyMap<string, Waiting> =>
  new Map([['bot', { deliveries, oldestMs: 1 }]]);

function counted(first: number) {
  const clock = new FakeClock();
  const seen = { onTheSpot: 0, onTheThread: 0, deliveries: first, fault: undefined as string | undefined };
  const counts = new WaitingCounts({
    clock,
    journal: {
      get fault() {
        return seen.fault;
      },
      waiting: () => {
        seen.onTheSpot++;
        return waiting(seen.deliveries);
      },
    },
    deliveries: {
      waiting: async () => {
        seen.onTheThread++;
        return { ok: true, value: waiting(seen.deliveries) };
      },
    },
  });
  return { clock, seen, counts };
}

const countOf = ({ counts }: ReturnType<typeof counted>) => counts.now()?.get('bot')?.deliveries;

test('few are counted as they are', () => {
  const bench = counted(5);
  bench.seen.deliveries = 7;
  expect(countOf(bench)).toBe(7);
  expect([bench.seen.onTheSpot, bench.seen.onTheThread]).toEqual([2, 0]);
});

test('many are counted elsewhere, once a second; when they are few again, on the spot', async () => {
  const bench = counted(500_000);
  bench.seen.deliveries = 400_000;
  expect(countOf(bench)).toBe(500_000);
  await bench.clock.advance(1000);
  for (let n = 0; n < 10; n++) countOf(bench);
  await bench.clock.advance(0);
  expect(countOf(bench)).toBe(400_000);
  expect([bench.seen.onTheSpot, bench.seen.onTheThread]).toEqual([1, 1]);
  bench.seen.deliveries = 3;
  await bench.clock.advance(1000);
  countOf(bench);
  await bench.clock.advance(0);
  expect(countOf(bench)).toBe(3);
  expect([bench.seen.onTheSpot, bench.seen.onTheThread]).toEqual([2, 2]);
});

test('while the store is broken nothing is known', () => {
  const bench = counted(5);
  bench.seen.fault = 'the disk is full';
  expect(bench.counts.now()).toBeUndefined();
});
