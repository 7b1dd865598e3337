/** Who goes when in a process's first second. */
import { beforeEach, describe, expect, test } from 'vitest';
import { FirstSecond } from '../../src/daemon/first-second.ts';
import type { BridgeEvent } from '../../src/events/bridge-event.ts';
import { Bus } from '../../src/events/bus.ts';
import { FakeClock } from '../support/fake-clock.ts';

const LIVE = {
  kind: 'feed.live',
  feed: 'one',
  facts: { tier: 'x', allowedCex: '*' },
  missing: [],
} as const satisfies BridgeEvent;
const LOST = {
  kind: 'feed.lost',
  ...{ feed: 'one', reason: 'closed', detail: undefined, advice: undefined, retryMs: 1 },
} as const satisfies BridgeEvent;
const FATAL = {
  kind: 'feed.fatal',
  feed: 'one',
  reason: 'key_expired',
  detail: undefined,
  advice: '',
} as const;

let clock: FakeClock;
let bus: Bus;
let first: FirstSecond;
let came: string[];
beforeEach(() => {
  clock = new FakeClock();
  bus = new Bus(clock, () => undefined);
  first = new FirstSecond(bus, clock);
  came = [];
  void first.orders.then(() => came.push('orders'));
  void first.rest.then(() => came.push('rest'));
});

test('receivers of orders are opened when the feeds have been dialled, the rest not yet', async () => {
  await clock.advance(100);
  expect(came).toEqual([]);
  first.dialling();
  await clock.advance(0);
  expect(came).toEqual(['orders']);
});

describe('the rest', () => {
  test.each([LIVE, LOST, FATAL])('comes 50 ms after $kind', async (event) => {
    bus.publish({ kind: 'destination.resumed', destination: 'bot' });
    await clock.advance(1000);
    expect(came).toEqual([]);
    bus.publish(event);
    await clock.advance(49);
    expect(came).toEqual([]);
    await clock.advance(1);
    expect(came).toEqual(['rest']);
  });

  test('comes while an answer from afar is awaited', async () => {
    await clock.advance(1000);
    first.asked();
    await clock.advance(9);
    expect(came).toEqual([]);
    await clock.advance(1);
    expect(came).toEqual(['rest']);
  });

  test('does not come in between when the answer is there at once, nor sooner because another feed is asked', async () => {
    first.asked();
    await clock.advance(5);
    bus.publish(LIVE);
    await clock.advance(30);
    first.asked();
    await clock.advance(19);
    expect(came).toEqual([]);
    await clock.advance(1);
    expect(came).toEqual(['rest']);
  });

  test('comes after 5 s with a service that says nothing', async () => {
    await clock.advance(4999);
    expect(came).toEqual([]);
    await clock.advance(1);
    expect(came).toEqual(['rest']);
  });
});

test('the feed is asked when the orders’ way is open, whether that worked or not, and after 50 ms in any case', async () => {
  for (const work of [Promise.resolve(), Promise.reject(new Error('no'))]) await first.soon(work);
  let isAsked = false;
  void first.soon(new Promise(() => undefined)).then(() => {
    isAsked = true;
  });
  await clock.advance(49);
  expect(isAsked).toBe(false);
  await clock.advance(1);
  expect(isAsked).toBe(true);
});
