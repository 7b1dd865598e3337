/** A message in trouble is not a destination in trouble: who is slowed, who is suspended, who goes when. */
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/delivery/outcome.ts';
import { newsIn } from '../support/contents.ts';
import { LaneBench, type Send } from '../support/lane-bench.ts';

const delivered: Outcome = { kind: 'delivered' };
const refused: Outcome = { kind: 'reject', reason: 'forbidden', scope: 'unclear' };
const missing: Outcome = { kind: 'reject', reason: 'gone', scope: 'unclear' };
const gone: Outcome = { kind: 'reject', reason: 'gone', scope: 'destination' };
const busy: Outcome = { kind: 'retry', reason: 'server_error' };
const refusedConnection: Outcome = { kind: 'retry', reason: 'unreachable' };
const lost: Outcome = { kind: 'ambiguous', reason: 'connection_lost' };
const hurried: Outcome = { kind: 'retry', reason: 'rate_limited' };
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The defaults of a webhook, but for these. */
const bot = (options: object = {}) => ({ bot: { options: { maxAge: '10m', concurrency: 1, ...options } } });
const isPoison = ({ title }: Pick<Send, 'title'>) => title.startsWith('poison');
const states = (bench: LaneBench, which: (row: { title: string }) => boolean = () => true) =>
  bench
    .rows()
    .map(({ state, delivery }) => ({ state, title: newsIn(delivery).title }))
    .filter(which)
    .map(({ state }) => state);
const healthy = (bench: LaneBench) => states(bench, (row) => !isPoison(row));

/** Something is announced each `everyMs`. */
async function announceFor(bench: LaneBench, forMs: number, everyMs: number, name = 'news'): Promise<void> {
  for (let n = 1; n <= forMs / everyMs; n++) {
    bench.announce(`${name} ${n}`);
    await bench.clock.advance(everyMs);
  }
}

test.each([1, 4, 16])(
  'regression: a message that a firewall refuses holds nobody up, and ends as dead (concurrency %i)',
  async (concurrency) => {
    using bench = new LaneBench(bot({ concurrency }));
    bench.tookMs = 20;
    bench.answer = (send) => (isPoison(send) ? refused : delivered);
    for (let n = 1; n <= 10; n++) bench.announce(`${n}`);
    bench.announce('poison', 5);
    for (let n = 11; n <= 20; n++) bench.announce(`${n}`);
    await bench.clock.advance(SECOND);
    expect(healthy(bench)).toEqual(Array(20).fill('delivered'));
    await bench.clock.advance(MINUTE);
    expect(bench.said).toEqual(['dead bot poison']);
    expect(bench.rows().find(({ state }) => state === 'dead')).toMatchObject({
      reason: 'forbidden',
      attempts: 5,
    });
  },
);

test.each([1, 4, 16])(
  'regression: several poisons, also at the head of the queue, among many that are taken (concurrency %i)',
  async (concurrency) => {
    using bench = new LaneBench(bot({ concurrency }));
    bench.tookMs = 20;
    bench.answer = (send) => (isPoison(send) ? refused : delivered);
    for (let n = 1; n <= 50; n++) bench.announce(`${n}`);
    for (let n = 1; n <= 4; n++) bench.announce(`poison ${n}`, 5);
    await bench.clock.advance(2 * SECOND);
    expect(healthy(bench)).toEqual(Array(50).fill('delivered'));
    await announceFor(bench, 30 * SECOND, SECOND);
    for (let n = 5; n <= 8; n++) bench.announce(`poison ${n}`);
    await announceFor(bench, 30 * SECOND, SECOND, 'more');
    expect(healthy(bench)).toEqual(Array(110).fill('delivered'));
    expect(bench.said.toSorted()).toEqual(Array.from({ length: 8 }, (_, n) => `dead bot poison ${n + 1}`));
    expect(bench.sends.filter(isPoison).length, 'bounded').toBeLessThanOrEqual(8 * 6);
  },
);

test('regression: poison that is the only message suspends, is never the look when there is another, and never suspends again', async () => {
  using bench = new LaneBench(bot());
  bench.answer = (send) => (isPoison(send) ? refused : delivered);
  bench.announce('poison', 9);
  await bench.clock.advance(10 * SECOND);
  expect(bench.said).toEqual(['suspended bot forbidden']);
  const looks = bench.sends.length;
  bench.announce('fresh');
  await bench.clock.advance(0);
  expect(bench.titles().slice(looks)[0], 'the fresh one is the look, at once').toBe('fresh');
  expect(bench.said).toEqual(['suspended bot forbidden', 'resumed bot']);
  await announceFor(bench, MINUTE, 5 * SECOND);
  await bench.clock.advance(10 * MINUTE);
  expect(bench.said).toEqual(['suspended bot forbidden', 'resumed bot', 'dead bot poison']);
  expect(healthy(bench)).toEqual(Array(13).fill('delivered'));
});

