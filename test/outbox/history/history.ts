/** A store with a past, beside a plain list of what happened in it: what figures say is held against a count of the list. */
import { expect } from 'vitest';
import type { Announcement } from '../../../src/announcement.ts';
import type { Delivery, DeliveryState } from '../../../src/delivery/delivery.ts';
import type { HistoryChange } from '../../../src/outbox/history/change.ts';
import { type GroupPoint, pointsIn } from '../../../src/outbox/history/group-points.ts';
import { DAYS } from '../../../src/outbox/history/levels.ts';
import { nextChanges } from '../../../src/outbox/history/next-changes.ts';
import { readStats } from '../../../src/outbox/history/read-stats.ts';
import type { Stats, StatsRequest } from '../../../src/outbox/history/stats.ts';
import { openStoreFile } from '../../../src/outbox/open.ts';
import { discardDeliveries, retryDeliveries } from '../../../src/outbox/queries.ts';
import { type OpenStore, openStore } from '../../../src/outbox/store.ts';
import { SPREAD_ERROR } from '../../../src/platform/spread.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { announcementAt, attemptOf, deliveriesOf, Folder } from '../../support/outbox.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

interface Sent {
  readonly delivery: Delivery;
  state: DeliveryState;
  attempts: number;
  /** When its first request began, when it was acknowledged, when a person requested it. */
  startedMs: number | undefined;
  endedMs: number | undefined;
  byHandMs: number | undefined;
}

interface News {
  readonly announcement: Announcement;
  readonly sent: readonly Sent[];
  isDeleted: boolean;
}

export class History implements AsyncDisposable {
  readonly clock = new FakeClock();
  /** Of figures. */
  keptMs = DAYS.keptMs;
  readonly #folder = new Folder();
  readonly path = this.#folder.file('bridge.db');
  readonly news: News[] = [];
  readonly leads: { readonly atMs: number; readonly winner: string; readonly leadMs: number }[] = [];
  #store: OpenStore = this.#open();

  #open(): OpenStore {
    return openStore(this.path, this.clock, () => expect.fail('nothing is replaced'));
  }

  get nowMs(): number {
    return this.clock.monotonicMs();
  }

  get outbox() {
    return this.#store.outbox;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store.close();
    this.#folder[Symbol.dispose]();
  }

  async reopen(): Promise<void> {
    await this.#store.close();
    this.#store = this.#open();
  }

  /** One to each of these; every one still waits. */
  announce(destinations: readonly string[], fields: Partial<Announcement> = {}): News {
    const announcement = {
      ...announcementAt(0, this.nowMs),
      id: announcementAt(0, this.nowMs).id.slice(0, 10) + String(this.news.length).padStart(6, '0'),
      ...fields,
    };
    const sent = deliveriesOf(announcement, ...destinations).map(
      (delivery): Sent => ({
        ...{ delivery, state: 'pending', attempts: 0 },
        ...{ startedMs: undefined, endedMs: undefined, byHandMs: undefined },
      }),
    );
    this.outbox.record(
      { kind: 'news', announcement },
      sent.map(({ delivery }) => delivery),
    );
    const news = { announcement, sent, isDeleted: false };
    this.news.push(news);
    return news;
  }

  get waiting(): readonly Sent[] {
    return this.news.flatMap(({ sent }) => sent).filter(({ state }) => state === 'pending');
  }

  /** An attempt now, which took that long; of `expired` and `skipped` none. */
  settle(one: Sent, state: DeliveryState, durationMs = 5): void {
    const isAttempt = state !== 'expired' && state !== 'skipped';
    const startedMs = this.nowMs;
    if (isAttempt) one.attempts++;
    if (isAttempt) one.startedMs ??= startedMs;
    one.state = state;
    one.endedMs = state === 'delivered' ? startedMs + durationMs : undefined;
    const { attempts } = one;
    this.outbox.settle([
      attemptOf(one.delivery, {
        ...{ attempt: isAttempt ? attempts : 0, startedMs, durationMs, state, outcome: state },
      }),
    ]);
  }

  /** A person does. */
  retry(one: Sent): void {
    using database = openStoreFile(this.path, false);
    const changed = retryDeliveries(database, [one.delivery.id], this.nowMs, {
      maxAgeOf: () => false,
      isLate: true,
    });
    if (changed.length === 0) return;
    one.state = 'pending';
    one.endedMs = undefined;
    one.byHandMs = this.nowMs;
  }

  discard(one: Sent): void {
    using database = openStoreFile(this.path, false);
    if (discardDeliveries(database, [one.delivery.id], this.nowMs).length > 0) one.state = 'skipped';
  }

  lead(winner: string, loser: string, leadMs: number): void {
    const atMs = this.nowMs;
    this.leads.push({ atMs, winner, leadMs });
    this.outbox.keepHistory({ kind: 'leads', leads: [{ atMs, winner, loser, leadMs }] });
  }

  prune(beforeMs: number): void {
    while (this.outbox.prune(beforeMs, this.nowMs, 100) > 0);
    using database = openStoreFile(this.path, true);
    const find = database.prepare('SELECT 1 FROM announcements WHERE id = ?');
    for (const one of this.news) one.isDeleted = find.get(one.announcement.id) === undefined;
  }

  async next(): Promise<readonly HistoryChange[]> {
    using database = openStoreFile(this.path, true);
    return (await nextChanges(database, { nowMs: this.nowMs, keptMs: this.keptMs }, () => Promise.resolve()))
      .changes;
  }

  /** At most so many steps of the upkeep; of the last only `pieces` changes, as if the bridge had died in it. */
  async derive(steps = Number.POSITIVE_INFINITY, pieces = Number.POSITIVE_INFINITY): Promise<number> {
    for (let step = 0; step < steps; step++) {
      const changes = await this.next();
      if (changes.length === 0) return step;
      const some = step === steps - 1 ? changes.slice(0, pieces) : changes;
      for (const change of some) this.outbox.keepHistory(change);
      expect(step).toBeLessThan(5000);
    }
    return steps;
  }

  stats(request: Partial<StatsRequest> = {}, mostRows = Number.POSITIVE_INFINITY): Stats {
    using database = openStoreFile(this.path, true);
    const { nowMs } = this;
    return readStats(
      database,
      { sinceMs: 0, untilMs: nowMs + 1, nowMs, by: 'destination', ...request },
      mostRows,
    );
  }

  /** The stats say the same as the list, of the same period. */
  check(request: Partial<StatsRequest> = {}): void {
    const stats = this.stats({ slot: 'hour', ...request });
    expect(stats.missing).toEqual([]);
    const within = (ms: number) => ms >= stats.sinceMs && ms < stats.untilMs;
    const news = this.news.filter(({ announcement: { receivedMs } }) => within(receivedMs));
    const sent = news.flatMap((one) => one.sent);
    expect(stats.total.news?.announcements).toBe(news.length);
    expect(stats.total.news?.won.count).toBe(this.leads.filter(({ atMs }) => within(atMs)).length);
    expect(countsOf(stats.total.sent)).toEqual(countOf(sent));
    requireQuantiles(stats.total.sent?.took, spansOf(sent, 'endedMs'));
    requireQuantiles(stats.total.sent?.dispatch, spansOf(sent, 'startedMs'));
    for (const group of stats.groups) {
      const own = sent.filter(({ delivery }) => delivery.destination === group.name);
      expect([group.name, countsOf(group.sent)]).toEqual([group.name, countOf(own)]);
      requireQuantiles(group.sent?.took, spansOf(own, 'endedMs'));
      const points = pointsIn(group.series ?? new Float64Array());
      const { delivered, pending, dead = 0, expired = 0 } = group.sent ?? {};
      expect(sumOf(points)).toEqual({ delivered, pending, failed: dead + expired });
      expect(points).toEqual(points.toSorted((one, other) => one.sinceMs - other.sinceMs));
    }
    const points = stats.series.reduce((sum, { announcements }) => sum + announcements, 0);
    expect(points).toBe(news.length);
    expect(stats.series.map(({ sinceMs }) => sinceMs)).toEqual(
      stats.series.map(({ sinceMs }) => sinceMs).toSorted((one, other) => one - other),
    );
  }
}

