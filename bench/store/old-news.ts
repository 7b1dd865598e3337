/**
 * Old news with everything that the store keeps of it: the real rules decide, the real names are given, and the
 * receivers have answered as receivers do. The same numbers give the same rows.
 */
import type { Announcement } from '../../src/announcement.ts';
import { identityOf, LISTING_TYPES, PUBLISHERS } from '../../src/announcement.ts';
import type { AttemptRecord, Delivery } from '../../src/delivery/delivery.ts';
import { keyOf } from '../../src/delivery/delivery.ts';
import { deliveriesOf, type Target } from '../../src/intake.ts';
import { occurrenceOf } from '../../src/outbox/delivery-ids.ts';
import { createIds } from '../../src/outbox/ids.ts';
import type { Batch, Recorded } from '../../src/outbox/outbox.ts';
import { rulesOptions } from '../../src/routing/options.ts';
import { compileRules } from '../../src/routing/router.ts';
import { createTracer } from '../../src/routing/tracer.ts';

/** Of the store, and of a config that can read it. */
export const RULES = [
  { name: 'orders', match: { listingType: 'spot_listing', publisher: ['upbit', 'bithumb'] }, send: ['bot'] },
  { name: 'listings', match: { listingType: { not: 'not_listing' } }, send: ['team'] },
  { name: 'korea', match: { publisher: ['upbit', 'bithumb'] }, send: ['seoul'] },
  { name: 'the rest', match: {}, send: ['archive'] },
] as const;

const MAX_AGES_MS: Readonly<Record<string, number>> = {
  bot: 600_000,
  team: 21_600_000,
  seoul: 21_600_000,
  archive: 600_000,
};
const DAY_MS = 24 * 3_600_000;
const SPAN_DAYS = 90;
const DEDUPE_WINDOW_MS = 3_600_000;
/** Of an announcement that an exchange writes; Korean ones are the longest. */
const TITLES: Readonly<Record<string, (ticker: string, n: number) => string>> = {
  upbit: (ticker) => `${ticker} 코인(${ticker}) 신규 거래지원 안내 (KRW, BTC, USDT 마켓)`,
  bithumb: (ticker) => `[마켓 추가] ${ticker} 코인(${ticker}) 원화 마켓 추가`,
  binance: (ticker, n) =>
    `Binance Will List ${ticker} Coin (${ticker}) with Seed Tag Applied (${2020 + (n % 7)})`,
};

const rules = rulesOptions.parse(RULES);
const router = compileRules(rules);
const tracer = createTracer({ rules, extract: {} }, router, 0);
const targets = new Map<string, Target>(
  Object.entries(MAX_AGES_MS).map(([name, maxAgeMs]) => [
    name,
    { takesOrders: name === 'bot', forEachTicker: name === 'bot', maxAgeMs, push: () => undefined },
  ]),
);

/** `count` announcements of the 90 days before `nowMs`, oldest first, as `size` of them are written together. */
export function* oldNews(count: number, nowMs: number, size = 1000): Generator<Batch> {
  const ids = createIds(() => 0.5);
  const spanMs = SPAN_DAYS * DAY_MS;
  for (let start = 0; start < count; start += size) {
    const recorded: Recorded[] = [];
    const attempts: AttemptRecord[] = [];
    for (let n = start; n < Math.min(count, start + size); n++) {
      const receivedMs = nowMs - spanMs + (spanMs * n) / count;
      const announcement = announcementOf(ids(receivedMs), n, receivedMs);
      const identity = identityOf(announcement);
      const routing = router.route(announcement);
      const occurrence = occurrenceOf(announcement, identity, DEDUPE_WINDOW_MS);
      const planned = deliveriesOf(announcement, routing.matches, targets, receivedMs, occurrence);
      recorded.push({ ...planned, identity, occurrence, traced: { ...planned, routing, tracer } });
      for (const delivery of planned.deliveries) attempts.push(...attemptsAt(delivery, n, receivedMs));
    }
    const deliveries = recorded.flatMap((one) => one.deliveries);
    yield { contents: recorded, deliveries, attempts, rows: [] };
  }
}

function announcementOf(id: string, n: number, receivedMs: number): Announcement {
  const publisher = PUBLISHERS[n % PUBLISHERS.length] ?? 'upbit';
  const ticker = n.toString(36).toUpperCase();
  const receivedTimestampUs = Math.round(receivedMs * 1000);
  return {
    ...{ id, type: 'announcement', feed: n % 3 === 0 ? 'seoul' : 'tokyo', publisher },
    listingType: LISTING_TYPES[(n >> 2) % LISTING_TYPES.length] ?? 'spot_listing',
    tickers: n % 17 === 0 ? [ticker, `${ticker}2`] : [ticker],
    title: TITLES[publisher]?.(ticker, n) ?? ticker,
    publishTimestampUs: receivedTimestampUs - 250_000,
    detectedTimestampUs: receivedTimestampUs - 2000,
    dispatchTimestampUs: receivedTimestampUs - 1000,
    ...{ receivedTimestampUs, receivedMs, ageAtReceiptMs: 2, abnormal: n % 100 === 0 },
    ...{ redacted: false, test: false, extra: {} },
  };
}

/** Of a hundred: most arrive, some at the second attempt, some are refused, some come too late. */
function attemptsAt(delivery: Delivery, n: number, receivedMs: number): readonly AttemptRecord[] {
  const chance = (n * 7919 + delivery.destination.length * 31) % 100;
  const first = {
    ...{ deliveryKey: keyOf(delivery), attempt: 1, startedMs: receivedMs + 1.25, durationMs: 40 + chance },
    ...{ notBeforeMs: 0, plain: false, detail: undefined },
  };
  const failed = { ...first, outcome: 'retry server_error', status: 503, detail: 'upstream is down' };
  const delivered = { outcome: 'delivered', status: 200, state: 'delivered', reason: undefined } as const;
  if (chance < 3) {
    const again = { ...first, attempt: 2, startedMs: receivedMs + 220 };
    return [
      { ...failed, state: 'pending', reason: 'server_error' },
      { ...again, ...delivered },
    ];
  }
  if (chance === 3) return [{ ...failed, state: 'expired', reason: 'max_age' }];
  if (chance === 4)
    return [
      {
        ...{ ...first, outcome: 'reject message_refused', status: 400, detail: 'symbol is not tradable' },
        ...{ state: 'dead', reason: 'message_refused' },
      },
    ];
  return [{ ...first, ...delivered }];
}
