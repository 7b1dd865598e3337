/** A flood, and one destination dead in it: what is in memory has a bound, what each announcement costs does not grow, the freshest goes first. */
import { expect, test, vi } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import { Budget } from '../../src/delivery/budget.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import { MOST_RESERVED } from '../../src/delivery/reserve.ts';
import { HEAD } from '../../src/delivery/supply.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { LaneBench, type LanePlan } from '../support/lane-bench.ts';

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

/** A lane whose receiver takes nothing yet, so that what is pushed waits. */
function shut(plan: LanePlan = {}) {
  const bench = new LaneBench({ bot: { options: { maxAge: '6h', concurrency: 1 }, ...plan } });
  bench.tookMs = 1;
  const owed = vi.spyOn(bench.journal, 'owed');
  const parse = vi.spyOn(JSON, 'parse');
  return { bench, owed, parse };
}

const newestFirst = (titles: readonly string[]) => titles.toSorted((a, b) => Number(b) - Number(a));

test('a burst of 10,000 is sent from memory: nothing is read back, the freshest first, and what comes meanwhile before it', async () => {
  const { bench, owed, parse } = shut();
  using _ = bench;
  for (let n = 1; n <= FLOOD; n++) bench.announce(String(n));
  expect(bench.lane('bot').status).toMatchObject({ held: HEAD, behind: true });
  expect([...bench.lane('bot').held], 'a store that is replaced gets all of them').toHaveLength(FLOOD);
  await bench.clock.advance(5000);
  const sent = bench.sends.length;
  expect(sent).toBeLessThan(FLOOD);
  bench.announce(String(FLOOD + 1));
  await bench.clock.advance(50_000);
  const titles = bench.titles();
  expect(titles.indexOf(String(FLOOD + 1)) - sent, 'the freshest goes next').toBeLessThan(2);
  expect(titles.slice(1, sent)).toEqual(newestFirst(titles.slice(1, sent)));
  expect(new Set(titles).size).toBe(FLOOD + 1);
  expect(titles).toHaveLength(FLOOD + 1);
  expect(owed, 'not a single look at the outbox').not.toHaveBeenCalled();
  expect(parse).not.toHaveBeenCalled();
  expect(bench.lane('bot').status).toMatchObject({ held: 0, behind: false });
  parse.mockRestore();
});

test('beyond what all lanes may hold together the outbox is asked, and the order is the same', async () => {
  const { bench, owed, parse } = shut();
  using _ = bench;
  parse.mockRestore();
  const count = HEAD + MOST_RESERVED + 500;
  for (let n = 1; n <= count; n++) bench.announce(String(n));
  expect([...bench.lane('bot').held]).toHaveLength(HEAD);
  await bench.clock.advance(100_000);
  expect(owed).toHaveBeenCalled();
  const [first, ...rest] = bench.titles();
  expect(first).toBe('1');
  expect(rest).toEqual(newestFirst(rest));
  expect(rest).toHaveLength(count - 1);
});

test('the places of a lane that has ended, and of one that was asked for from the store, are free again', async () => {
  const options = { maxAge: '6h', concurrency: 1 };
  using bench = new LaneBench({ one: { options }, two: { options } });
  bench.answer = () => undefined;
  const count = HEAD + MOST_RESERVED;
  for (let n = 1; n <= count; n++) bench.announce(String(n), 1, ['one']);
  const inMemory = (name: string) => [...bench.lane(name).held].length;
  expect(inMemory('one')).toBe(count);
  bench.lane('one').refill();
  expect(inMemory('one'), 'read again, so the outbox has the rest').toBe(HEAD);
  for (let n = 1; n <= count; n++) bench.announce(String(n), 1, ['two']);
  expect(inMemory('two')).toBe(count);
  await bench.lane('two').stop(AbortSignal.abort());
  expect(inMemory('two')).toBe(HEAD);
});

test('what somebody discards while it waits behind the head is not sent', async () => {
  const { bench, parse } = shut();
  using _ = bench;
  parse.mockRestore();
  await bench.opened();
  for (let n = 1; n <= 3 * HEAD; n++) bench.announce(String(n));
  bench.journal.flush();
  bench.database.exec(
    "UPDATE deliveries SET state = 'skipped', reason = 'discarded' WHERE state = 'pending'",
  );
  bench.lane('bot').reconcile();
  bench.announce('fresh');
  await bench.clock.advance(10_000);
  expect(bench.titles()).toEqual(['1', 'fresh']);
});

test('one that waited for its retry keeps its attempts and its time when a burst drives it out of the head', async () => {
  const { bench, owed, parse } = shut({
    options: { maxAge: '6h', concurrency: 1, retry: { minDelay: '5m' } },
  });
  using _ = bench;
  parse.mockRestore();
  bench.answer = ({ title }) =>
    title === 'old' && bench.nowMs < 60_000
      ? { kind: 'retry', reason: 'server_error' }
      : { kind: 'delivered' };
  bench.announce('old');
  await bench.clock.advance(10);
  for (let n = 1; n <= 3 * HEAD; n++) bench.announce(String(n));
  await bench.clock.advance(20_000);
  expect(bench.titles().filter((title) => title === 'old')).toHaveLength(1);
  await bench.clock.advance(10 * 60_000);
  expect(bench.sends.filter(({ title }) => title === 'old').map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(bench.sends).toHaveLength(3 * HEAD + 2);
  expect(owed).not.toHaveBeenCalled();
});
