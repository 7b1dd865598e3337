/**
 * Draws the conclusions from what one feed sends: each is a warning, raised when it becomes true and not
 * again until it has been otherwise. It is told of an announcement after that was handed on.
 */
import { LISTING_TYPES, PUBLISHERS } from '../../announcement.ts';
import type { Clock, Timer } from '../../platform/clock.ts';
import { formatDuration } from '../../platform/duration.ts';
import { tickersOf } from '../news.ts';
import type { UncoveredPublishers } from '../uncovered-publishers.ts';
import { type Warning, type WarningCode, warning } from '../warning.ts';
import type { AnnouncementFrame, Frame, WelcomeFrame } from './frames.ts';
import type { FeedOptions } from './options.ts';
import { isRedacted } from './redaction.ts';

/** What the config expects of the feeds; a reload may change it. */
export interface Expectations {
  readonly keyExpiresWithinMs: number;
  readonly coverage: UncoveredPublishers;
}

export const KEY_EXPIRES_WITHIN_MS = 3 * 86_400_000;

/** Nothing is received before it was sent: less than this is the noise of two well-kept clocks. */
const SKEW_MS = 50;
/** Slower than any line: if even the fastest heartbeat seems to take this long, a clock is wrong. */
const AHEAD_MS = 5_000;
/** So many connections lost in so long is a condition, not an accident. */
const UNSTABLE = { losses: 5, withinMs: 600_000 } as const;
/** A renewed key has another expiry; the same one differs by the rounding of seconds. */
const SAME_EXPIRY_MS = 3_600_000;
/** Foreign words of a kind that are told apart; the feed must not make this grow. */
const MOST_WORDS = 100;
/** Unread news is loud, but a chatty new type must not fill the disk. */
const UNREAD_EVERY_MS = 60_000;
/** Of a stranger's words, in a line for people. */
const LONGEST_TEXT = 200;
const LONGEST_WORD = 64;
const MOST_KEYS = 32;

const LISTING_TYPE_WORDS: ReadonlySet<string> = new Set(LISTING_TYPES);
const PUBLISHER_WORDS: ReadonlySet<string> = new Set(PUBLISHERS);

export class Evidence {
  readonly #options: () => FeedOptions;
  readonly #clock: Clock;
  readonly #warn: (warning: Warning) => void;
  readonly #words = new Map<WarningCode, Set<string>>();
  /** Conditions that hold, as last seen. */
  readonly #standing = new Set<WarningCode>();
  #lossesMs: number[] = [];
  #redactingTier: string | undefined;
  #tier = '';
  #expiry: Timer | undefined;
  #warnedExpiryMs: number | undefined;
  #unreadMs = Number.NEGATIVE_INFINITY;
  #wasSkewed = false;

  constructor(options: () => FeedOptions, clock: Clock, warn: (warning: Warning) => void) {
    this.#options = options;
    this.#clock = clock;
    this.#warn = warn;
  }

