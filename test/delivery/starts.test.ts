/** The count of a lane's sends: how many at once, the pause, and the end of all of them. */
import { expect, test, vi } from 'vitest';
import { Starts } from '../../src/delivery/starts.ts';
import { LaneBench } from '../support/lane-bench.ts';

const HOUR_MS = 3_600_000;

test('another may start while fewer are under way than may be, and none in a pause', () => {
  const starts = new Starts();
  expect(starts.mayStart(1)).toBe(true);
  starts.begin();
  expect(starts.mayStart(1)).toBe(false);
  expect(starts.mayStart(2)).toBe(true);
  starts.pause();
  expect(starts.mayStart(2)).toBe(false);
  starts.start();
  starts.end();
  expect(starts.mayStart(1)).toBe(true);
});

test('idle: at once when none is under way, else when the last one has ended, for all who wait', async () => {
  const starts = new Starts();
  await starts.idle();
  const said: string[] = [];
  starts.begin();
  starts.begin();
  const waits = [starts.idle().then(() => said.push('one')), starts.idle().then(() => said.push('other'))];
  starts.end();
  await new Promise(setImmediate);
  expect(said).toEqual([]);
  starts.end();
  await Promise.all(waits);
  expect(said).toEqual(['one', 'other']);
});

test('a lane that idles sends within the push; beyond its concurrency the freshest goes as soon as one has ended', async () => {
  using bench = new LaneBench({ bot: { options: { concurrency: 2 } } });
  await bench.opened();
  bench.tookMs = 100;
  bench.announce('one');
  expect(bench.titles(), 'nothing has been awaited').toEqual(['one']);
  bench.announce('two');
  bench.announce('three');
  bench.announce('four');
  expect(bench.titles()).toEqual(['one', 'two']);
  await bench.clock.advance(100);
  expect(bench.titles()).toEqual(['one', 'two', 'four', 'three']);
  await bench.clock.advance(100);
  expect(bench.rows().map(({ state }) => state)).toEqual(Array(4).fill('delivered'));
});

test('the end waits for what is under way, and starts nothing more', async () => {
  using bench = new LaneBench({ bot: { options: { concurrency: 1 } } });
  bench.tookMs = 1000;
  bench.announce('one');
  bench.announce('two');
  let hasStopped = false;
  const stopped = bench
    .lane('bot')
    .stop(new AbortController().signal)
    .then(() => {
      hasStopped = true;
    });
  await bench.clock.advance(999);
  expect(hasStopped).toBe(false);
  await bench.clock.advance(1);
  await stopped;
  expect(bench.titles()).toEqual(['one']);
  expect(bench.rows().map(({ state }) => state)).toEqual(['pending', 'delivered']);
});

test('regression: a lane in trouble whose budget is full waits, and does not look again and again', async () => {
  using bench = new LaneBench({
    bot: { options: { maxAge: '6h', concurrency: 4 }, own: [{ limit: 3, perMs: HOUR_MS }] },
  });
  bench.answer = () => ({ kind: 'retry', reason: 'server_error' });
  const monotonicMs = bench.clock.monotonicMs.bind(bench.clock);
  let looks = 0;
  vi.spyOn(bench.clock, 'monotonicMs').mockImplementation(() => {
    if (++looks > 10_000) throw new Error('it looks at the clock for ever');
    return monotonicMs();
  });
  for (let n = 1; n <= 3; n++) {
    bench.announce(`${n}`);
    await bench.clock.advance(1);
  }
  expect(bench.lane('bot').status.slowed).toBeDefined();
  bench.announce('fresh');
  await bench.clock.advance(10 * 60_000);
  expect(bench.sends).toHaveLength(3);
  bench.answer = () => ({ kind: 'delivered' });
  await bench.clock.advance(2 * HOUR_MS);
  expect(bench.rows().map(({ state }) => state)).toEqual(Array(4).fill('delivered'));
});
