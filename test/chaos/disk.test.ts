/**
 * The built program while its disk fills up and is freed at random, with receivers that fail and kills in between.
 * Everything that is read is delivered; the store is reported broken and repaired once each; everything that
 * happened meanwhile is in it afterwards. A kill on a full disk repeats deliveries that could not be written down,
 * and loses none that receivers had accepted.
 */
import { expect, test } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { TEST_MS, WAIT_MS } from '../support/limits.ts';
import type { Program } from '../support/program.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { startStandIns } from '../support/stand-ins.ts';
import { CHAOS_MS, Lives, reckon, SEED, sameIdEachTime } from './lives.ts';
import { CHAOS_CONFIG, DESTINATIONS, Receivers } from './receivers.ts';
import { Starvation } from './starvation.ts';

const told = (bridge: Program, name: string) => bridge.log.all.filter(({ msg }) => msg === name).length;

/** Resolves when the event was logged for the nth time. */
const nth = (bridge: Program, name: string, times: number) =>
  expect.poll(() => told(bridge, name), { interval: 20 }).toBeGreaterThanOrEqual(times);

async function problemsOf(bridge: Program): Promise<string> {
  const { url } = await bridge.event('bridge.started');
  const response = await fetch(`${url}/readyz`);
  return ((await response.json()) as { problems: string[] }).problems.join();
}

test(`the disk is full at random for ${CHAOS_MS} ms (SEED=${SEED})`, { timeout: CHAOS_MS + TEST_MS }, async ({
  skip,
}) => {
  const random = seededRandom(SEED);
  await using standIns = await startStandIns();
  const receivers = new Receivers(standIns, random);
  const { env, feed, bot } = standIns;
  using lives = new Lives({ config: CHAOS_CONFIG, env, random, feed, store: 'disk/bridge.db' });
  using disk = new Starvation({ path: lives.workplace.folder });
  skip(disk.how === 'none', 'neither mount nor prlimit can be used here');

  const seen = { fills: 0, restartsOnAFullDisk: 0, excused: 0 };
  const misbehave = () => receivers.misbehave();
  /** Until every receiver has taken all that was read, to the last announcement. */
  const allTaken = async (bridge: Program) => {
    const last = lives.lastTitle;
    await bridge.log.waitFor((line) => line.msg === 'announcement.received' && line['title'] === last);
    lives.note(bridge);
    const missing = () =>
      DESTINATIONS.flatMap((name) => {
        const taken = receivers.taken(name);
        return [...lives.read].filter((title) => !taken.has(title));
      });
    await expect.poll(missing, { interval: 50 }).toEqual([]);
  };

  /** The log has room of its own: a full disk is felt when that is used up. */
  const announceUntilBroken = async (bridge: Program) => {
    const untilMs = systemClock.monotonicMs() + WAIT_MS;
    while (told(bridge, 'store.broken') === 0 && systemClock.monotonicMs() < untilMs)
      await lives.announceFor(100, misbehave);
    expect(told(bridge, 'store.broken')).toBe(1);
  };

  const endMs = systemClock.monotonicMs() + CHAOS_MS;
  while (systemClock.monotonicMs() < endMs) {
    await using bridge = await lives.begin();
    await lives.announceFor(200 + random() * 300, misbehave);
    disk.begin(bridge);
    seen.fills++;
    await lives.announceFor(200 + random() * 1000, misbehave);
    await announceUntilBroken(bridge);
    expect(await problemsOf(bridge)).toMatch(/the store cannot be written/);
    if (disk.outlivesTheProcess && random() < 0.5) {
      // An accepted message need not be in the store: this kill must come after it, and may repeat it.
      receivers.behave();
      await allTaken(bridge);
      await lives.kill(bridge);
      seen.restartsOnAFullDisk++;
      seen.excused += lives.owed();
      await using again = await lives.begin();
      await lives.announceFor(200 + random() * 500, misbehave);
      await announceUntilBroken(again);
      disk.end(again);
      await nth(again, 'store.mended', 1);
      await lives.announceFor(200, misbehave);
      await lives.kill(again);
    } else {
      disk.end(bridge);
      await nth(bridge, 'store.mended', 1);
      expect(await problemsOf(bridge)).not.toMatch(/the store cannot be written/);
      await lives.announceFor(200 + random() * 300, misbehave);
      await lives.kill(bridge);
    }
    expect([told(bridge, 'store.broken'), told(bridge, 'store.replaced')]).toEqual([1, 0]);
  }
  receivers.behave();
  await using last = await lives.begin();
  await lives.drain(last);
  const figures = { by: disk.how, ...seen, ...reckon(lives, receivers, seen.excused) };
  process.stdout.write(`chaos, disk: ${JSON.stringify(figures)}\n`);
  sameIdEachTime(bot.received);
});
