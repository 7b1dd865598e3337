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

// Between two of these the loop has looked for news: without an idle moment, when there was more to do.
const turns = [];
const next = globalThis.setImmediate;
globalThis.setImmediate = (callback, ...rest) =>
  next(() => {
    turns.push(Number(process.hrtime.bigint() / 1000n));
    callback(...rest);
  });

process.on('SIGUSR2', async () => {
  const { profile } = await session.post('Profiler.stop');
  writeFileSync('holds.json', JSON.stringify({ profile, turns }));
  writeFileSync('holds.done', '');
});
