/** The news of the last hours as this node knows it: which deliveries it has of its own, and whether all nodes can see it in the log. */
import { type Announcement, identityOf } from '../announcement.ts';
import type { NewsContent } from '../delivery/content.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { occurrenceIn } from '../outbox/delivery-ids.ts';
import type { Fate, PlannedDelivery } from './shared.ts';

export interface KnownNews {
  /** As this node names it. */
  readonly key: string;
  /** As the log names it, which another node may have brought it into; the ends of its deliveries are named after that. */
  logKey: string;
  readonly identity: string;
  readonly content: NewsContent;
  /** Of other copies that this node has taken for it, also under another name. */
  readonly otherIds: string[];
  readonly otherKeys: string[];
  /** Deliveries that are in the store of this node, or are known to have ended elsewhere: their ids without the name of the news. */
  readonly decided: Set<string>;
  /** All deliveries; `undefined`: not worked out yet. */
  plan: readonly PlannedDelivery[] | undefined;
  /** Since when it is known to be in the log, monotonic ms. */
  loggedMs: number | undefined;
  /** Of its deliveries (`withinNews`), while this node was the only one that could send them. */
  fates?: ReadonlyMap<string, Fate> | undefined;
  /** It is of the past, and comes into a log that may not know what was sent of it. */
  isLate: boolean;
}

/** Ids of deliveries in all of them: about 20 MB. */
const MOST_DECIDED = 200_000;

const MOST_KNOWN = 20_000;

export class Known {
  /** Oldest first. */
  readonly #byKey = new Map<string, KnownNews>();
  readonly #byIdentity = new Map<string, KnownNews>();
  readonly #byId = new Map<string, KnownNews>();
  /** By further names: of the log, and of other copies. */
  readonly #byOtherKey = new Map<string, KnownNews>();
  #decided = 0;

  /** `deliveries`: those in the store of this node. */
  add(key: string, content: NewsContent, deliveries: readonly Delivery[]): KnownNews {
    const { announcement } = content;
    const known: KnownNews = {
      ...{
        key,
        logKey: key,
        otherIds: [],
        otherKeys: [],
        content,
        identity: identityOf(announcement),
        decided: new Set(deliveries.map(({ id }) => withinNews(id))),
      },
      ...{ plan: undefined, loggedMs: undefined, isLate: false },
    };
    this.#byKey.set(key, known);
    this.#byIdentity.set(known.identity, known);
    this.#byId.set(announcement.id, known);
    this.#decided += known.decided.size;
    this.#forget();
    return known;
  }

  /** The same news once more, perhaps under another name, with deliveries of its own. */
  merge(known: KnownNews, key: string, announcementId: string, deliveries: readonly Delivery[]): void {
    this.#byId.set(announcementId, known);
    known.otherIds.push(announcementId);
    if (this.byKey(key) === undefined) {
      this.#byOtherKey.set(key, known);
      known.otherKeys.push(key);
    }
    this.#decided += deliveries.length;
    for (const { id } of deliveries) known.decided.add(withinNews(id));
  }

  /** The log has it under that name. */
  rename(known: KnownNews, key: string): void {
    if (known.logKey === key) return;
    known.logKey = key;
    if (this.byKey(key) === known) return;
    this.#byOtherKey.set(key, known);
    known.otherKeys.push(key);
  }

  /** A delivery, as the log names it. */
  nameOf(deliveryId: string): string {
    const key = occurrenceIn(deliveryId);
    return (this.byKey(key)?.logKey ?? key) + withinNews(deliveryId);
  }

  /** By the key, or the latest of that identity within the window: two nodes may name the same news differently. */
  find(key: string, announcement: Announcement, windowMs: number): KnownNews | undefined {
    const known = this.byKey(key);
    if (known !== undefined) return known;
    const alike = this.#byIdentity.get(identityOf(announcement));
    if (alike === undefined) return undefined;
    const apartMs = Math.abs(alike.content.announcement.receivedMs - announcement.receivedMs);
    return apartMs < windowMs ? alike : undefined;
  }

  byKey(key: string): KnownNews | undefined {
    return this.#byKey.get(key) ?? this.#byOtherKey.get(key);
  }

  /** Of an announcement of this node. */
  byId(id: string): KnownNews | undefined {
    return this.#byId.get(id);
  }

  /** Not known to be in the log before that moment. */
  *notLoggedBefore(ms: number): Generator<KnownNews> {
    for (const known of this.#byKey.values())
      if (known.loggedMs === undefined || known.loggedMs >= ms) yield known;
  }

  /** The database is another one. */
  forgetLog(): void {
    for (const known of this.#byKey.values()) known.loggedMs = undefined;
  }

  *all(): Generator<KnownNews> {
    yield* this.#byKey.values();
  }

  #forget(): void {
    for (const [key, known] of this.#byKey) {
      if (this.#byKey.size <= MOST_KNOWN && this.#decided <= MOST_DECIDED) return;
      this.#byKey.delete(key);
      for (const other of known.otherKeys) this.#byOtherKey.delete(other);
      for (const id of [known.content.announcement.id, ...known.otherIds]) this.#byId.delete(id);
      if (this.#byIdentity.get(known.identity) === known) this.#byIdentity.delete(known.identity);
      this.#decided -= known.decided.size;
    }
  }
}

/** The part of the name of a delivery that is the same whatever its news is called. */
export const withinNews = (deliveryId: string): string => deliveryId.slice(occurrenceIn(deliveryId).length);
