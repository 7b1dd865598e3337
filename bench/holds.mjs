/**
 * Preloaded into a subject (`node --import`): records which function it spends its time in, until SIGUSR2; then writes `holds.json`. All times are µs of the machine's monotonic
 * clock, which the meter reads too.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

/** Fine enough for a hold of a millisecond; coarse enough to slow the bridge down by a third at most. */
const SAMPLE_US = 400;

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_US });
await session.post('Profiler.start');

process.on('SIGUSR2', async () => {
  const { profile } = await session.post('Profiler.stop');
  writeFileSync('holds.json', JSON.stringify({ profile }));
  writeFileSync('holds.done', '');
});
