/** Announcements and deliveries by the number, and the files of a store that a test may damage. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Announcement } from '../../src/announcement.ts';
import { newsOf, originOf } from '../../src/delivery/content.ts';
import type { AttemptRecord, Delivery } from '../../src/delivery/delivery.ts';
import { idAt } from '../../src/outbox/ids.ts';

/** Number `ordinal`, read that many milliseconds after `baseMs`. */
export function announcementAt(ordinal: number, baseMs: number): Announcement {
  const receivedMs = baseMs + ordinal;
  return {
    id: `${idAt(receivedMs)}000000`,
    type: 'announcement',
    test: false,
    feed: 'one',
    title: `announcement ${ordinal}`,
    tickers: ['ABC'],
    publisher: 'upbit',
    listingType: 'spot_listing',
    redacted: false,
    abnormal: false,
    publishTimestampUs: undefined,
    detectedTimestampUs: undefined,
    dispatchTimestampUs: undefined,
    receivedTimestampUs: receivedMs * 1000,
    receivedMs,
    ageAtReceiptMs: 0,
    extra: {},
  };
}

export function deliveriesOf(announcement: Announcement, ...destinations: readonly string[]): Delivery[] {
  const content = newsOf(announcement);
  return destinations.map((destination, index) => ({
    id: `${announcement.id}-${index}`,
    content,
    destination,
    rule: 'all',
    template: undefined,
    ticker: undefined,
    importance: 1,
    expiresAtMs: announcement.receivedMs + 3_600_000,
  }));
}

export function attemptOf(delivery: Delivery, overrides: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    deliveryKey: delivery.id,
    attempt: 1,
    startedMs: originOf(delivery.content).receivedMs + 1,
    durationMs: 2,
    outcome: 'delivered',
    status: 200,
    detail: undefined,
    state: 'delivered',
    reason: undefined,
    notBeforeMs: 0,
    plain: false,
    ...overrides,
  };
}

/** A folder that is gone at the end. */
export class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'listing-bridge-store-'));

  file(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
