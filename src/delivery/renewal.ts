/**
 * Applies the config in force to a delivery that an earlier one has queued: after a reload nothing leaves that the
 * new config would not send. Used when a row is taken up, at a reload, and after each attempt. Pure. Conditions on
 * the moment of an announcement were evaluated then: only those on its contents are evaluated again.
 */
import type { Announcement } from '../announcement.ts';
import { expiryWith } from './content.ts';
import type { Delivery, FinalState, PendingDelivery } from './delivery.ts';
import type { Refused } from './held-back.ts';
import type { HeldBy } from './held-by.ts';

/** How a delivery ends that may not leave. */
export interface EndedBy {
  readonly state: FinalState;
  readonly reason: string;
  /** More about it, for a person. */
  readonly detail?: string;
  readonly heldBy?: HeldBy;
}

/** The options of a destination that decide what becomes of a queued delivery. */
export interface RenewalOptions {
  /** In ms; `false` = never too old. */
  readonly maxAge: number | false;
  readonly onAmbiguous: 'resend' | 'drop';
  readonly dryRun: boolean;
  /** From the receipt of news to the first attempt, at least, in ms. */
  readonly delay?: number | undefined;
}

/**
 * When a delivery may leave at the earliest, by the monotonic clock in ms; 0: at once. What the bridge says about itself
 * is never late, and neither is what a person has requested.
 */
export function dueMs(
  { delivery: { content }, byHandMs }: Pick<PendingDelivery, 'delivery' | 'byHandMs'>,
  { delay }: Pick<RenewalOptions, 'delay'>,
): number {
  if (delay === undefined || content.kind !== 'news' || byHandMs !== undefined) return 0;
  return content.announcement.receivedMs + delay;
}

/** The match of the rules for one announcement and destination. */
export interface TodaysMatch {
  /** By whose word: a rule may have another name by now; absent: none decides it (an alert). */
  readonly rule?: string;
  readonly template: string | undefined;
  /** Those of its tickers that a request could be for. */
  readonly tickers: readonly string[];
}

export interface InForce {
  readonly options: RenewalOptions;
  /** The destination gets one request for each ticker. */
  readonly forEachTicker: boolean;
  /** Under `forEachTicker`, most requests for one announcement; absent: any number. */
  readonly maxTickers?: number;
  /** By which rule the destination gets this announcement today, or gets this alert; `undefined` = by none. */
  readonly match: (delivery: Delivery) => TodaysMatch | undefined;
  /** Why news that waits may not leave now (a mute); absent: nothing is held back. */
  readonly heldBack?: (item: PendingDelivery) => Refused | undefined;
}

const skipped = (reason: string): EndedBy => ({ state: 'skipped', reason });

/**
 * The delivery with the current rule, template and end, or the reason why it may not leave. A delivery that a person has
 * requested (`deliveries retry`) needs no rule.
 */
export function renewed(item: PendingDelivery, inForce: InForce): Delivery | EndedBy {
  const { delivery, byHandMs } = item;
  const { options, match } = inForce;
  // It may have been sent: that is worth more to know than why it would not be sent again.
  if (item.begunMs !== undefined && options.onAmbiguous === 'drop')
    return { state: 'dead', reason: 'may_have_arrived' };
  if (options.dryRun) return skipped('dry_run');
  const today = match(delivery);
  if (today === undefined && byHandMs === undefined) return skipped('rules_changed');
  const { content } = delivery;
  switch (content.kind) {
    case 'news':
      return renewedNews(item, content.announcement, today, inForce);
    case 'alert':
      return delivery;
    default:
      return content satisfies never;
  }
}

function renewedNews(
  item: PendingDelivery,
  announcement: Announcement,
  today: TodaysMatch | undefined,
  inForce: InForce,
): Delivery | EndedBy {
  const { delivery, byHandMs } = item;
  const refusal = tickerRefusal(item, announcement, inForce, today?.tickers ?? announcement.tickers);
  if (refusal !== undefined) return skipped(refusal);
  const refused = inForce.heldBack?.(item);
  if (refused !== undefined) return { state: 'skipped', ...refused };
  const expiresAtMs = sooner(delivery, expiryWith(inForce.options.maxAge, announcement, byHandMs));
  const { template, rule = delivery.rule } = today ?? delivery;
  const isSame =
    expiresAtMs === delivery.expiresAtMs && template === delivery.template && rule === delivery.rule;
  return isSame ? delivery : { ...delivery, expiresAtMs, template, rule };
}

/** Of one request for each ticker, or one for all. `tickers`: those that a request could be for today. */
function tickerRefusal(
  { delivery: { ticker }, byHandMs }: PendingDelivery,
  { redacted }: Announcement,
  { forEachTicker, maxTickers = Number.POSITIVE_INFINITY }: InForce,
  tickers: readonly string[],
): string | undefined {
  // One request says all of it now: that of the first ticker.
  if (!forEachTicker) return ticker !== undefined && tickers[0] !== ticker ? 'for_each_off' : undefined;
  if (ticker === undefined || redacted) return 'no_ticker';
  if (byHandMs !== undefined) return undefined;
  const place = tickers.indexOf(ticker);
  if (place < 0) return 'rules_changed';
  return place >= maxTickers ? 'max_tickers' : undefined;
}

/** A `maxAge` that was shortened holds for what waits; a longer one does not bring back what was promised to end. */
function sooner({ expiresAtMs }: Delivery, endsMs: number | undefined): number | undefined {
  if (expiresAtMs === undefined) return endsMs;
  return endsMs !== undefined && endsMs < expiresAtMs ? endsMs : expiresAtMs;
}

export const isRefusal = (made: Delivery | EndedBy): made is EndedBy => 'state' in made;
