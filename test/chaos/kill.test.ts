/**
 * The built program, killed with SIGKILL at random moments while it reads announcements and its receivers,
 * one of each kind, fail in every way. Lost: nothing that was read. Doubled: at most what was in flight at
 * a kill, or was ambiguous, and then under the same webhook-id. `CHAOS_MS` sets how long (60 s in the long
 * form), `SEED` repeats a run.
 */
import { expect, test } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { TEST_MS } from '../support/limits.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { startStandIns } from '../support/stand-ins.ts';
import { CHAOS_MS, Lives, reckon, SEED, sameIdEachTime } from './lives.ts';
import { CHAOS_CONFIG, Receivers } from './receivers.ts';

test(`kill -9 at random for ${CHAOS_MS} ms (SEED=${SEED})`, { timeout: CHAOS_MS + TEST_MS }, async () => {
  const random = seededRandom(SEED);
  await using standIns = await startStandIns();
  const receivers = new Receivers(standIns, random);
  using lives = new Lives({ config: CHAOS_CONFIG, env: standIns.env, random, feed: standIns.feed });

  const endMs = systemClock.monotonicMs() + CHAOS_MS;
  // On a busy machine a start can take up the whole of the short form.
  while (systemClock.monotonicMs() < endMs || (lives.read.size < 40 && lives.kills < 20)) {
    await using bridge = await lives.begin();
    await lives.announceFor(300 + random() * 2000, () => receivers.misbehave());
    await lives.kill(bridge);
  }
  receivers.behave();
  await using last = await lives.begin();
  await lives.drain(last);

  const figures = reckon(lives, receivers, 0);
  process.stdout.write(`chaos, kill: ${JSON.stringify(figures)}\n`);
  const stored = new Set(lives.stored().map(({ title }) => title));
  expect(
    [...lives.read].filter((title) => !stored.has(title)),
    'read, logged, and not in the store',
  ).toEqual([]);
  expect(stored.size).toBeGreaterThan(20);
  sameIdEachTime(standIns.bot.received);
});
