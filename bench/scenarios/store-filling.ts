/** Old rows of the simplest kind. */
import type { Announcement } from '../../src/announcement.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { AttemptRecord, Delivery } from '../../src/delivery/delivery.ts';
import { createIds } from '../../src/outbox/ids.ts';
import type { Batch } from '../../src/outbox/outbox.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { writeStore } from '../store/written.ts';

/** Within the retention of 30 days, so that none is being deleted while it is measured. */
const OLDEST_MS = 20 * 24 * 3_600_000;
const NEWEST_MS = 24 * 3_600_000;
/** An announcement, its delivery, its attempt. */
const ROWS_EACH = 3;

export function fillStore(path: string, rows: number): void {
  writeStore(path, oldRows(Math.ceil(rows / ROWS_EACH), systemClock.monotonicMs()));
}

function* oldRows(count: number, nowMs: number): Generator<Batch> {
  const ids = createIds(() => 0.5);
  for (let n = 0; n < count; n++) {
    const receivedMs = nowMs - OLDEST_MS + ((OLDEST_MS - NEWEST_MS) * n) / count;
    const announcement = oldAnnouncement(ids(receivedMs), n, receivedMs);
    const content = newsOf(announcement);
    const delivery: Delivery = {
      ...{ id: `${announcement.id}-0`, content, destination: 'bot', rule: 'all', importance: 1 },
      ...{ template: undefined, ticker: undefined, expiresAtMs: receivedMs + 600_000 },
    };
    const attempt: AttemptRecord = {
      ...{ deliveryKey: delivery.id, attempt: 1, startedMs: receivedMs, durationMs: 3.5 },
      ...{ outcome: 'delivered', status: 200, detail: undefined, state: 'delivered', reason: undefined },
      ...{ notBeforeMs: 0, plain: false },
    };
    yield { contents: [{ content }], deliveries: [delivery], attempts: [attempt], rows: [] };
  }
}

function oldAnnouncement(id: string, n: number, receivedMs: number): Announcement {
  return {
    id,
    type: 'announcement',
    feed: 'bench',
    publisher: 'upbit',
    listingType: 'spot_listing',
    tickers: [`OLD${n}`],
    title: `옛날 코인(OLD${n}) 신규 거래지원 안내 (KRW, BTC, USDT 마켓)`,
    publishTimestampUs: Math.round(receivedMs * 1000) - 250_000,
    detectedTimestampUs: Math.round(receivedMs * 1000) - 2000,
    dispatchTimestampUs: Math.round(receivedMs * 1000) - 1000,
    receivedTimestampUs: Math.round(receivedMs * 1000),
    receivedMs,
    ageAtReceiptMs: 2,
    abnormal: false,
    redacted: false,
    test: false,
    extra: {},
  };
}
