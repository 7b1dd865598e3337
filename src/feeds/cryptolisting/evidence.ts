/**
 * The conclusions from what this service says of the key, the clocks and itself, beside those that any feed allows
 * (`feeds/evidence.ts`). It is told of an announcement after that was handed on.
 */
import type { Clock, Timer } from '../../platform/clock.ts';
import { formatDuration } from '../../platform/duration.ts';
import { cut, Evidence, LONGEST_TEXT, LONGEST_WORD } from '../evidence.ts';
import { tickersOf } from '../news.ts';
import type { UncoveredPublishers } from '../uncovered-publishers.ts';
import type { Warning } from '../warning.ts';
import type { AnnouncementFrame, WelcomeFrame } from './frames.ts';
import type { CryptolistingOptions } from './options.ts';
import { isRedacted } from './redaction.ts';

/** Nothing is received before it was sent: less than this is the noise of two well-kept clocks. */
const SKEW_MS = 50;
/** Slower than any line: if even the fastest heartbeat seems to take this long, a clock is wrong. */
const AHEAD_MS = 5_000;
/** A renewed key has another expiry; the same one differs by the rounding of seconds. */
const SAME_EXPIRY_MS = 3_600_000;

export class ServiceEvidence {
  /** The conclusions that any type of feed draws. */
  readonly shared: Evidence;
  readonly #options: () => CryptolistingOptions;
  readonly #clock: Clock;
  #redactingTier: string | undefined;
  #tier = '';
  #expiry: Timer | undefined;
  #warnedExpiryMs: number | undefined;
  #wasSkewed = false;

  constructor(options: () => CryptolistingOptions, clock: Clock, warn: (warning: Warning) => void) {
    this.#options = options;
    this.#clock = clock;
    this.shared = new Evidence(() => options().name, warn);
  }

  welcome(frame: WelcomeFrame, missing: readonly string[], coverage: UncoveredPublishers | undefined): void {
    const { name, exchanges } = this.#options();
    const { allowedCex, tier } = frame;
    this.#tier = tier;
    this.shared.end('key_used_elsewhere');
    const isEmpty =
      allowedCex.length === 0 || (exchanges !== undefined && missing.length === exchanges.length);
    const covered = cut(allowedCex === '*' ? allowedCex : allowedCex.join(', '), LONGEST_TEXT);
    const lacking = missing.length > 0 ? missing : ['every exchange'];
    this.shared.hold('exchanges_not_covered', isEmpty || missing.length > 0, () => [
      `the key does not cover ${lacking.join(', ')}, so ${isEmpty ? 'this feed will never deliver anything' : 'its announcements will not arrive'}`,
      { missing: lacking, allowedCex: covered, tier },
    ]);
    for (const { publisher, rules } of coverage?.welcomed(name, allowedCex) ?? [])
      this.shared.raise('publishers_not_covered', `rules reference ${publisher}, which no feed covers`, {
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
      this.shared.raise('key_expires_soon', `the key expires in ${formatDuration(leftMs)}`, {
        expiresInMs: leftMs,
      });
    };
    const waitMs = expiresMs - withinMs - this.#clock.monotonicMs();
    if (waitMs <= 0) warn();
    else this.#expiry = this.#clock.after(waitMs, warn, false);
  }

  announcement(frame: AnnouncementFrame, receivedUs: number): void {
    const { dispatchTimestampUs: dispatchedUs } = frame;
    this.shared.announcement(frame);
    this.#dispatched(dispatchedUs === undefined ? undefined : (receivedUs - dispatchedUs) / 1000);
    if (!frame.test) this.#redaction(frame);
  }

  /** Two in a row: one may have an odd stamp. */
  #dispatched(networkMs: number | undefined): void {
    const isSkewed = networkMs !== undefined && networkMs < -SKEW_MS;
    if (isSkewed && this.#wasSkewed) this.#skewed(networkMs);
    this.#wasSkewed = isSkewed;
  }

  #redaction({ title, ticker, listingType, publisher, extra }: AnnouncementFrame): void {
    if (this.#redactingTier === this.#tier) return;
    if (!isRedacted({ title, tickers: tickersOf(ticker), listingType, extra })) return;
    this.#redactingTier = this.#tier;
    this.shared.raise(
      'tier_redacts',
      `the tier ${this.#tier} of this key hides titles and tickers: they can never become orders`,
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
    else this.shared.end('clock_skew');
  }

  selfTest(isAnswered: boolean): void {
    this.shared.hold('self_test_unanswered', !isAnswered, () => [
      'the service did not answer a self-test: announcements may not arrive either',
      {},
    ]);
  }

  selfTestUnasked(): void {
    this.shared.hold('self_test_unasked', true, () => [
      'a test announcement arrived that this bridge had not requested: it proves nothing',
      {},
    ]);
  }

  lost(reason: string, nowMs: number): void {
    this.#redactingTier = undefined;
    if (reason === 'max_distinct_ips_reached')
      this.shared.hold('key_used_elsewhere', true, () => [
        'another machine uses this key, so this one is refused: the key has not expired',
        {},
      ]);
    this.shared.lost(reason, nowMs);
  }

  stop(): void {
    this.#expiry?.cancel();
  }

  #skewed(offsetMs: number): void {
    const shownMs = Math.round(offsetMs);
    this.shared.hold('clock_skew', true, () => [
      shownMs < 0
        ? `the clock of this machine is ${formatDuration(-shownMs)} behind that of the service: frames seem to arrive before they are sent`
        : `the clock of this machine seems to be ${formatDuration(shownMs)} ahead of that of the service`,
      { offsetMs: shownMs },
    ]);
  }
}
