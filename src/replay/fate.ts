/**
 * The fate of one delivery of a replay: sent, or left out and why. Nothing that arrived, or may have, is sent twice, and nothing
 * old, unless the person says so by a flag of its own. Pure.
 */
import { expiryWith, type NewsContent } from '../delivery/content.ts';
import { type Delivery, keyOf } from '../delivery/delivery.ts';
import type { Refused } from '../delivery/held-back.ts';
import { mayHaveArrived } from '../destinations/may-have-arrived.ts';
import type { PreparedDestination } from '../destinations/prepared.ts';
import type { FoundDelivery } from '../outbox/deliveries.ts';
import { formatDuration } from '../platform/duration.ts';

/** Why nothing is sent, most of all because of the first of these that holds. */
export const LEFT_OUT = [
  'pending',
  'delivered',
  'may_have_arrived',
  'discarded',
  'dry_run',
  'max_age',
  'old_order',
  'muted',
  'cooldown',
] as const;

export type Fate =
  | {
      /** As it would be queued; with a key, where the row of an earlier one is sent again. */
      readonly sends: Delivery;
    }
  | { readonly leftOut: (typeof LEFT_OUT)[number]; readonly detail: string };

/** The explicit wishes of the person. */
export interface ReplayWishes {
  /** Also where it arrived, or may have. */
  readonly again: boolean;
  /** Also what is past its `maxAge`, which then counts from now. */
  readonly late: boolean;
}

export interface FateDeps extends ReplayWishes {
  /** All deliveries of its announcement to its destination are in the store: `store.retention` may have deleted some. */
  readonly isComplete: boolean;
  readonly nowMs: number;
  /** A mute or a cooldown, as it is now. */
  heldBack(delivery: Delivery): (Refused & { readonly reason: 'muted' | 'cooldown' }) | undefined;
  /** One that arrived is sent again as one of its own: `times` were before. */
  nameAgain(delivery: Delivery, times: number): string;
}

/** Where `maxAge` is off, an order is old news after the age that webhooks have by default (`destinations/webhook/options.ts`). */
const OLD_ORDER_MS = 10 * 60_000;

/** `related`: the rows of its announcement and destination that say the same (`isSameSubject`); `times`: how many there are of any ticker. */
export function fateOf(
  planned: Delivery & { readonly content: NewsContent },
  destination: PreparedDestination,
  related: readonly FoundDelivery[],
  times: number,
  deps: FateDeps,
): Fate {
  const earlier = refusalOfRows(related, deps);
  if (earlier !== undefined) return earlier;
  if (destination.options.dryRun) return { leftOut: 'dry_run', detail: 'its destination has `dryRun: true`' };
  const stale = staleness(planned, destination, deps);
  if (stale !== undefined) return stale;
  const refused = deps.heldBack(planned);
  if (refused !== undefined) return { leftOut: refused.reason, detail: refused.detail };
  return { sends: asQueued(planned, destination, related, times, deps) };
}

function refusalOfRows(rows: readonly FoundDelivery[], { again, isComplete }: FateDeps): Fate | undefined {
  const has = (fits: (found: FoundDelivery) => boolean) => rows.some(fits);
  if (has(({ delivery }) => delivery.state === 'pending'))
    return { leftOut: 'pending', detail: 'it waits there already' };
  if (again) return undefined;
  if (has(({ delivery }) => delivery.state === 'delivered'))
    return { leftOut: 'delivered', detail: 'it has arrived there' };
  if (has(mayHaveArrived))
    return { leftOut: 'may_have_arrived', detail: 'it may have arrived there: an answer was lost' };
  if (rows.length === 0 && !isComplete)
    return {
      leftOut: 'may_have_arrived',
      detail: 'it may have arrived there: what was sent is not in the store any more (`store.retention`)',
    };
  if (has(({ delivery }) => delivery.reason === 'discarded'))
    return { leftOut: 'discarded', detail: 'a person has cancelled it' };
  return undefined;
}

function staleness(
  { content: { announcement } }: { readonly content: NewsContent },
  { options: { maxAge }, takesOrders }: PreparedDestination,
  { nowMs, late }: FateDeps,
): Fate | undefined {
  if (late) return undefined;
  const ageMs = Math.max(0, nowMs - announcement.receivedMs + announcement.ageAtReceiptMs);
  const age = `it is ${formatDuration(Math.round(ageMs))} old`;
  const endsMs = expiryWith(maxAge, announcement);
  if (endsMs !== undefined)
    return endsMs <= nowMs
      ? { leftOut: 'max_age', detail: `${age}, and maxAge is ${formatDuration(maxAge || 0)}` }
      : undefined;
  return takesOrders && ageMs > OLD_ORDER_MS
    ? { leftOut: 'old_order', detail: `${age}, and a program may act on it` }
    : undefined;
}

/** One that failed is sent again under its own id, one that arrived under another: its receiver knows the first. */
function asQueued(
  planned: Delivery & { readonly content: NewsContent },
  { options: { maxAge } }: PreparedDestination,
  related: readonly FoundDelivery[],
  times: number,
  deps: FateDeps,
): Delivery {
  const { key: _, ...delivery } = planned;
  const expiresAtMs = deps.late
    ? expiryWith(maxAge, planned.content.announcement, deps.nowMs)
    : planned.expiresAtMs;
  const own = related.findLast(
    (found) => found.delivery.delivery.ticker === planned.ticker && found.delivery.state !== 'delivered',
  );
  const hasArrived = related.some(({ delivery: { state } }) => state === 'delivered');
  if (own !== undefined && !hasArrived) {
    const { id } = own.delivery.delivery;
    return { ...delivery, id, key: keyOf(own.delivery.delivery), expiresAtMs };
  }
  const id = times === 0 || related.length === 0 ? delivery.id : deps.nameAgain(planned, times);
  return { ...delivery, id, expiresAtMs };
}
