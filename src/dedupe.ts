/**
 * Remembers what was announced within the window, so that a second feed, a reconnect or a restart does
 * not announce it again. The first copy opens the window; repeats do not prolong it, so the same words
 * an hour later are news again. A redacted copy of something that is known says nothing new; a full copy
 * of something that was only known redacted is news (docs/decisions/redacted-copies.md). Memory is bounded by the window,
 * and for a feed gone mad by the counts below.
 */
import { hash } from 'node:crypto';
import { type Announcement, detectedUs, identityOf, identityToday } from './announcement.ts';
import { folded } from './platform/fold.ts';

/** The copy that came first. */
export interface First {
  /** `undefined`: before this start. */
  readonly feed: string | undefined;
  /** Monotonic. */
  readonly receivedMs: number;
}

/** Two endpoints detect the same event on their own, so their stamps differ by about this much at most. */
const SAME_EVENT_US = 2_000_000;
/** Copies come within seconds of each other, and there is no replay. */
const EVENTS_KEPT_MS = 60_000;
/** Of one publisher and type; what searches them must stay short in a flood. */
const MOST_EVENTS = 256;
/** Several times what all exchanges announce in a year; the oldest are forgotten first. */
const MOST_SEEN = 100_000;
/** Of an identity that is longer its hash is kept: a title may have as many bytes as a frame. */
const LONGEST_KEY = 400;
/** Publishers and listing types are open sets. */
const MOST_KINDS = 256;

/** One event of a publisher and listing type, which redacted copies can only be matched to by time. */
interface Event {
  first: First;
  readonly momentUs: number;
  redacted: boolean;
  /** Feeds that have brought it: each brings it once, so a second redacted one of theirs is another event. */
  readonly feeds: Set<string>;
}

export class Dedupe {
  /** A reload may change it. */
  windowMs: number;
  /** Identity (or its hash) → the first copy, oldest first. */
  readonly #seen = new Map<string, First>();
  readonly #events = new Map<string, Event[]>();

  constructor(windowMs: number) {
    this.windowMs = windowMs;
  }

  /** For what was announced before this start, perhaps by an earlier version. */
  remember(stored: string, receivedMs: number): void {
    const key = keyOf(identityToday(stored));
    if (!this.#seen.has(key)) this.#see(key, { feed: undefined, receivedMs });
  }

  /** `undefined`: it is news, and remembered from now on. `identity`: as `identityOf` says. */
  firstOf(announcement: Announcement, identity = identityOf(announcement)): First | undefined {
    const { feed, receivedMs, redacted, test } = announcement;
    for (const [oldest, seen] of this.#seen) {
      if (receivedMs - seen.receivedMs < this.windowMs) break;
      this.#seen.delete(oldest);
    }
    const key = keyOf(identity);
    const known = this.#seen.get(key);
    if (known !== undefined) return known;
    const first = { feed, receivedMs };
    this.#see(key, first);
    return test ? undefined : this.#matched(announcement, first, redacted);
  }

  #see(key: string, first: First): void {
    this.#seen.set(key, first);
    const [oldest] = this.#seen.keys();
    if (oldest !== undefined && this.#seen.size > MOST_SEEN) this.#seen.delete(oldest);
  }

  #matched(announcement: Announcement, first: First, redacted: boolean): First | undefined {
    const { publisher, listingType, feed } = announcement;
    const momentUs = detectedUs(announcement);
    const kind = folded(`${publisher} ${listingType}`);
    const fresh = this.#events.get(kind) ?? [];
    // Usually none or one leaves: in a flood, a new list for each announcement would be most of the work.
    while (fresh[0] && (fresh.length > MOST_EVENTS || isOld(fresh[0], first.receivedMs))) fresh.shift();
    this.#events.delete(kind);
    this.#events.set(kind, fresh);
    const [oldest] = this.#events.keys();
    if (oldest !== undefined && this.#events.size > MOST_KINDS) this.#events.delete(oldest);
    const event = sameEvent(fresh, momentUs, feed, redacted);
    if (event === undefined) {
      fresh.push({ first, momentUs, redacted, feeds: new Set([feed]) });
      return undefined;
    }
    event.feeds.add(feed);
    if (redacted) return event.first;
    // Now known in full: the alert before said only that there was something.
    event.redacted = false;
    event.first = first;
    return undefined;
  }
}

const keyOf = (identity: string) =>
  identity.length > LONGEST_KEY ? hash('sha256', identity, 'base64') : identity;

const isOld = ({ first }: Event, nowMs: number) => nowMs - first.receivedMs >= EVENTS_KEPT_MS;

/** For a redacted copy: what it is a copy of. For a full one: what was only known redacted. The nearest in time. */
function sameEvent(
  events: readonly Event[],
  momentUs: number,
  feed: string,
  redacted: boolean,
): Event | undefined {
  let nearest: Event | undefined;
  let nearestUs = SAME_EVENT_US;
  for (const event of events) {
    const apartUs = Math.abs(event.momentUs - momentUs);
    if (apartUs > nearestUs || (!redacted && !event.redacted)) continue;
    if (apartUs > 0 && event.feeds.has(feed)) continue;
    nearest = event;
    nearestUs = apartUs;
  }
  return nearest;
}
