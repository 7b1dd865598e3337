/** `delay`: news leaves no sooner than so long after its receipt, whatever else happens. */
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/delivery/outcome.ts';
import { retryDeliveries } from '../../src/outbox/queries.ts';
import { LaneBench } from '../support/lane-bench.ts';

const delivered: Outcome = { kind: 'delivered' };
const unreachable: Outcome = { kind: 'retry', reason: 'unreachable' };
const free = { maxAge: '10m', delay: '2m' };

test('the paying ones get it at once, the others two minutes later', async () => {
  using bench = new LaneBench({ vip: { options: { maxAge: '10m' } }, free: { options: free } });
  bench.announce('one');
  await bench.clock.advance(1000);
  bench.announce('two');
  await bench.clock.advance(118_999);
  expect([bench.titles('vip'), bench.titles('free')]).toEqual([['one', 'two'], []]);
  await bench.clock.advance(1);
  expect(bench.titles('free')).toEqual(['one']);
  await bench.clock.advance(1000);
  expect(bench.titles('free')).toEqual(['one', 'two']);
});

test('a restart does not begin the wait anew, and does not end it', async () => {
  using bench = new LaneBench({ free: { options: free } });
  bench.announce('one');
  await bench.clock.advance(60_000);
  bench.restart();
  await bench.clock.advance(59_999);
  expect(bench.titles()).toEqual([]);
  await bench.clock.advance(1);
  expect(bench.titles()).toEqual(['one']);
});

test('a reload makes it longer, shorter, or ends it, also for what waits', async () => {
  using bench = new LaneBench({ free: { options: free } });
  bench.announce('one');
  bench.reload('free', { options: { ...free, delay: '3m' } });
  await bench.clock.advance(179_999);
  expect(bench.titles()).toEqual([]);
  await bench.clock.advance(1);
  expect(bench.titles()).toEqual(['one']);
  bench.announce('two');
  await bench.clock.advance(1000);
  bench.reload('free', { options: { maxAge: '10m' } });
  await bench.clock.advance(0);
  expect(bench.titles()).toEqual(['one', 'two']);
});

test('the end of a trouble frees what waits for the destination, and not what is not due', async () => {
  using bench = new LaneBench({ free: { options: { ...free, delay: '1m' } } });
  bench.answer = () => unreachable;
  for (const title of ['a', 'b', 'c', 'd']) bench.announce(title);
  await bench.clock.advance(60_000);
  expect(bench.titles().length).toBeGreaterThan(0);
  const before = bench.titles().length;
  bench.announce('late');
  bench.answer = () => delivered;
  await bench.clock.advance(59_999);
  expect([...new Set(bench.titles().slice(before))].sort()).toEqual(['a', 'b', 'c', 'd']);
  await bench.clock.advance(1);
  expect(bench.titles().at(-1)).toBe('late');
});

test('its age counts from the receipt, so what cannot wait so long expires in its time', async () => {
  using bench = new LaneBench({ free: { options: { maxAge: '1m', delay: '2m' } } });
  bench.announce('one');
  await bench.clock.advance(60_000);
  expect(bench.said).toEqual(['expired free one']);
  await bench.clock.advance(600_000);
  expect(bench.titles()).toEqual([]);
});

test('a person who asks for it gets it at once', async () => {
  using bench = new LaneBench({ free: { options: free } });
  bench.answer = () => ({ kind: 'reject', reason: 'message_refused', scope: 'message' });
  bench.announce('one');
  await bench.clock.advance(120_000);
  expect(bench.rows()).toMatchObject([{ state: 'dead' }]);
  bench.answer = () => delivered;
  bench.reload('free', { options: { ...free, delay: '9m' } });
  const ids = bench.rows().map(({ delivery }) => delivery.id);
  retryDeliveries(bench.database, ids, bench.clock.monotonicMs());
  bench.lane('free').reconcile();
  await bench.clock.advance(0);
  expect(bench.titles()).toEqual(['one', 'one']);
});
