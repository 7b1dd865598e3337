/**
 * Preloaded into a subject (`node --import`): how long its loop was held, until SIGUSR2; then writes `loop.json`: of each
 * hold [end, length, CPU time of the thread meanwhile], in µs of the machine's monotonic clock, which the meter reads too.
 * A timer of a millisecond runs once in each turn of the loop. More CPU time than `LEAST_US` and less than the length: the
 * machine gave the rest to others.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const TICK_MS = 1;
const LEAST_US = 1000;

const holds = [];
const nowUs = () => Number(process.hrtime.bigint() / 1000n);
const cpuUs = () => {
  const { user, system } = process.threadCpuUsage();
  return user + system;
};
let before = { atUs: nowUs(), cpuUs: cpuUs() };

function tick() {
  const now = { atUs: nowUs(), cpuUs: cpuUs() };
  const heldUs = now.atUs - before.atUs - TICK_MS * 1000;
  if (heldUs > LEAST_US) holds.push([now.atUs, heldUs, now.cpuUs - before.cpuUs]);
  before = now;
  setTimeout(tick, TICK_MS).unref();
}
// Threads preload it as well, and need no watch.
if (isMainThread) setTimeout(tick, TICK_MS).unref();

process.on('SIGUSR2', () => {
  writeFileSync('loop.part', JSON.stringify(holds));
  // Whole, or not there.
  renameSync('loop.part', 'loop.json');
});
