/** A flood, and one destination dead in it: what is in memory has a bound, what each announcement costs does not grow, the freshest goes first. */
import { expect, test } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import { Budget } from '../../src/delivery/budget.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import { HEAD } from '../../src/delivery/supply.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { LaneBench } from '../support/lane-bench.ts';

const HOUR = 3_600_000;
const FLOOD = 10_000;

test('10,000 announcements for three destinations, one of them dead for an hour', async () => {
  const options = { maxAge: '6h', concurrency: 16 };
  using bench = new LaneBench({
    bot: { options },
    chat: { options: { ...options, concurrency: 1 }, own: [{ limit: 500, perMs: 1000 }] },
    dead: { options: { ...options, retry: { minDelay: '5m', maxDelay: '10m' } } },
  });
  bench.tookMs = 1;
  bench.answer = ({ destination }) =>
    destination === 'dead' && bench.nowMs < HOUR
      ? { kind: 'retry', reason: 'unreachable' }
      : { kind: 'delivered' };
  let mostHeld = 0;
  for (let n = 1; n <= FLOOD; n++) {
    bench.announce(String(n));
    for (const lane of bench.lanes) mostHeld = Math.max(mostHeld, lane.status.held);
    if (n % 500 === 0) await bench.clock.advance(1);
  }
  expect(mostHeld).toBe(HEAD);
  expect(bench.clock.pending, 'timers').toBeLessThan(3 * HEAD);
  const flooded = bench.sends.length;
  await bench.clock.advance(50_000);
  const chat = bench
    .titles('chat')
    .slice(bench.sends.slice(0, flooded).filter(({ destination }) => destination === 'chat').length);
  expect(chat, 'from the freshest to the oldest').toEqual(chat.toSorted((a, b) => Number(b) - Number(a)));
  const states = (destination: string) => {
    const count = new Map<string, number>();
    for (const { state } of bench.rows(destination)) count.set(state, (count.get(state) ?? 0) + 1);
    return Object.fromEntries(count);
  };
  expect(states('bot')).toEqual({ delivered: FLOOD });
  expect(states('chat')).toEqual({ delivered: FLOOD });
  expect(states('dead')).toEqual({ pending: FLOOD });
  expect(bench.lane('dead').status).toMatchObject({ held: HEAD, behind: true });
  await bench.clock.advance(HOUR);
  await bench.clock.advance(HOUR / 4);
  expect(states('dead')).toEqual({ delivered: FLOOD });
});

test('what a push costs does not depend on how much is held', async () => {
  const comparisonsPerPush = async (held: number) => {
    using bench = new LaneBench({ bot: { options: { maxAge: '6h' } } });
    bench.answer = () => ({ kind: 'retry', reason: 'rate_limited', afterMs: HOUR });
    bench.announce('0');
    await bench.clock.advance(10);
    let reads = 0;
    const push = (n: number) => {
      const id = String(n).padStart(8, '0');
      const delivery: Delivery = {
        id: `${id}-0`,
        content: newsOf({ id, receivedMs: bench.clock.monotonicMs(), title: id } as Announcement),
        destination: 'bot',
        rule: 'all',
        template: undefined,
        ticker: undefined,
        get importance() {
          reads++;
          return 1;
        },
        expiresAtMs: bench.clock.monotonicMs() + HOUR + n,
      };
      bench.lane('bot').push(delivery);
    };
    for (let n = 1; n < held; n++) push(n);
    reads = 0;
    for (let n = 0; n < 1000; n++) push(held + n);
    return reads / 2 / 1000;
  };
  // Two orders of 1,000, each found by halving.
  expect(await comparisonsPerPush(HEAD)).toBeLessThan(50);
  expect(await comparisonsPerPush(10)).toBeLessThan(50);
});

test('what a budget costs does not depend on its limit', () => {
  let looks = 0;
  /** A moment that tells when it is looked at. */
  const moment = (atMs: number): number =>
    ({
      valueOf: () => {
        looks++;
        return atMs;
      },
    }) as unknown as number;
  const looksPerSend = (limit: number) => {
    const budget = new Budget(new FakeClock(0));
    budget.claim('bot', [{ limit, perMs: HOUR }]);
    looks = 0;
    for (let n = 0; n < 20_000; n++) {
      if (budget.waitMs(moment(n)) > 0) continue;
      budget.settle(budget.take(), moment(n));
    }
    return looks / 20_000;
  };
  // A budget that looked at all of its slots would look 20,000 times.
  expect(looksPerSend(20_000)).toBeLessThan(20);
  expect(looksPerSend(10)).toBeLessThan(20);
});
