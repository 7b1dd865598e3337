/** A cooldown in a whole life: of each kind one delivery arrives within the time, and none is held back but for one that may have. */
import { parseDuration } from '../../src/platform/duration.ts';
import { newsIn } from '../support/contents.ts';
import type { Owed, Past } from './past.ts';
import type { World } from './world.ts';

/** No two that arrived are of one kind and of receipts closer than the time. */
export function twiceInACooldown(world: World): string[] {
  return [...pairsOf(world)].flatMap(([one, other]) =>
    hasArrived(one) && hasArrived(other) && isKnowable(one, other, world)
      ? [
          `${one.delivery.id} and ${other.delivery.id} to ${one.delivery.destination} arrived within one cooldown`,
        ]
      : [],
  );
}

/** Each that was held back is so because of one that was sent, or may have been on the wire when a process died. */
export function heldBackForNothing(world: World): string[] {
  const reasons = new Map<Owed, Owed[]>();
  for (const [one, other] of pairsOf(world)) {
    reasons.set(one, [...(reasons.get(one) ?? []), other]);
    reasons.set(other, [...(reasons.get(other) ?? []), one]);
  }
  const { past } = world;
  if (past.lives.some(({ hasJumped }) => hasJumped)) return [];
  return [...past.owed.values()].flatMap((held) => {
    if (held.ended?.reason !== 'cooldown' || kindsOf(held, world).length > 1) return [];
    // The one before it may have been forgotten with a broken disk, and read once more later.
    if (past.isDiskBrokenWithin(held.at - forMsOf(world), held.at)) return [];
    const isFounded =
      reasons.get(held)?.some((other) => mayHaveArrived(other, past)) || wasBehindAnUnwritable(held, world);
    return isFounded ? [] : [`${held.delivery.id} to ${held.delivery.destination} is held back for nothing`];
  });
}

/** One that no store takes is read again, and forgotten, in each life: what is known of it is of the last. */
const wasBehindAnUnwritable = ({ delivery, at }: Owed, world: World): boolean =>
  world.past.sent.some(
    ({ destination, deliveryId, writtenAt, startedAt }) =>
      destination === delivery.destination &&
      writtenAt !== undefined &&
      Math.abs(startedAt - at) < forMsOf(world) &&
      world.past.titleOf(deliveryId).includes('unwritable'),
  );

/** Of one kind, and of different announcements. */
function* pairsOf(world: World): Generator<readonly [Owed, Owed]> {
  if (world.story.cooldown === undefined) return;
  const forMs = forMsOf(world);
  const byKind = new Map<string, Owed[]>();
  for (const owed of world.past.owed.values())
    for (const kind of kindsOf(owed, world)) byKind.set(kind, [...(byKind.get(kind) ?? []), owed]);
  for (const [, alike] of byKind)
    for (const [index, one] of alike.entries())
      for (const other of alike.slice(index + 1)) {
        const [a, b] = [newsIn(one.delivery), newsIn(other.delivery)];
        if (a.id !== b.id && Math.abs(a.receivedMs - b.receivedMs) < forMs) yield [one, other];
      }
}

const forMsOf = ({ story }: World): number => parseDuration(story.cooldown?.for ?? '') ?? 0;

/** A message about several tickers may leave for one of them. */
function kindsOf({ delivery }: Owed, { story }: World): string[] {
  const { destination, ticker } = delivery;
  if (story.cooldown?.by === 'rule') return [destination];
  const { redacted, tickers } = newsIn(delivery);
  if (redacted) return [];
  return (ticker === undefined ? tickers : [ticker]).map((one) => `${destination} ${one}`);
}

const hasArrived = ({ sent }: Owed): boolean => sent.some(({ taken }) => taken);

function mayHaveArrived({ sent, life, ended, at }: Owed, { lives }: Past): boolean {
  if (sent.some(({ writtenAt }) => writtenAt !== undefined)) return true;
  // It waited when a process died.
  return lives
    .slice(life, -1)
    .some(({ endedAt = 0 }) => endedAt >= at && (ended === undefined || ended.at >= endedAt));
}

/** Excuses what a broken disk could not keep, what a person asked for, and messages for a ticker that is new. */
function isKnowable(one: Owed, other: Owed, { past, story }: World): boolean {
  const all = [one, other];
  if (all.some(({ delivery: { id } }) => past.retried.has(id))) return false;
  if (
    story.cooldown?.by === 'ticker' &&
    all.some(({ delivery }) => delivery.ticker === undefined && newsIn(delivery).tickers.length > 1)
  )
    return false;
  const [from, until] = [
    Math.min(one.at, other.at),
    Math.max(...all.flatMap(({ sent }) => sent.map(({ startedAt }) => startedAt))),
  ];
  if (past.hasJumpedBetween(from, until) || past.isDiskBrokenWithin(from - 1100, until)) return false;
  return !all.some(({ delivery }) => past.titleOf(delivery.id).includes('unwritable'));
}