test('regression: two messages refused and nobody else to ask: suspended, said once, and looked at after 1, 2, 4 … s', async () => {
  using bench = new LaneBench(bot({ maxAge: '6h' }));
  bench.answer = () => missing;
  bench.announce('one');
  bench.announce('two');
  await bench.clock.advance(500);
  expect(bench.said).toEqual(['suspended bot gone']);
  expect(bench.lane('bot').status.suspended).toMatchObject({ reason: 'gone' });
  const before = bench.sends.length;
  const sinceMs = bench.sends.at(-1)?.atMs ?? 0;
  await bench.clock.advance(2 * HOUR);
  const seconds = bench.sends.slice(before).map(({ atMs }) => Math.round((atMs - sinceMs) / SECOND));
  expect(seconds.slice(0, 6)).toEqual([1, 3, 7, 15, 31, 63]);
  const waits = seconds.slice(1).map((at, index) => at - (seconds[index] ?? 0));
  expect(Math.max(...waits), 'at most half an hour').toBe(30 * 60);
  expect(bench.said).toEqual(['suspended bot gone']);
  bench.answer = () => delivered;
  await bench.clock.advance(HOUR);
  expect(bench.said).toEqual(['suspended bot gone', 'resumed bot']);
  expect(states(bench)).toEqual(['delivered', 'delivered']);
});

test.each([
  ['404', missing],
  ['503', busy],
  ['connection refused', refusedConnection],
  ['connections that break', lost],
])('regression: %s for 5 s costs nothing of 35 signals, and no second more', async (_name, answer) => {
  using bench = new LaneBench(bot({ maxAge: '10s', concurrency: 16 }));
  bench.tookMs = 5;
  const outage = (atMs: number) => atMs >= 3 * SECOND && atMs < 8 * SECOND;
  bench.answer = ({ atMs }) => (outage(atMs) ? answer : delivered);
  await announceFor(bench, 35 * 500, 500);
  await bench.clock.advance(20 * SECOND);
  expect(states(bench)).toEqual(Array(35).fill('delivered'));
  const first = bench.sends.find(({ atMs }) => atMs >= 8 * SECOND)?.atMs ?? Number.POSITIVE_INFINITY;
  expect(first - 8 * SECOND, 'silence after the recovery').toBeLessThanOrEqual(SECOND);
  const waited = bench.sends.filter(({ atMs }) => atMs >= first && atMs < first + 100);
  expect(waited.length, 'what waited goes at once').toBeGreaterThanOrEqual(9);
  expect(bench.sends.length - 35, 'looks').toBeLessThanOrEqual(20);
});

test('a router that says 404 for half a second delays by a second at most, and reports nothing to do', async () => {
  using bench = new LaneBench(bot({ maxAge: '5s' }));
  bench.answer = ({ atMs }) => (atMs < 500 ? missing : delivered);
  bench.announce('one');
  await bench.clock.advance(1500);
  expect(states(bench)).toEqual(['delivered']);
});

test.each([
  ['503', busy],
  ['429 without a time', hurried],
  ['connection refused', refusedConnection],
  ['answers that are lost', lost],
])('regression: 1,000 wait and every answer is %s: a few requests, not thousands', async (_name, answer) => {
  using bench = new LaneBench(bot({ concurrency: 16 }));
  bench.tookMs = 5;
  bench.answer = () => answer;
  for (let n = 1; n <= 1000; n++) bench.announce(`${n}`);
  await bench.clock.advance(10 * SECOND);
  expect(bench.sends.length).toBeLessThanOrEqual(16 + 10);
  await bench.clock.advance(50 * SECOND);
  expect(bench.sends.length).toBeLessThanOrEqual(16 + 14);
  expect(bench.lane('bot').status.slowed).toMatchObject({ reason: expect.any(String) });
  bench.answer = () => delivered;
  bench.announce('fresh', 9);
  await bench.clock.advance(500);
  expect(states(bench)).toEqual(Array(1001).fill('delivered'));
  expect(bench.lane('bot').status.slowed).toBeUndefined();
  expect(bench.said).toEqual([]);
});

