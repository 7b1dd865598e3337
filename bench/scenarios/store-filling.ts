/** Writes old rows with the bridge's own outbox, so that whatever its schema is, it is that. */
import type { Announcement } from '../../src/announcement.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import { createIds } from '../../src/outbox/ids.ts';
import { closeDatabase, openDatabase } from '../../src/outbox/open.ts';
import { systemClock } from '../../src/platform/clock.ts';

/** Within the retention of 30 days, so that none is being deleted while it is measured. */
const OLDEST_MS = 20 * 24 * 3_600_000;
const NEWEST_MS = 24 * 3_600_000;
/** An announcement, its delivery, its attempt. */
const ROWS_EACH = 3;

export function fillStore(path: string, rows: number): void {
  const open = openDatabase(path, systemClock, {
    replaced: ({ reason }) => {
      throw new Error(reason);
    },
    refused: (what) => {
      throw new Error(`${what} is refused`);
    },
  });
  // A file that is thrown away in a minute need not survive a power cut.
  open.database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;');
  const nowMs = systemClock.monotonicMs();
  const count = Math.ceil(rows / ROWS_EACH);
  const ids = createIds(() => 0.5);
  for (let n = 0; n < count; n++) {
    const receivedMs = nowMs - OLDEST_MS + ((OLDEST_MS - NEWEST_MS) * n) / count;
    const announcement = oldAnnouncement(ids(receivedMs), n, receivedMs);
    const content = newsOf(announcement);
    const delivery: Delivery = {
      id: `${announcement.id}-0`,
      content,
      destination: 'bot',
      rule: 'all',
      template: undefined,
      ticker: undefined,
      importance: 1,
      expiresAtMs: receivedMs + 600_000,
    };
    open.outbox.record(content, [delivery]);
    open.outbox.settle([
      {
        deliveryKey: delivery.id,
        attempt: 1,
        startedMs: receivedMs,
        durationMs: 3.5,
        outcome: 'delivered',
        status: 200,
        detail: undefined,
        state: 'delivered',
        reason: undefined,
        notBeforeMs: 0,
        plain: false,
      },
    ]);
  }
  closeDatabase(open);
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
