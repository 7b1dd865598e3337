/**
 * The store for people: lists, finds, retries and discards deliveries, keeps mutes (`deliveries`, the HTTP side, chat commands).
 * Asynchronous, because a question may take long and must not hold up the loop that carries the news: the running bridge
 * answers it on another thread (`deliveries-thread.ts`), the command line in its own process (`file-deliveries.ts`).
 * All times are ms on the bridge's timeline (`bridge-time.ts`).
 */
import type { Announcement } from '../announcement.ts';
import type { Content } from '../delivery/content.ts';
import type { Delivery, DeliveryState } from '../delivery/delivery.ts';
import type { Mute, MuteChange, MuteWish } from '../mutes/mute.ts';
import type { SomeRules } from '../routing/kept-rules.ts';
import type { Exported } from './exported.ts';
import type { Moment, NextChanges } from './history/next-changes.ts';
import type { Stats, StatsRequest } from './history/stats.ts';
import type { Waiting } from './outbox.ts';
import type { StoredAttempt, StoredDelivery } from './rows.ts';

/** Maximum number of deliveries on a page: the loop that carries the news reads a page, in less than half a millisecond. */
export const LARGEST_PAGE = 50;

/** Conditions on what was announced. Absent: any; all that are given have to hold. */
export interface NewsFilter {
  /** Received at or after that. */
  readonly sinceMs?: number | undefined;
  /** Received before that. */
  readonly untilMs?: number | undefined;
  readonly feed?: string | undefined;
  readonly exchange?: string | undefined;
  /** Its listing type. */
  readonly type?: string | undefined;
  /** One of its tickers. */
  readonly ticker?: string | undefined;
  /** A part of its title. */
  readonly title?: string | undefined;
}

export interface AnnouncementFilter extends NewsFilter {
  /** Whether a rule matched it. */
  readonly matched?: boolean | undefined;
  /** At most so many on a page, and at most `LARGEST_PAGE`; absent: that. */
  readonly limit?: number | undefined;
}

/** Of a page. */
export const limitIn = ({ limit = LARGEST_PAGE }: { readonly limit?: number | undefined }): number =>
  Math.max(1, Math.min(limit, LARGEST_PAGE));

/** `ticker`: under `forEach: ticker`, of the delivery itself. */
export interface DeliveryFilter extends NewsFilter {
  /** Several: one of them. */
  readonly state?: DeliveryState | readonly DeliveryState[] | undefined;
  readonly destination?: string | undefined;
  readonly rule?: string | undefined;
  readonly reason?: string | undefined;
  /** At least so many. */
  readonly attempts?: number | undefined;
  /** The id of the mute that held it back. */
  readonly mute?: number | undefined;
  /** The id of its announcement. */
  readonly announcement?: string | undefined;
  /** Its own. */
  readonly id?: string | undefined;
}

export interface PageRequest extends DeliveryFilter {
  /** At most so many, and at most `LARGEST_PAGE`. */
  readonly limit: number;
  /** `next` of the page before; absent: from the newest. */
  readonly before?: string | undefined;
}

export interface DeliveryPage {
  /** Newest first. May be fewer than asked for, even none, while there are more: one page is one bounded look. */
  readonly deliveries: readonly StoredDelivery[];
  /** Where the next page begins; `undefined`: this is the last one. */
  readonly next: string | undefined;
}

export interface FoundDelivery {
  readonly delivery: StoredDelivery;
  readonly attempts: readonly StoredAttempt[];
}

/** The decision on an announcement, as far as it is kept. */
export interface StoredDecision {
  readonly content: Content;
  /** The outcome of each rule (`traceIn`); absent: it was not written. */
  readonly trace?: string;
  /** Those rules that it speaks of; absent: they are not there. */
  readonly rules?: SomeRules;
  readonly deliveries: readonly FoundDelivery[];
  /** All that its rules made of it in this store are there: `store.retention` may have deleted some. */
  readonly isComplete: boolean;
  /** Of a cluster: the node in whose store it is; absent: this one. */
  readonly node?: string;
}

/** How deliveries are queued again. */
export interface Again {
  readonly nowMs: number;
  /** `maxAge` of the destinations of today's config, in ms (`false` = never too old). One that is not in it keeps the end that it was queued with. */
  readonly maxAges: ReadonlyMap<string, number | false>;
  /** A person wants it whatever its age, which then counts again. */
  readonly isLate: boolean;
}