test('regression: a receiver out of service that names a second is asked no sooner, and has fresh news a second after it is back', async () => {
  using bench = new LaneBench({ bot: { options: { maxAge: '6h' } } });
  bench.answer = ({ atMs }) =>
    atMs < 60_000 ? { kind: 'retry', reason: 'server_error', afterMs: 1000 } : { kind: 'delivered' };
  for (let n = 1; n <= 320; n++) {
    bench.announce(`${n}`);
    await bench.clock.advance(200);
  }
  const at = bench.sends.filter(({ atMs }) => atMs < 60_000).map(({ atMs }) => atMs);
  expect(Math.min(...at.slice(1).map((atMs, index) => atMs - (at[index] ?? 0)))).toBeGreaterThanOrEqual(1000);
  expect(bench.sends.find(({ atMs }) => atMs >= 60_000)?.atMs).toBeLessThanOrEqual(61_000);
  expect(bench.rows().filter(({ state }) => state !== 'delivered').length).toBeLessThanOrEqual(1);
});

test('regression: when the first is taken, what waits goes at once, most valuable and freshest first', async () => {
  using bench = new LaneBench(bot({ maxAge: '1h' }));
  bench.answer = () => busy;
  for (const [title, importance] of [
    ['old', 1],
    ['listing', 5],
    ['new', 1],
    ['notice', 0],
  ] as const)
    bench.announce(title, importance);
  await bench.clock.advance(5 * MINUTE);
  const before = bench.sends.length;
  bench.answer = () => delivered;
  await bench.clock.advance(2 * MINUTE);
  const [first, ...rest] = bench.titles().slice(before);
  expect(rest).toEqual(['listing', 'new', 'old', 'notice'].filter((title) => title !== first));
  expect(new Set(bench.sends.slice(before).map(({ atMs }) => atMs)).size, 'in one go').toBe(1);
});

test('regression: what fails and waits for its own time goes at once when another is taken', async () => {
  using bench = new LaneBench(bot({ retry: { minDelay: '40s', maxDelay: '40s' } }));
  bench.answer = () => busy;
  bench.announce('one');
  bench.announce('two');
  await bench.clock.advance(SECOND);
  bench.answer = () => delivered;
  bench.announce('three');
  await bench.clock.advance(SECOND);
  expect(bench.titles()).toEqual(['one', 'two', 'three', 'two', 'one']);
});

test('one body that fails slows nobody else, and is not sent each time that another is taken', async () => {
  using bench = new LaneBench(bot({ maxAge: '1h' }));
  bench.answer = (send) => (isPoison(send) ? busy : delivered);
  bench.announce('poison');
  await bench.clock.advance(10);
  for (let n = 1; n <= 600; n++) {
    bench.announce(`${n}`);
    expect(bench.titles().at(-1), 'without delay').toBe(`${n}`);
    await bench.clock.advance(100);
  }
  expect(bench.sends.filter(isPoison).length).toBeLessThan(15);
  expect(bench.lane('bot').status.slowed).toBeUndefined();
});

test('while it is in trouble one goes at a time, fresh news at most once a second, and that leaves the ladder as it is', async () => {
  using bench = new LaneBench(bot({ concurrency: 16, maxAge: '6h', timeout: '20s' }));
  bench.answer = () => busy;
  for (let n = 1; n <= 5; n++) bench.announce(`${n}`);
  await bench.clock.advance(HOUR);
  const before = bench.sends.length;
  for (let n = 1; n <= 200; n++) {
    bench.announce(`fresh ${n}`);
    await bench.clock.advance(50);
  }
  const looks = bench.sends.slice(before).map(({ atMs }) => atMs);
  const apart = looks.slice(1).map((atMs, index) => atMs - (looks[index] ?? 0));
  expect(looks.length).toBeGreaterThanOrEqual(9);
  expect(Math.min(...apart)).toBeGreaterThanOrEqual(SECOND);
  bench.answer = () => undefined;
  bench.announce('hangs', 9);
  await bench.clock.advance(5 * SECOND);
  const hanging = bench.sends.length;
  bench.announce('behind it', 9);
  await bench.clock.advance(10 * SECOND);
  expect(bench.sends.length, 'one at a time').toBe(hanging);
  expect(bench.lane('bot').status.inFlight).toBe(1);
});

test('fresh news does not try a destination that says itself that it is gone', async () => {
  using bench = new LaneBench(bot({ maxAge: '6h' }));
  bench.answer = () => gone;
  bench.announce('one');
  await announceFor(bench, 59 * SECOND, SECOND);
  expect(bench.sends).toHaveLength(1);
  expect(bench.said).toEqual(['suspended bot gone']);
});

