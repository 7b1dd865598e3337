/**
 * A replay, as the node does it that sends there. Whoever decided has seen the rows of all stores; those of this one must be as they were
 * seen, so that of two who ask at once, or of a replay and a taking over, one sends.
 */
import { type NewsContent, originOf } from '../delivery/content.ts';
import { keyOf } from '../delivery/delivery.ts';
import type { FoundDelivery, ReplayWish, StoreAnswer } from '../outbox/deliveries.ts';
import { isSameSubject, keySeen, seenAs } from '../outbox/replay-rows.ts';
import { type Changing, stillHeld } from './changing.ts';
import { ofNewsIn, sameAs } from './same-news.ts';

/** The same news here. */
interface Here {
  readonly content: NewsContent;
  readonly rows: readonly FoundDelivery[];
}

/** `seen` of each wish: rows of this store. Gives the ids of those that were queued, and that this node goes on holding. */
export async function replayIn(
  changing: Changing,
  wishes: readonly ReplayWish[],
): Promise<StoreAnswer<readonly string[]>> {
  const { deliveries, holds, nowMs } = changing;
  const held = new Set(holds([...new Set(wishes.map(({ delivery }) => delivery.destination))]));
  const known = new Map<string, Here>();
  const own: ReplayWish[] = [];
  for (const wish of wishes) {
    const { content, destination } = wish.delivery;
    if (content.kind !== 'news' || !held.has(destination)) continue;
    const { id } = originOf(content);
    const here = known.get(id) ?? (await hereIn(changing, content));
    if ('message' in here) return here;
    known.set(id, here);
    const ours = ownWish(wish, here);
    if (ours !== undefined) own.push(ours);
  }
  const queued = await deliveries.replay(own, nowMs());
  if (!queued.ok) return queued;
  const names = new Map(own.map(({ delivery }) => [delivery.id, delivery.destination]));
  return { ok: true, value: stillHeld(changing, queued.value, (id) => names.get(id)) };
}

async function hereIn(
  { deliveries, learn }: Changing,
  content: NewsContent,
): Promise<Here | Extract<StoreAnswer<never>, { ok: false }>> {
  const same = await ofNewsIn(deliveries, sameAs(content.announcement));
  if (!same.ok) return same;
  const rows = same.value.flatMap((one) => one.deliveries);
  const [first] = same.value;
  if (first?.content.kind === 'news') return { content: first.content, rows };
  learn(content);
  return { content, rows };
}

/** `undefined`: something has happened here since it was decided. */
function ownWish({ delivery, seen }: ReplayWish, { content, rows }: Here): ReplayWish | undefined {
  const { destination, ticker, id } = delivery;
  const related = rows.filter(
    ({ delivery: { delivery: other } }) =>
      other.destination === destination && isSameSubject(ticker, other.ticker),
  );
  const now = related.map((found) => seenAs(found.delivery));
  if (now.toSorted().join() !== seen.toSorted().join()) return undefined;
  const row = related.findLast((found) => found.delivery.delivery.id === id);
  const { key: _, ...rest } = delivery;
  const key = row === undefined ? {} : { key: keyOf(row.delivery.delivery) };
  // The store compares those of this announcement once more, in the transaction that queues it.
  const prefix = `${originOf(content).id}-`;
  return {
    delivery: { ...rest, content, ...key },
    seen: now.filter((one) => keySeen(one).startsWith(prefix)),
  };
}
