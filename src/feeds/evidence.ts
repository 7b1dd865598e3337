/**
 * Draws conclusions from the frames of one feed, of whatever type: each is a warning, raised when it becomes true
 * and not again until it has been otherwise. It receives an announcement after that was handed on.
 */
import { LISTING_TYPES, PUBLISHERS } from '../announcement.ts';
import { formatDuration } from '../platform/duration.ts';
import type { OddFrame } from './feed.ts';
import type { Reading } from './news.ts';
import { type Warning, type WarningCode, warning } from './warning.ts';

/** So many connections lost in so long is a condition, not an accident. */
const UNSTABLE = { losses: 5, withinMs: 600_000 } as const;
/** Foreign words of a kind that are distinguished; the feed must not make this grow. */
const MOST_WORDS = 100;
/** Unread news is loud, but a chatty new type must not fill the disk. */
const UNREAD_EVERY_MS = 60_000;
/** Of a stranger's words, in a line for people. */
export const LONGEST_TEXT = 200;
export const LONGEST_WORD = 64;
const MOST_KEYS = 32;

const LISTING_TYPE_WORDS: ReadonlySet<string> = new Set(LISTING_TYPES);
const PUBLISHER_WORDS: ReadonlySet<string> = new Set(PUBLISHERS);

export class Evidence {
  readonly #feed: () => string;
  readonly #warn: (warning: Warning) => void;
  readonly #words = new Map<WarningCode, Set<string>>();
  /** Conditions that hold, as last seen. */
  readonly #standing = new Set<WarningCode>();
  #lossesMs: number[] = [];
  #unreadMs = Number.NEGATIVE_INFINITY;

  /** `feed`: its name; a reload may change it. */
  constructor(feed: () => string, warn: (warning: Warning) => void) {
    this.#feed = feed;
    this.#warn = warn;
  }

  announcement(reading: Reading): void {
    const { title, publisher, listingType, abnormal } = reading;
    this.hold('detected_late', abnormal, () => [
      cut(title, LONGEST_TEXT),
      { title: cut(title, LONGEST_TEXT), publisher: cut(publisher, LONGEST_WORD) },
    ]);
    if (reading.test) return;
    if (!LISTING_TYPE_WORDS.has(listingType)) this.#strange(reading, 'listingType');
    if (!PUBLISHER_WORDS.has(publisher)) this.#strange(reading, 'publisher');
  }

  /** `words`: the first of the frame, where they may be shown. */
  odd(frame: Exclude<OddFrame, { kind: 'error' }>, nowMs: number, words = ''): void {
    if (frame.kind === 'garbage')
      this.once('unreadable_frame', frame.reason, words === '' ? frame.reason : `${frame.reason}: ${words}`, {
        reason: frame.reason,
      });
    else {
      const { type, keys } = frame;
      this.once('unknown_frame_type', type, type, {
        type,
        keys,
      });
    }
    if (frame.news === undefined || nowMs - this.#unreadMs < UNREAD_EVERY_MS) return;
    this.#unreadMs = nowMs;
    this.raise('unread_news', frame.news, {
      text: frame.news,
      ...(frame.kind === 'unknown' ? { type: frame.type, keys: frame.keys } : { reason: frame.reason }),
    });
  }

  lost(reason: string, nowMs: number): void {
    this.#lossesMs.push(nowMs);
    this.#lossesMs = this.#lossesMs.filter((atMs) => atMs > nowMs - UNSTABLE.withinMs);
    this.hold('connection_unstable', this.#lossesMs.length >= UNSTABLE.losses, () => [
      `lost or refused ${UNSTABLE.losses} times within ${formatDuration(UNSTABLE.withinMs)}, last: ${reason}`,
      { reason },
    ]);
  }

  /** For each word of a kind the first time. */
  once(code: WarningCode, word: string, message: string, details: Warning['details']): void {
    const words = this.#words.get(code) ?? new Set();
    this.#words.set(code, words);
    if (words.has(word) || words.size >= MOST_WORDS) return;
    words.add(word);
    this.raise(code, message, details);
  }

  /** Raises a condition when it begins; `says` costs nothing while it does not. */
  hold(code: WarningCode, holds: boolean, says: () => readonly [string, Warning['details']]): void {
    if (!holds) this.end(code);
    else if (!this.#standing.has(code)) {
      this.#standing.add(code);
      this.raise(code, ...says());
    }
  }

  /** The condition is over. */
  end(code: WarningCode): void {
    this.#standing.delete(code);
  }

  raise(code: WarningCode, message: string, details: Warning['details'] = {}, again = false): void {
    this.#warn(warning(code, this.#feed(), message, details, again));
  }

  #strange(reading: Reading, field: 'listingType' | 'publisher'): void {
    const word = cut(reading[field], LONGEST_WORD);
    this.once(field === 'publisher' ? 'unknown_publisher' : 'unknown_listing_type', word, word, {
      publisher: cut(reading.publisher, LONGEST_WORD),
      listingType: cut(reading.listingType, LONGEST_WORD),
      keys: Object.keys(reading.extra)
        .slice(0, MOST_KEYS)
        .map((key) => cut(key, LONGEST_WORD)),
    });
  }
}

export function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`.toWellFormed();
}