/** One delivery that a replay wants to have sent. */
export interface ReplayWish {
  /** With the key of its row, where it is there already; that is sent again, as this. */
  readonly delivery: Delivery;
  /** The rows of its announcement for its destination and ticker, as whoever decided has seen them (`seenAs`): otherwise it is not queued. */
  readonly seen: readonly string[];
}

/** `message`: for people, with advice where there is any. `missing`: sentences, of a cluster: whose rows are not among these. */
export type StoreAnswer<Value> =
  | { readonly ok: true; readonly value: Value; readonly missing?: readonly string[] }
  | { readonly ok: false; readonly message: string };

export interface AnnouncementPage {
  /** Newest first, without self-tests and alerts. With a filter there may be few, even none, while there are more: one page is one bounded look. */
  readonly announcements: readonly Announcement[];
  /** Where the next page begins; `undefined`: this is the last one. */
  readonly next: string | undefined;
  /** Of a cluster: the node of each that is in another's store, by its id. */
  readonly nodes?: ReadonlyMap<string, string>;
}

export interface ExportRequest {
  readonly what: Exported;
  readonly filter: DeliveryFilter & AnnouncementFilter;
  /** `next` of the look before; absent: from the oldest. */
  readonly after?: string | undefined;
}

export type ExportRow =
  | { readonly announcement: Announcement }
  | { readonly delivery: StoredDelivery; readonly attempt?: StoredAttempt };

export interface ExportLook {
  /** May be few, even none, while there are more. */
  readonly rows: readonly ExportRow[];
  /** `undefined`: there are no more. */
  readonly next: string | undefined;
}

export interface Deliveries {
  /** `before`: `next` of the page before; absent: from the newest. */
  announcements(before?: string, filter?: AnnouncementFilter): Promise<StoreAnswer<AnnouncementPage>>;
  /** Latency and reliability of a period. */
  stats(request: StatsRequest): Promise<StoreAnswer<Stats>>;
  /** Rows for an export, the oldest first: one bounded look. */
  rows(request: ExportRequest): Promise<StoreAnswer<ExportLook>>;
  /** As `Backlog.waiting`. */
  waiting(): Promise<StoreAnswer<ReadonlyMap<string, Waiting>>>;
  /** For the bridge itself, not for people: what is to be written next of the past. Others may ask meanwhile. */
  nextChanges(moment: Moment): Promise<StoreAnswer<NextChanges>>;
  list(request: PageRequest, signal?: AbortSignal): Promise<StoreAnswer<DeliveryPage>>;
  /** Keys of rows (`Delivery.key`) by the ids of their deliveries, without those that are not there. Of two rows with one id, the newer. */
  keysOf(ids: readonly string[]): Promise<StoreAnswer<ReadonlyMap<string, string>>>;
  /** One delivery (also by its key), or all deliveries of one announcement in the order of their rules; none: nothing has that id. */
  find(id: string, signal?: AbortSignal): Promise<StoreAnswer<readonly FoundDelivery[]>>;
  /** By the id of an announcement, or of one of its deliveries; `undefined`: nothing has that id. */
  decision(id: string, signal?: AbortSignal): Promise<StoreAnswer<StoredDecision | undefined>>;
  /**
   * Queued again at once, within what is left of `maxAge`. Not changed: what was delivered, what is on the wire, what is
   * too old. Ids or keys; gives those that changed. A running bridge takes them up within a second.
   */
  retry(ids: readonly string[], again: Again): Promise<StoreAnswer<readonly string[]>>;
  /**
   * Queued by hand, each if nothing has happened to its announcement at that destination since it was looked at: of two who ask at
   * once, one queues it. Gives the ids of those that were queued. A running bridge takes them up within a second.
   */
  replay(wishes: readonly ReplayWish[], nowMs: number): Promise<StoreAnswer<readonly string[]>>;
  /** Pending ones only; they are not sent any more. Ids or keys; gives those that changed. */
  discard(ids: readonly string[], nowMs: number): Promise<StoreAnswer<readonly string[]>>;
  /** Oldest first; also those that have ended, for a while. */
  mutes(): Promise<StoreAnswer<readonly Mute[]>>;
  /** All or none, on the disk when it answers; in the order of the wishes. A running bridge takes them up within a second. */
  mute(wishes: readonly MuteWish[], nowMs: number): Promise<StoreAnswer<readonly MuteChange[]>>;
  /** Gives the ids of those that were there. */
  lift(ids: readonly number[]): Promise<StoreAnswer<readonly number[]>>;
}
