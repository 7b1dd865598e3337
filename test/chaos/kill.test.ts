/**
 * The built program, killed with SIGKILL at random moments while it reads announcements and its receiver
 * fails in every way. Lost: nothing that was read. Doubled: at most what was in flight at a kill, or was
 * ambiguous, and then under the same webhook-id. `CHAOS_MS` sets how long (60 s in the long form), `SEED` repeats a run.
 */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { systemClock, wait } from '../../src/platform/clock.ts';
import type { ScriptedAnswer } from '../../src/simulator/stand-in.ts';
import { Workplace } from '../support/program.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { CONFIG, startStandIns } from '../support/stand-ins.ts';

const CHAOS_MS = Number(process.env['CHAOS_MS'] ?? 8000);
const SEED = Number(process.env['SEED'] ?? Math.floor(systemClock.wallMs()));
const PER_SECOND = 20;
const CONCURRENCY = 4;

/** What a receiver does to a request, with how often; the rest is taken as usual. */
const FAULTS: readonly (readonly [number, ScriptedAnswer])[] = [
  [0.15, { status: 503 }],
  [0.05, { status: 429, headers: { 'retry-after': '0' } }],
  [0.05, { reset: true }],
  [0.05, { reset: true, accept: true }],
  [0.03, { stall: 'answer', accept: true }],
  [0.03, { stall: 'answer' }],
];
/** It may have been taken although the bridge saw no answer. */
const isAmbiguous = (fault: ScriptedAnswer) => fault.accept === true;

test(`kill -9 at random for ${CHAOS_MS} ms (SEED=${SEED})`, { timeout: CHAOS_MS + 90_000 }, async () => {
  const random = seededRandom(SEED);
  await using standIns = await startStandIns();
  const { feed, bot } = standIns;
  using workplace = new Workplace(
    CONFIG.replace('retry: {', `concurrency: ${CONCURRENCY}, timeout: 300ms, retry: {`).replace(
      'send: [chat, group, bot]',
      'send: [bot]',
    ),
  );

  let ambiguous = 0;
  const scripted = (): ScriptedAnswer | undefined => {
    let draw = random();
    for (const [share, fault] of FAULTS) {
      draw -= share;
      if (draw < 0) return fault;
    }
    return undefined;
  };
  const misbehave = () => {
    while (bot.faults.length < 200) {
      const fault = scripted() ?? { delayMs: 1 };
      if (isAmbiguous(fault)) ambiguous++;
      bot.faults.push(fault);
    }
  };

  const endMs = systemClock.monotonicMs() + CHAOS_MS;
  const logged = new Set<string>();
  let kills = 0;
  let announced = 0;
  while (systemClock.monotonicMs() < endMs) {
    await using bridge = workplace.start(['run'], standIns.env);
    await bridge.event('feed.live');
    const lifeMs = systemClock.monotonicMs() + 500 + random() * 2500;
    while (systemClock.monotonicMs() < lifeMs) {
      misbehave();
      const title = `chaos ${announced++}`;
      feed.announce({ publisher: 'upbit', listingType: 'spot_listing', ticker: 'ABC', title });
      await wait(systemClock, (1000 / PER_SECOND) * 2 * random());
    }
    bridge.kill('SIGKILL');
    kills++;
    await bridge.finished;
    for (const { msg, title, test: selfTest } of bridge.log.all)
      if (msg === 'announcement.received' && selfTest !== true) logged.add(String(title));
  }

  const unused = bot.faults.filter(isAmbiguous).length;
  bot.faults.length = 0;
  await using last = workplace.start(['run'], standIns.env);
  await last.event('feed.live');
  const stored = () => {
    using database = new DatabaseSync(join(workplace.folder, 'bridge.db'), { readOnly: true });
    const rows = database
      .prepare(
        'SELECT d.id, d.state, a.body FROM deliveries d JOIN announcements a ON a.id = d.announcement_id',
      )
      .all();
    return rows.map((row) => ({
      id: String(row['id']),
      state: String(row['state']),
      title: (JSON.parse(String(row['body'])) as { title: string }).title,
    }));
  };
  await expect
    .poll(() => stored().filter(({ state }) => state === 'pending').length, {
      timeout: 60_000,
      interval: 200,
    })
    .toBe(0);
  last.kill('SIGTERM');
  expect((await last.finished).code).toBe(0);

  const taken = new Set(bot.received.map(({ id }) => id));
  const rows = stored();
  const repeats = bot.received.filter(({ repeat }) => repeat).length;
  const figures = {
    announced,
    read: rows.length,
    taken: taken.size,
    kills,
    repeats,
    ambiguous: ambiguous - unused,
  };
  process.stdout.write(`chaos: ${JSON.stringify(figures)}\n`);
  const storedTitles = new Set(rows.map(({ title }) => title));
  expect(
    [...logged].filter((title) => !storedTitles.has(title)),
    'read, logged, and not in the store',
  ).toEqual([]);
  expect(
    rows.filter(({ state }) => state !== 'delivered'),
    'ended otherwise',
  ).toEqual([]);
  expect(
    rows.filter(({ id }) => !taken.has(id)),
    'said to be delivered, never taken',
  ).toEqual([]);
  expect(repeats).toBeLessThanOrEqual(kills * CONCURRENCY + figures.ambiguous);
  expect(rows.length).toBeGreaterThan(PER_SECOND);
});