  welcome(frame: WelcomeFrame, missing: readonly string[], coverage: UncoveredPublishers | undefined): void {
    const { name, exchanges } = this.#options();
    const { allowedCex, tier } = frame;
    this.#tier = tier;
    this.#standing.delete('key_used_elsewhere');
    const isEmpty =
      allowedCex.length === 0 || (exchanges !== undefined && missing.length === exchanges.length);
    const covered = cut(allowedCex === '*' ? allowedCex : allowedCex.join(', '), LONGEST_TEXT);
    const lacking = missing.length > 0 ? missing : ['every exchange'];
    this.#hold('exchanges_not_covered', isEmpty || missing.length > 0, () => [
      `the key does not cover ${lacking.join(', ')}: nothing of it will ever come${isEmpty ? ', and so nothing at all' : ''}`,
      { missing: lacking, allowedCex: covered, tier },
    ]);
    for (const { publisher, rules } of coverage?.welcomed(name, allowedCex) ?? [])
      this.#raise('publishers_not_covered', `rules wait for ${publisher}, which no feed brings`, {
        publisher,
        rules,
        allowedCex: covered,
      });
  }

  /** `undefined`: it does not expire. */
  keyExpiry(expiresMs: number | undefined, withinMs: number): void {
    this.#expiry?.cancel();
    if (expiresMs === undefined) return;
    if (Math.abs(expiresMs - (this.#warnedExpiryMs ?? 0)) < SAME_EXPIRY_MS) return;
    const warn = () => {
      this.#warnedExpiryMs = expiresMs;
      const leftMs = Math.max(0, Math.round(expiresMs - this.#clock.monotonicMs()));
      this.#raise('key_expires_soon', `the key expires in ${formatDuration(leftMs)}`, {
        expiresInMs: leftMs,
      });
    };
    const waitMs = expiresMs - withinMs - this.#clock.monotonicMs();
    if (waitMs <= 0) warn();
    else this.#expiry = this.#clock.after(waitMs, warn, false);
  }

  announcement(frame: AnnouncementFrame, receivedUs: number): void {
    const { title, publisher, dispatchTimestampUs: dispatchedUs } = frame;
    this.#hold('detected_late', frame.abnormal, () => [
      'the service saw an announcement later than usual: others were faster',
      { title: cut(title, LONGEST_TEXT), publisher: cut(publisher, LONGEST_WORD) },
    ]);
    this.#dispatched(dispatchedUs === undefined ? undefined : (receivedUs - dispatchedUs) / 1000);
    if (frame.test) return;
    if (!LISTING_TYPE_WORDS.has(frame.listingType)) this.#strange(frame, 'listingType');
    if (!PUBLISHER_WORDS.has(publisher)) this.#strange(frame, 'publisher');
    this.#redaction(frame);
  }

  /** Two in a row: one may have an odd stamp. */
  #dispatched(networkMs: number | undefined): void {
    const isSkewed = networkMs !== undefined && networkMs < -SKEW_MS;
    if (isSkewed && this.#wasSkewed) this.#skewed(networkMs);
    this.#wasSkewed = isSkewed;
  }

  #strange(frame: AnnouncementFrame, field: 'listingType' | 'publisher'): void {
    const word = cut(frame[field], LONGEST_WORD);
    const [code, what] =
      field === 'publisher'
        ? (['unknown_publisher', 'publisher'] as const)
        : (['unknown_listing_type', 'listing type'] as const);
    const message = `the ${what} ${word} is not known to this version: only rules that name it, or leave the ${what} open, get it`;
    this.#once(code, word, message, {
      publisher: cut(frame.publisher, LONGEST_WORD),
      listingType: cut(frame.listingType, LONGEST_WORD),
      keys: Object.keys(frame.extra)
        .slice(0, MOST_KEYS)
        .map((key) => cut(key, LONGEST_WORD)),
    });
  }

  #redaction({ title, ticker, listingType, publisher, extra }: AnnouncementFrame): void {
    if (this.#redactingTier === this.#tier) return;
    if (!isRedacted({ title, tickers: tickersOf(ticker), listingType, extra })) return;
    this.#redactingTier = this.#tier;
    this.#raise(
      'tier_redacts',
      `the tier ${this.#tier} of this key hides titles and tickers: no order can come of them`,
      {
        tier: this.#tier,
        listingType: cut(listingType, LONGEST_WORD),
        publisher: cut(publisher, LONGEST_WORD),
      },
    );
  }

  /** See `FeedStatus.clockOffsetMs`. */
  clock(offsetMs: number | undefined): void {
    if (offsetMs === undefined) return;
    if (offsetMs < -SKEW_MS || offsetMs > AHEAD_MS) this.#skewed(offsetMs);
    else this.#standing.delete('clock_skew');
  }

  odd(frame: Extract<Frame, { kind: 'garbage' | 'unknown' }>, nowMs: number): void {
    if (frame.kind === 'garbage')
      this.#once('unreadable_frame', frame.reason, `a frame could not be read: ${frame.reason}`, {
        reason: frame.reason,
      });
    else {
      const { type, keys } = frame;
      this.#once('unknown_frame_type', type, `a frame of a type that this version does not know: ${type}`, {
        type,
        keys,
      });
    }
    if (frame.news === undefined || nowMs - this.#unreadMs < UNREAD_EVERY_MS) return;
    this.#unreadMs = nowMs;
    this.#raise(
      'unread_news',
      'a frame that this version cannot read speaks of a listing: it was NOT sent anywhere, look at it yourself',
      {
        text: frame.news,
        ...(frame.kind === 'unknown' ? { type: frame.type, keys: frame.keys } : { reason: frame.reason }),
      },
    );
  }

  selfTest(isAnswered: boolean): void {
    this.#hold('self_test_unanswered', !isAnswered, () => [
      'the service did not answer a self-test: what it announces may not arrive either',
      {},
    ]);
  }

  selfTestUnasked(): void {
    this.#hold('self_test_unasked', true, () => [
      'a test announcement came that this bridge had not asked for: it proves nothing',
      {},
    ]);
  }

  lost(reason: string, nowMs: number): void {
    this.#redactingTier = undefined;
    if (reason === 'max_distinct_ips_reached')
      this.#hold('key_used_elsewhere', true, () => [
        'another machine holds this key, and so this one is refused: the key has not expired',
        {},
      ]);
    this.#lossesMs.push(nowMs);
    this.#lossesMs = this.#lossesMs.filter((atMs) => atMs > nowMs - UNSTABLE.withinMs);
    this.#hold('connection_unstable', this.#lossesMs.length >= UNSTABLE.losses, () => [
      `the connection was lost or refused ${UNSTABLE.losses} times within ${formatDuration(UNSTABLE.withinMs)}, last: ${reason}`,
      { reason },
    ]);
  }

  stop(): void {
    this.#expiry?.cancel();
  }

  #skewed(offsetMs: number): void {
    const shownMs = Math.round(offsetMs);
    this.#hold('clock_skew', true, () => [
      shownMs < 0
        ? `the clock of this machine is ${formatDuration(-shownMs)} behind that of the service: frames seem to arrive before they are sent`
        : `the clock of this machine seems to be ${formatDuration(shownMs)} ahead of that of the service`,
      { offsetMs: shownMs },
    ]);
  }

  #once(code: WarningCode, word: string, message: string, details: Warning['details']): void {
    const words = this.#words.get(code) ?? new Set();
    this.#words.set(code, words);
    if (words.has(word) || words.size >= MOST_WORDS) return;
    words.add(word);
    this.#raise(code, message, details);
  }

  /** Raises a condition when it begins; `says` costs nothing while it does not. */
  #hold(code: WarningCode, holds: boolean, says: () => readonly [string, Warning['details']]): void {
    if (!holds) this.#standing.delete(code);
    else if (!this.#standing.has(code)) {
      this.#standing.add(code);
      this.#raise(code, ...says());
    }
  }

  #raise(code: WarningCode, message: string, details: Warning['details'] = {}): void {
    this.#warn(warning(code, this.#options().name, message, details));
  }
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`.toWellFormed();
}