test('regression: a suspended destination that wants fewer requests is there again', async () => {
  using bench = new LaneBench(bot({ maxAge: '6h' }));
  bench.answer = () => gone;
  bench.announce('one');
  await bench.clock.advance(SECOND);
  bench.answer = () => ({ kind: 'retry', reason: 'rate_limited', afterMs: 5000 });
  await bench.clock.advance(MINUTE);
  expect(bench.said).toEqual(['suspended bot gone', 'resumed bot']);
  bench.answer = () => delivered;
  await bench.clock.advance(6 * SECOND);
  expect(states(bench)).toEqual(['delivered']);
});

test('`retry.attempts` counts the attempts of each delivery, not the looks with others', async () => {
  using bench = new LaneBench(
    bot({ maxAge: '6h', retry: { attempts: 3, minDelay: '100ms', maxDelay: '1s' } }),
  );
  bench.answer = () => busy;
  for (let n = 1; n <= 10; n++) bench.announce(`${n}`);
  await bench.clock.advance(10 * MINUTE);
  expect(states(bench)).toEqual(Array(10).fill('dead'));
  expect(bench.sends).toHaveLength(30);
});

test('a refusal while the destination is suspended is not held against a message, and an outage may come twice', async () => {
  using bench = new LaneBench(bot({ concurrency: 4 }));
  bench.tookMs = 5;
  // Up for the blink of an eye in between.
  const isUp = (atMs: number) => atMs >= 5000 && atMs < 5300;
  bench.answer = ({ atMs }) => (isUp(atMs) || atMs >= 12_000 ? delivered : missing);
  await announceFor(bench, 20 * SECOND, 400);
  await bench.clock.advance(10 * SECOND);
  expect(states(bench)).toEqual(Array(50).fill('delivered'));
});

test('what is too old ends in its time, also while it waits for the end of a trouble', async () => {
  using bench = new LaneBench(bot({ maxAge: '30s' }));
  bench.answer = () => missing;
  for (let n = 1; n <= 8; n++) bench.announce(`${n}`);
  await bench.clock.advance(30 * SECOND - 1);
  expect(states(bench)).toEqual(Array(8).fill('pending'));
  await bench.clock.advance(1);
  expect(states(bench)).toEqual(Array(8).fill('expired'));
});

test.each([
  ['suspended', missing],
  ['slowed', busy],
  ['paused', { kind: 'retry', reason: 'rate_limited', afterMs: HOUR } as const],
])(
  'regression: another address begins anew when the one before was %s, whatever it answers first',
  async (_name, answer) => {
    using bench = new LaneBench(bot({ maxAge: '6h' }));
    bench.answer = () => answer;
    for (let n = 1; n <= 5; n++) bench.announce(`${n}`);
    await bench.clock.advance(5 * MINUTE);
    const before = bench.sends.length;
    let isFirst = true;
    bench.answer = () => {
      const first = isFirst;
      isFirst = false;
      return first ? busy : delivered;
    };
    await bench.move('bot', 'elsewhere');
    await bench.clock.advance(500);
    expect(bench.sends.length).toBe(before + 6);
    expect(states(bench)).toEqual(Array(5).fill('delivered'));
    expect(bench.lane('bot').status).toMatchObject({
      suspended: undefined,
      slowed: undefined,
      pausedUntilMs: 0,
    });
  },
);

test('a stop in the middle of a look sends nothing more', async () => {
  using bench = new LaneBench(bot());
  bench.tookMs = 500;
  bench.answer = () => missing;
  for (let n = 1; n <= 3; n++) bench.announce(`${n}`);
  await bench.clock.advance(10 * SECOND);
  bench.answer = () => delivered;
  bench.announce('fresh');
  await bench.clock.advance(1);
  expect(bench.lane('bot').status.inFlight).toBe(1);
  const before = bench.sends.length;
  const stopped = bench.lane('bot').stop(new AbortController().signal);
  await bench.clock.advance(10 * SECOND);
  await stopped;
  expect(bench.sends).toHaveLength(before);
});

test('regression: among sparse news each poison is its own fault: nothing is suspended', async () => {
  using bench = new LaneBench(bot());
  bench.answer = (send) => (isPoison(send) ? refused : delivered);
  for (let n = 1; n <= 5; n++) {
    await announceFor(bench, 20 * SECOND, 5 * SECOND, `round ${n}, news`);
    bench.announce(`poison ${n}`, 5);
    await bench.clock.advance(2 * SECOND);
  }
  await announceFor(bench, 20 * SECOND, 5 * SECOND);
  expect(bench.said).toEqual(Array.from({ length: 5 }, (_, n) => `dead bot poison ${n + 1}`));
  expect(healthy(bench)).toEqual(Array(24).fill('delivered'));
});

