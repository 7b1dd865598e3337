import { expect, test } from 'vitest';
import { minorCollection } from '../../src/platform/minor-collection.ts';
import { QuietCollector } from '../../src/platform/quiet-collector.ts';
import { FakeClock } from '../support/fake-clock.ts';

function collecting() {
  const clock = new FakeClock();
  const startMs = clock.monotonicMs();
  const heap = { usedBytes: 0, collectedMs: [] as number[] };
  const collector = new QuietCollector(clock, () => ({
    usedBytes: () => heap.usedBytes,
    collect: () => {
      heap.collectedMs.push(clock.monotonicMs() - startMs);
      heap.usedBytes = 0;
    },
  }));
  return { clock, heap, collector };
}

test('the garbage of an announcement is collected when nothing has followed it for 5 ms', async () => {
  const { clock, heap, collector } = collecting();
  collector.start();
  await clock.advance(10);
  heap.usedBytes = 400_000;
  collector.busy();
  await clock.advance(3);
  collector.busy();
  await clock.advance(100);
  expect(heap.collectedMs).toEqual([18]);
});

test('a burst is never interrupted', async () => {
  const { clock, heap, collector } = collecting();
  collector.start();
  for (let event = 0; event < 1000; event++) {
    heap.usedBytes += 100_000;
    collector.busy();
    await clock.advance(1);
  }
  expect(heap.collectedMs).toEqual([]);
  await clock.advance(10);
  expect(heap.collectedMs).toEqual([1004]);
});

test('what runs without events is collected four times a second at most, and little is not worth it', async () => {
  const { clock, heap, collector } = collecting();
  collector.start();
  heap.usedBytes = 299_999;
  await clock.advance(250);
  expect(heap.collectedMs).toEqual([]);
  heap.usedBytes = 300_000;
  await clock.advance(300);
  expect(heap.collectedMs).toEqual([500]);
});

test('before the start, after the end, and on an engine without, nothing runs', async () => {
  const { clock, heap, collector } = collecting();
  heap.usedBytes = 1e6;
  collector.busy();
  expect(clock.pending).toBe(0);
  collector.start();
  collector.busy();
  collector.stop();
  collector.busy();
  expect(clock.pending).toBe(0);
  const unable = new QuietCollector(clock, () => undefined);
  unable.start();
  unable.busy();
  await clock.advance(1000);
  expect([clock.pending, ...heap.collectedMs]).toEqual([0]);
});

test('V8 collects at once: the young generation is smaller afterwards, and nobody else sees the function', () => {
  const young = minorCollection();
  const garbage = Array.from({ length: 3 }, (_, n) => 'x'.repeat(10_000 + n).split(''));
  expect(garbage).toHaveLength(3);
  garbage.length = 0;
  const before = young?.usedBytes() ?? 0;
  young?.collect();
  young?.collect();
  expect(before).toBeGreaterThan(0);
  expect(young?.usedBytes()).toBeLessThan(before);
  expect('gc' in globalThis && process.execArgv.every((flag) => !flag.includes('expose'))).toBe(false);
});