const sumOf = (points: readonly GroupPoint[]) => ({
  delivered: points.reduce((sum, one) => sum + one.delivered, 0),
  pending: points.reduce((sum, one) => sum + one.pending, 0),
  failed: points.reduce((sum, one) => sum + one.failed, 0),
});

/** From the receipt, or from the request of a person before it. */
const spansOf = (sent: readonly Sent[], moment: 'startedMs' | 'endedMs'): number[] =>
  sent.flatMap((one) => {
    const { delivery, byHandMs } = one;
    const ms = one[moment];
    if (ms === undefined || delivery.content.kind !== 'news') return [];
    const { receivedMs } = delivery.content.announcement;
    return ms - (byHandMs !== undefined && byHandMs <= ms ? byHandMs : receivedMs);
  });

const countOf = (sent: readonly Sent[]) => ({
  deliveries: sent.length,
  delivered: sent.filter(({ state }) => state === 'delivered').length,
  pending: sent.filter(({ state }) => state === 'pending').length,
  skipped: sent.filter(({ state }) => state === 'skipped').length,
  attempts: sent.reduce((sum, { attempts }) => sum + attempts, 0),
});

const countsOf = (sent: Stats['total']['sent']) => ({
  deliveries: sent?.deliveries,
  delivered: sent?.delivered,
  pending: sent?.pending,
  skipped: sent?.skipped,
  attempts: sent?.attempts,
});

function requireQuantiles(
  found:
    | { count: number; p50Ms: number | undefined; p99Ms: number | undefined; maxMs: number | undefined }
    | undefined,
  spans: readonly number[],
): void {
  const sorted = spans.toSorted((one, other) => one - other);
  expect(found?.count).toBe(sorted.length);
  if (sorted.length === 0) return;
  const exact = (share: number) => Math.max(0.01, sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN);
  for (const [ms, share] of [
    [found?.p50Ms, 0.5],
    [found?.p99Ms, 0.99],
  ] as const)
    expect(Math.abs(Math.max(0.01, ms ?? Number.NaN) - exact(share)) / exact(share)).toBeLessThanOrEqual(
      SPREAD_ERROR * 1.01,
    );
  expect(found?.maxMs).toBeCloseTo(sorted.at(-1) ?? Number.NaN, 2);
}
