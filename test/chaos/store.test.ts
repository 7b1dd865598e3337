/** The built program whose store is damaged or taken away while deliveries wait: it says so, and a kill afterwards loses nothing. */
import { openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seededRandom } from '../support/seeded-random.ts';
import { startStandIns } from '../support/stand-ins.ts';
import { Lives, SEED } from './lives.ts';
import { CHAOS_CONFIG, CONCURRENCY, DESTINATIONS, Receivers } from './receivers.ts';

const NOISE = Buffer.alloc(64 * 1024, 0xa7);

/** Not closed: that would drop locks that are not ours to drop. */
function overwriteHeader(path: string): void {
  writeSync(openSync(path, 'r+'), NOISE, 0, 4096, 0);
}

function removeStore(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
}

test.each([
  ['deleted', removeStore, 0],
  ['damaged', overwriteHeader, 1],
] as const)(
  'the store is %s under the running program; after a kill everything still arrives',
  async (_, harm, asides) => {
    const random = seededRandom(SEED);
    await using standIns = await startStandIns();
    const receivers = new Receivers(standIns, random);
    using lives = new Lives({ config: CHAOS_CONFIG, env: standIns.env, random, feed: standIns.feed });
    const path = join(lives.workplace.folder, 'bridge.db');
    for (const standIn of [standIns.bot, standIns.discord, standIns.telegram])
      standIn.faults.push(...Array.from({ length: 20_000 }, () => ({ status: 503 })));
    await using bridge = await lives.begin();
    await lives.announceFor(500, () => undefined);
    harm(path);
    await lives.announceFor(500, () => undefined);
    const replaced = await bridge.event('store.replaced');
    await bridge.event('store.mended');
    await bridge.log.waitFor(
      (line) => line.msg === 'announcement.received' && line['title'] === lives.lastTitle,
    );
    expect(readdirSync(lives.workplace.folder).filter((name) => /\.corrupt-[^.]*Z$/.test(name))).toHaveLength(
      asides,
    );
    expect(replaced['level']).toBe('error');
    expect(replaced['salvaged']).not.toHaveProperty('unreadable');
    expect(lives.owed()).toBeGreaterThanOrEqual(lives.announced * DESTINATIONS.length);
    await lives.kill(bridge);

    receivers.behave();
    await using second = await lives.begin();
    await lives.drain(second);
    for (const name of DESTINATIONS) {
      expect(receivers.taken(name).size).toBe(lives.announced);
      // Requests in flight at the kill, and those that took a busy machine too long.
      expect(receivers.repeats(name)).toBeLessThanOrEqual(CONCURRENCY[name] + lives.ambiguous(name));
    }
  },
);

test('garbage in the place of the store, at the start: set aside, said, and the bridge works', async () => {
  await using standIns = await startStandIns();
  using lives = new Lives({
    config: CHAOS_CONFIG,
    env: standIns.env,
    random: seededRandom(SEED),
    feed: standIns.feed,
  });
  writeFileSync(join(lives.workplace.folder, 'bridge.db'), NOISE);
  await using bridge = await lives.begin();
  const { reason, setAside } = await bridge.event('store.replaced');
  expect(reason).toBe('file is not a database');
  expect(statSync(String(setAside)).size).toBe(NOISE.length);
  await lives.announceFor(300, () => undefined);
  await lives.drain(bridge);
  expect(lives.stored().map(({ state }) => state)).toContain('delivered');
});