test('the last message there is, refused again and again where others were taken, suspends after a while', async () => {
  using bench = new LaneBench(bot());
  await announceFor(bench, 5 * SECOND, SECOND);
  bench.answer = () => missing;
  bench.announce('one');
  await bench.clock.advance(9 * SECOND);
  expect(bench.said).toEqual([]);
  await bench.clock.advance(20 * SECOND);
  expect(bench.said).toEqual(['suspended bot gone']);
});

test('a look that hangs remains the only one when the trouble becomes another', async () => {
  using bench = new LaneBench(bot({ concurrency: 2, maxAge: '6h', timeout: '30s' }));
  await bench.opened();
  const answers: Record<string, Outcome | undefined> = { slow: gone };
  bench.answer = ({ title }) => (title in answers ? answers[title] : busy);
  bench.tookMs = 3000;
  bench.announce('slow');
  bench.tookMs = 0;
  for (let n = 1; n <= 3; n++) bench.announce(`${n}`);
  answers['hangs'] = undefined;
  await bench.clock.advance(SECOND);
  bench.announce('hangs', 9);
  await bench.clock.advance(SECOND);
  const before = bench.sends.length;
  expect(bench.titles().at(-1)).toBe('hangs');
  await bench.clock.advance(10 * SECOND);
  expect(bench.said).toEqual(['suspended bot gone']);
  expect(bench.sends.length).toBe(before);
});

test('the message that began it is not the look while there is another, however much it matters', async () => {
  using bench = new LaneBench(bot({ maxAge: '6h' }));
  bench.answer = () => missing;
  bench.announce('first', 9);
  await bench.clock.advance(10 * SECOND);
  expect(bench.said).toEqual(['suspended bot gone']);
  const before = bench.sends.length;
  bench.announce('second');
  bench.announce('third');
  await bench.clock.advance(HOUR);
  expect(new Set(bench.titles().slice(before))).toEqual(new Set(['second', 'third']));
  expect(bench.sends.length).toBeGreaterThan(before + 5);
});

test('a refusal is not held against a message while another is refused too: it may be an outage', async () => {
  using bench = new LaneBench(bot({ maxAge: '6h' }));
  bench.answer = ({ title }) => (title === 'victim' ? missing : delivered);
  bench.announce('victim');
  await bench.clock.advance(50);
  bench.announce('taken');
  await bench.clock.advance(50);
  bench.answer = () => missing;
  bench.announce('fresh');
  await bench.clock.advance(9 * SECOND);
  bench.answer = () => delivered;
  await bench.clock.advance(MINUTE);
  expect(states(bench)).toEqual(Array(3).fill('delivered'));
});

test('regression: what waits for its own time, and what an old address used up of its attempts, begins anew at another', async () => {
  const retry = { attempts: 2, minDelay: '40s', maxDelay: '40s' };
  using bench = new LaneBench(bot({ retry }));
  bench.tookMs = 200;
  bench.answer = () => busy;
  bench.announce('one');
  await bench.clock.advance(250);
  await bench.move('bot', 'elsewhere');
  await bench.clock.advance(100);
  expect(bench.titles(), 'at once').toEqual(['one', 'one']);
  // Answers still come from there when a third address is in force.
  await bench.move('bot', 'a-third');
  await bench.clock.advance(150);
  bench.answer = () => delivered;
  await bench.clock.advance(MINUTE);
  expect(bench.rows()).toMatchObject([{ state: 'delivered', attempts: 4 }]);
});

test('a suspension ends with its address, and that is said', async () => {
  using bench = new LaneBench(bot());
  bench.answer = () => gone;
  bench.announce('one');
  await bench.clock.advance(SECOND);
  bench.answer = () => busy;
  await bench.move('bot', 'elsewhere');
  await bench.clock.advance(SECOND);
  expect(bench.said).toEqual(['suspended bot gone', 'resumed bot']);
  expect(bench.lane('bot').status.suspended).toBeUndefined();
});

test('another address gets the rich form again', async () => {
  using bench = new LaneBench(bot());
  bench.answer = ({ plain }) => (plain ? busy : { kind: 'retry', reason: 'format_refused', plain: true });
  bench.announce('one');
  await bench.clock.advance(100);
  bench.answer = () => delivered;
  await bench.move('bot', 'elsewhere');
  await bench.clock.advance(100);
  expect(bench.sends.at(-1)).toMatchObject({ plain: false });
  expect(bench.rows()).toMatchObject([{ state: 'delivered', plain: false }]);
});
