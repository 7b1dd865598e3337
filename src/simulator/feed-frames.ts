/**
 * The frames that the service sends, as it writes them. Built here by hand and not shared with
 * `feeds/cryptolisting/frames.ts`, so that a misreading of the protocol there cannot hide behind the same misreading here.
 */
import type { Random } from '../platform/random.ts';

export interface OutgoingAnnouncement {
  readonly type: string;
  readonly title: string;
  readonly ticker: string;
  readonly publisher: string;
  readonly listingType: string;
  readonly publishTimestampUs?: number;
  readonly detectedTimestampUs?: number;
  readonly dispatchTimestampUs?: number;
  readonly [field: string]: unknown;
}

/** The fields of an announcement; `undefined` leaves a field out of the frame. */
export interface AnnouncementFields {
  readonly title?: string | undefined;
  readonly ticker?: string | undefined;
  readonly publisher?: string | undefined;
  readonly listingType?: string | undefined;
  readonly [field: string]: unknown;
}

export interface WelcomeFields {
  readonly tier?: string;
  /** The key's own allow-list. */
  readonly allowedCex?: '*' | readonly string[];
  readonly expiresInSecs?: number | null;
}

export function welcomeFrame(fields: WelcomeFields): string {
  return JSON.stringify({
    type: 'welcome',
    tier: 'simulated',
    allowedCex: '*',
    expiresInSecs: null,
    maxDistinctIps: 2,
    maxConnectionsPerIp: 5,
    absoluteMaxConnections: 20,
    ...fields,
  });
}

/** `timestampNs` is above 2^53, so it is written as digits and never held as a number. */
export function heartbeatFrame(wallUs: number): string {
  const timeUtc = new Date(wallUs / 1000).toISOString();
  return `{"type":"heartbeat","timestampNs":${BigInt(wallUs) * 1000n},"timeUtc":"${timeUtc}"}`;
}

export function testRefusedFrame(retryAfterSecs: number): string {
  return JSON.stringify({ type: 'error', code: 'test_rate_limited', retryAfterSecs });
}

/** How long the service took, in µs, least and most: seen by an exchange's page, then detected, then sent. */
const PUBLISHED_BEFORE_US = [20_000, 120_000] as const;
const DETECTED_BEFORE_US = [300, 2500] as const;

/** A complete frame with stamps that end now. */
export function announcementFrame(
  fields: AnnouncementFields,
  wallUs: number,
  random: Random,
): OutgoingAnnouncement {
  const between = ([least, most]: readonly [number, number]) => Math.round(least + random() * (most - least));
  const detectedTimestampUs = wallUs - between(DETECTED_BEFORE_US);
  // The spread of optional fields may write `undefined` over a default: JSON then leaves the field out, as documented.
  return {
    type: 'announcement',
    title: '에이비씨(ABC) KRW 마켓 디지털 자산 추가',
    ticker: 'ABC',
    publisher: 'upbit',
    listingType: 'spot_listing',
    publishTimestampUs: detectedTimestampUs - between(PUBLISHED_BEFORE_US),
    detectedTimestampUs,
    dispatchTimestampUs: wallUs,
    ...fields,
  } as OutgoingAnnouncement;
}

export function testAnnouncementFrame(wallUs: number, random: Random): OutgoingAnnouncement {
  return announcementFrame(
    {
      type: 'test_announcement',
      title: 'This is a test announcement',
      ticker: 'DUMMYTOKEN',
      publisher: 'binance',
    },
    wallUs,
    random,
  );
}

/** The same text for every announcement, as the free tiers send it; the service's wording is not documented. */
export const UPGRADE_NOTICE = 'Upgrade to a paid plan at cryptolisting.ws to see this announcement';

/**
 * The announcement as a free tier gets it: everything but `not_listing` loses its ticker, and its title becomes
 * the notice or `█`.
 */
export function redact(
  frame: OutgoingAnnouncement,
  style: 'notice' | 'masked' = 'notice',
): OutgoingAnnouncement {
  if (frame.listingType === 'not_listing') return frame;
  const title = style === 'notice' ? UPGRADE_NOTICE : frame.title.replace(/\S/gu, '█');
  return { ...frame, ticker: '', title };
}
