/**
 * Preloaded into a subject (`node --import`): records the time it spends in which function, and its
 * collections of garbage, until SIGUSR2; then writes `holds.json`. All times are µs of the machine's monotonic clock, which
 * the meter reads too.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { PerformanceObserver } from 'node:perf_hooks';

/** Fine enough for a hold of a millisecond; a coarse tenth of the processor while it works. */
const SAMPLE_US = 250;

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_US });
await session.post('Profiler.start');

const originUs = Number(process.hrtime.bigint() / 1000n) - performance.now() * 1000;
const collections = [];
new PerformanceObserver((list) => {
  for (const { startTime, duration, detail } of list.getEntries())
    collections.push({ atUs: originUs + startTime * 1000, durationUs: duration * 1000, kind: detail.kind });
}).observe({ entryTypes: ['gc'] });

process.on('SIGUSR2', async () => {
  const { profile } = await session.post('Profiler.stop');
  writeFileSync('holds.json', JSON.stringify({ profile, collections }));
  writeFileSync('holds.done', '');
});
