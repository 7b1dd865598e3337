/** Values of the bridge in the forms of the API (`schemas.ts`). Pure. */
import type { Announcement } from '../../announcement.ts';
import { describeEnding } from '../../delivery/describe.ts';
import { type HeldBy, isCooldown } from '../../delivery/held-by.ts';
import { storedBody } from '../../outbox/content-rows.ts';
import type { FoundDelivery } from '../../outbox/deliveries.ts';
import type { StoredAttempt, StoredDelivery } from '../../outbox/rows.ts';
import { updateMarkOf } from '../../routing/subject.ts';

/** RFC 3339; absent where it is not known, or no moment that a date can have. */
const timeOf = (ms: number | undefined): string | undefined =>
  ms === undefined || !(Math.abs(ms) <= LAST_MOMENT_MS) ? undefined : new Date(ms).toISOString();

/** Of `Date`. */
const LAST_MOMENT_MS = 8_640_000_000_000_000;

const EPOCH = new Date(0).toISOString();

const timeOfUs = (us: number | undefined) => timeOf(us === undefined ? undefined : us / 1000);

export function shownAnnouncement(announcement: Announcement) {
  const { id, feed, publisher, listingType, tickers, title, redacted, abnormal, test } = announcement;
  return {
    ...{ id, receivedAt: timeOfUs(announcement.receivedTimestampUs) ?? EPOCH, feed, publisher },
    ...{ listingType, tickers, title, publishedAt: timeOfUs(announcement.publishTimestampUs) },
    detectedAt: timeOfUs(announcement.detectedTimestampUs),
    dispatchedAt: timeOfUs(announcement.dispatchTimestampUs),
    ageAtReceiptMs: announcement.ageAtReceiptMs,
    ...{ redacted, abnormal, test, update: updateMarkOf(announcement) !== undefined },
  };
}

export function shownDelivery(stored: StoredDelivery) {
  const { delivery, state, reason, attempts, settledMs, byHandMs, heldBy, node } = stored;
  const { id, content, destination, ticker, rule, template, expiresAtMs } = delivery;
  const { id: announcement, title, tickers, receivedTimestampUs, receivedMs } = storedBody(content);
  return {
    ...{ id, announcement, title, tickers, destination, ticker, rule, template, state, reason, node },
    advice: reason === undefined ? undefined : describeEnding(reason),
    heldBy: heldBy && shownHeldBy(heldBy),
    ...{ attempts, receivedAt: timeOfUs(receivedTimestampUs) ?? EPOCH, expiresAt: timeOf(expiresAtMs) },
    ...{ byHandAt: timeOf(byHandMs), settledAt: timeOf(settledMs) },
    tookMs: settledMs === undefined ? undefined : Math.max(0, settledMs - (byHandMs ?? receivedMs)),
  };
}

function shownHeldBy(by: HeldBy) {
  const span = { since: timeOf(by.sinceMs) ?? EPOCH, until: timeOf(by.untilMs) ?? EPOCH };
  if (isCooldown(by))
    return {
      ...{ by: 'cooldown' as const, kind: by.kind, rule: by.rule, announcement: by.announcementId },
      ...span,
    };
  const { id, kind, name, reason } = by;
  return { by: 'mute' as const, mute: id, kind, name, ...span, reason };
}

export const shownAttempt = ({ attempt, startedMs, durationMs, outcome, status, detail }: StoredAttempt) => ({
  ...{ attempt, startedAt: timeOf(startedMs) ?? EPOCH, tookMs: durationMs, outcome, status, detail },
});

export const shownFound = ({ delivery, attempts }: FoundDelivery) => ({
  delivery: shownDelivery(delivery),
  attempts: attempts.map(shownAttempt),
});

export const shownTime = (ms: number): string => timeOf(ms) ?? EPOCH;
