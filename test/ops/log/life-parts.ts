/** Announcements, deliveries and answers of a day that has everything. */
import type { Announcement } from '../../../src/announcement.ts';
import { newsOf } from '../../../src/delivery/content.ts';
import type { Delivery } from '../../../src/delivery/delivery.ts';
import type { AttemptResult } from '../../../src/delivery/outcome.ts';
import type { Decision } from '../../../src/delivery/retry-policy.ts';
import type { BridgeEvent } from '../../../src/events/bridge-event.ts';
import { announcementOf } from '../../destinations/render-support.ts';

export const HELD: Announcement = announcementOf({
  id: '01m8a05k524gv09h',
  receivedMs: 5000,
  listingType: 'caution_released',
  tickers: ['TAIKO'],
  title: '타이코(TAIKO) 거래 유의 종목 지정 해제 안내',
  detectedTimestampUs: 1_767_225_600_130_200,
  dispatchTimestampUs: 1_767_225_600_130_500,
  receivedTimestampUs: 1_767_225_600_132_000,
});
export const LONG = announcementOf({
  id: '01m8a06b7r1c4e2n',
  publisher: 'binance',
  listingType: 'monitoring_tag_extend',
  tickers: ['NFP', 'NOM', 'POND', 'QUICK', 'VIC', 'WAN', 'FIO'],
  title:
    'Binance Will Extend the Monitoring Tag to Include NFP, NOM, POND, QUICK, VIC, WAN and FIO on 2026-11-26',
});
export const HIDDEN = announcementOf({ id: '01m8a07c1s2d5f3p', title: '', tickers: [], redacted: true });
export const TEST = announcementOf({
  ...{ id: '01m8a05m0000000t', tickers: ['DUMMYTOKEN'], title: 'This is a test announcement', test: true },
  ...{ detectedTimestampUs: undefined, stalledMs: 250 },
});

export const deliveryOf = (
  announcement: Announcement,
  destination: string,
  end: string,
  ticker?: string,
): Delivery => ({
  id: `${announcement.id}-${end}`,
  content: newsOf(announcement),
  ...{ destination, rule: 'all', template: undefined, ticker, importance: 1, expiresAtMs: undefined },
});

export const CHANNEL = deliveryOf(HELD, 'channel', 'd7hpat6dhd');
export const ALERTS = deliveryOf(HELD, 'alerts', '0s42k2t8qr');
export const BOT = deliveryOf(HELD, 'bot', 'knt96ayvdw', 'TAIKO');
export const DRY = deliveryOf(HELD, 'a-destination-with-a-long-name', 'pxawp94c7h');

export const attempted = (
  delivery: Delivery,
  result: AttemptResult,
  decision: Decision,
  attempt = 1,
  durationMs = 3.2,
): BridgeEvent => ({
  ...{ kind: 'delivery.attempted', delivery, attempt, result, decision },
  ...{ startedMs: 5002, endedMs: 5002 + durationMs },
});
export const delivered = (delivery: Delivery, writtenMs: number, more: Partial<AttemptResult> = {}) =>
  attempted(
    delivery,
    { outcome: { kind: 'delivered' }, status: 200, writtenMs, ...more },
    { kind: 'end', state: 'delivered', reason: undefined },
  );
export const ended = (
  delivery: Delivery,
  state: 'dead' | 'expired' | 'skipped' | 'delivered',
  reason: string | undefined,
  detail?: string,
): BridgeEvent => ({
  ...{ kind: 'delivery.ended', delivery, state, reason, endedMs: 9000 },
  ...(detail !== undefined && { detail }),
});

export const UNREACHABLE: AttemptResult = {
  outcome: { kind: 'retry', reason: 'unreachable' },
  detail: 'connect ECONNREFUSED 127.0.0.1:9000',
  advice: 'Nothing listens at 127.0.0.1:9000: start the bot or correct `url`.',
};
export const GONE: AttemptResult = {
  outcome: { kind: 'reject', reason: 'gone', scope: 'destination' },
  ...{ status: 404, writtenMs: 5003, detail: 'chat not found' },
  advice:
    'Telegram does not know this chat: is `chatId` right, and is the bot an administrator of the channel? (Telegram answered 400: chat not found)',
};
export const again = (delayMs: number): Decision => ({
  ...{ kind: 'again', reason: 'unreachable', delayMs, plain: false, pause: undefined },
});

export const LOSS = {
  feed: 'tokyo',
  reason: 'unreachable',
  detail: 'connect ECONNREFUSED 203.0.113.7:443',
  advice: 'Nothing answers at this address: check `url` and the network of this machine.',
} as const;
export const alert = {
  ...{ code: 'feed_down', subject: 'tokyo', severity: 'critical' as const, says: 'feed tokyo is down' },
  ...{ detail: 'unreachable for 1m', durationMs: 61_000, to: ['alerts', 'channel'] },
} as const;

export const many = Array.from({ length: 25 }, (_, n) => deliveryOf(LONG, `room-${n}`, `room${n}`));
