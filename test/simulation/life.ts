/** One small life of the bridge, from a seed: what happens to it, and what must be true of it. */
import type { AnnouncementFrame } from '../../src/feeds/cryptolisting/frames.ts';
import type { Random } from '../../src/platform/random.ts';
import { seededRandom } from '../support/seeded-random.ts';
import {
  aboveRates,
  aboveToldLimits,
  chargedForAStop,
  deliveredWithoutBeingTaken,
  diedOfNothing,
  hammered,
  lateInVain,
  lostOrDoubled,
  repeats,
} from './at-end.ts';
import { Watch } from './at-send.ts';
import { heldBackForNothing, twiceInACooldown } from './cooldown.ts';
import type { Past } from './past.ts';
import { drawReload, drawStory, HOUR, LONGEST_AGE_MS, MINUTE } from './story.ts';
import { waitedForNothing } from './waiting.ts';
import { World } from './world.ts';

const TICKERS = ['ABC', 'ABC', 'ABC, DEF', 'ABC, DEF, GHI', ''];

/** More than a lane holds in memory, in a few lives: they are long. */
const FLOOD_SHARE = 1 / 400;
const FLOOD = 1100;

function frameOf(ordinal: number, random: Random): AnnouncementFrame {
  const isRedacted = random() < 0.05;
  const isUnwritable = random() < 0.01;
  return {
    ...{ kind: 'announcement', type: 'announcement', test: false, abnormal: false, extra: {} },
    title: `${isRedacted ? '███' : isUnwritable ? 'unwritable' : 'announcement'} ${ordinal}`,
    ticker: TICKERS[Math.floor(random() * TICKERS.length)] ?? '',
    // Redacted copies are matched by who published when: each is alone.
    publisher: isRedacted ? `nobody ${ordinal}` : 'upbit',
    listingType: random() < 0.3 ? 'not_listing' : 'spot_listing',
    ...{ publishTimestampUs: undefined, detectedTimestampUs: undefined, dispatchTimestampUs: undefined },
  };
}

/** The faults of a life (none, if all is well), and its whole past, to find out why. */
export async function live(seed: number): Promise<{ found: string[]; past: Past }> {
  const plot = seededRandom(seed ^ 0x5eed);
  const isFlood = plot() < FLOOD_SHARE;
  const frames = Array.from({ length: isFlood ? FLOOD : 3 + Math.floor(plot() * 15) }, (_, ordinal) =>
    frameOf(ordinal, plot),
  );
  const titles = frames.map(({ title }) => title);
  const watch = new Watch();
  const world = new World(seed, drawStory(plot, titles, seededRandom(seed ^ 0xc001)), watch);
  world.start();
  await suffer(world, frames, plot, { isFlood, mutes: seededRandom(seed ^ 0x307ed) });
  await toTheEnd(world);
  const hasCooldown = world.story.cooldown !== undefined;
  const found = [
    ...(hasCooldown ? watch.violations.filter((one) => !one.includes(' goes before ')) : watch.violations),
    ...twiceInACooldown(world),
    ...heldBackForNothing(world),
    ...lostOrDoubled(world),
    ...repeats(world),
    ...deliveredWithoutBeingTaken(world),
    ...diedOfNothing(world),
    ...chargedForAStop(world),
    ...lateInVain(world),
    ...aboveRates(world),
    ...aboveToldLimits(world),
    ...hammered(world),
    // One waits for the fate of another.
    ...(hasCooldown ? [] : waitedForNothing(world)),
    ...world.past.saidTwice,
    ...(world.storeFault === undefined ? [] : [`the store is still broken: ${world.storeFault}`]),
  ];
  world.disk.database.close();
  return { found, past: world.past };
}

async function suffer(
  world: World,
  frames: readonly AnnouncementFrame[],
  plot: Random,
  { isFlood, mutes }: { readonly isFlood: boolean; readonly mutes: Random },
): Promise<void> {
  // Two feeds bring the same in another order, at other times.
  const arrivals = frames.flatMap((frame) => [
    { frame, feed: 'one', at: plot() * 30 },
    ...(plot() < 0.4 && frame.publisher === 'upbit' ? [{ frame, feed: 'two', at: plot() * 30 }] : []),
  ]);
  const rare = isFlood ? 0.01 : 1;
  for (const { frame, feed } of arrivals.toSorted((a, b) => a.at - b.at)) {
    world.accept(frame, feed, plot() < 0.3 ? plot() ** 3 * 30_000 : 0);
    const happens = (share: number) => plot() < share * rare;
    await befall(world, happens, plot);
    const { name } = world.plans[Math.floor(mutes() * world.plans.length)] ?? {};
    if (name !== undefined && mutes() < 0.03 * rare) await world.mute(name, 1000 + mutes() ** 2 * HOUR);
    await world.advance(plot() < 0.4 ? 0 : plot() * (isFlood ? 2 : 3000));
  }
  world.diskIsBroken = false;
}

async function befall(world: World, happens: (share: number) => boolean, plot: Random): Promise<void> {
  const { story, machine } = world;
  const { breaksDisks, reloads, sleeps, setsClocks } = story;
  if (breaksDisks && happens(0.2)) world.diskIsBroken = !world.diskIsBroken;
  if (happens(0.08)) world.dieAfter(Math.floor(plot() * 40));
  if (happens(0.08)) await world.crash(plot() * 2000);
  if (happens(0.08)) await world.restart(plot() * 2000);
  if (reloads && happens(0.2)) await world.reload(drawReload(world.plans, story.plans, plot));
  if (happens(0.02)) await world.discard(world.waitingIds().filter(() => plot() < 0.3));
  if (happens(0.03)) await world.retry(plot() < 0.5);
  if (happens(0.05)) machine.hang(plot() * 30_000);
  if (sleeps && happens(0.1)) machine.sleep(2000 + plot() ** 2 * HOUR);
  if (setsClocks && happens(0.2)) machine.setWall((plot() - 0.5) * 20 * MINUTE);
  // Longer than most windows.
  if (happens(0.02)) await world.advance(11 * MINUTE);
}

/** Until nothing waits any more. A death on the way costs nothing of the time that is left. */
async function toTheEnd(world: World): Promise<void> {
  const { machine } = world;
  const end = machine.truthMs + LONGEST_AGE_MS + HOUR;
  for (const byMs of [MINUTE, MINUTE, 10 * MINUTE]) await world.advance(byMs);
  while (world.waitingIds().length > 0 && machine.truthMs < end) await world.advance(20 * MINUTE);
  world.flush();
}
