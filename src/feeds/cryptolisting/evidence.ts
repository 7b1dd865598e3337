/**
 * Draws conclusions from this service's frames about the key, the clocks and the service itself, in addition to
 * those that any feed allows (`feeds/evidence.ts`). It receives an announcement after that was handed on.
 */
import type { Clock, Timer } from '../../platform/clock.ts';
import { formatDuration } from '../../platform/duration.ts';
import { cut, Evidence, LONGEST_TEXT, LONGEST_WORD } from '../evidence.ts';
import { expiryText } from '../health.ts';
import type { UncoveredPublishers } from '../uncovered-publishers.ts';
import type { Warning } from '../warning.ts';
import type { AnnouncementFrame, WelcomeFrame } from './frames.ts';
import type { CryptolistingOptions } from './options.ts';
import { EVERY_EXCHANGE, uncoveredText } from './proofs.ts';

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
    const uncovered = uncoveredText({ allowedCex, missing }, exchanges);
    this.#tier = tier;
    this.shared.end('key_used_elsewhere');
    const covered = cut(allowedCex === '*' ? allowedCex : allowedCex.join(', '), LONGEST_TEXT);
    this.shared.hold('exchanges_not_covered', uncovered !== undefined, () => [
      uncovered ?? '',
      { missing: missing.length > 0 ? missing : [EVERY_EXCHANGE], allowedCex: covered, tier },
    ]);
    for (const { publisher, rules } of coverage?.welcomed(name, allowedCex) ?? [])
      this.shared.raise('publishers_not_covered', `${publisher}, in ${rules.join(', ')}`, {
        publisher,
        rules,
        allowedCex: covered,
      });
  }

  /** The key that is in use ends within the time that the config names. */
  isExpiringSoon(expiresMs: number | undefined): boolean {
    return expiresMs !== undefined && Math.abs(expiresMs - (this.#warnedExpiryMs ?? 0)) < SAME_EXPIRY_MS;
  }

  /** `undefined`: it does not expire. */
  keyExpiry(expiresMs: number | undefined, withinMs: number): void {
    this.#expiry?.cancel();
    if (expiresMs === undefined || this.isExpiringSoon(expiresMs)) return;
    const warn = () => {
      this.#warnedExpiryMs = expiresMs;
      const leftMs = Math.max(0, Math.round(expiresMs - this.#clock.monotonicMs()));
      this.shared.raise('key_expires_soon', expiryText(leftMs), {
        expiresInMs: leftMs,
      });
    };
    const waitMs = expiresMs - withinMs - this.#clock.monotonicMs();
    if (waitMs <= 0) warn();
    else this.#expiry = this.#clock.after(waitMs, warn, false);
  }

  /** `redacted`: the service hides its title or its tickers. */
  announcement(frame: AnnouncementFrame, receivedUs: number, redacted: boolean): void {
    const { dispatchTimestampUs: dispatchedUs } = frame;
    this.shared.announcement(frame);
    this.#dispatched(dispatchedUs === undefined ? undefined : (receivedUs - dispatchedUs) / 1000);
    if (redacted && !frame.test) this.#redacted(frame);
  }

  /** Two in a row: one may have an odd stamp. */
  #dispatched(networkMs: number | undefined): void {
    const isSkewed = networkMs !== undefined && networkMs < -SKEW_MS;
    if (isSkewed && this.#wasSkewed) this.#skewed(networkMs);
    this.#wasSkewed = isSkewed;
  }

  /** Each counts; the first of a connection is logged. */
  #redacted({ listingType, publisher }: AnnouncementFrame): void {
    const again = this.#redactingTier === this.#tier;
    this.#redactingTier = this.#tier;
    const details = {
      tier: this.#tier,
      listingType: cut(listingType, LONGEST_WORD),
      publisher: cut(publisher, LONGEST_WORD),
    };
    this.shared.raise('tier_redacts', `tier ${this.#tier}, ${details.publisher}`, details, again);
  }

  /** See `FeedStatus.clockOffsetMs`. */
  clock(offsetMs: number | undefined): void {
    if (offsetMs === undefined) return;
    if (offsetMs < -SKEW_MS || offsetMs > AHEAD_MS) this.#skewed(offsetMs);
    else this.shared.end('clock_skew');
  }

  selfTest(isAnswered: boolean): void {
    this.shared.hold('self_test_unanswered', !isAnswered, () => ['', {}]);
  }

  selfTestUnasked(): void {
    this.shared.hold('self_test_unasked', true, () => ['', {}]);
  }

  lost(reason: string, nowMs: number): void {
    this.#redactingTier = undefined;
    if (reason === 'max_distinct_ips_reached')
      this.shared.hold('key_used_elsewhere', true, () => [`the service answered ${reason}`, {}]);
    this.shared.lost(reason, nowMs);
  }

  stop(): void {
    this.#expiry?.cancel();
  }

  #skewed(offsetMs: number): void {
    const shownMs = Math.round(offsetMs);
    this.shared.hold('clock_skew', true, () => [
      shownMs < 0
        ? `${formatDuration(-shownMs)} behind the clock of the service: frames seem to arrive before they are sent`
        : `it seems ${formatDuration(shownMs)} ahead of the clock of the service`,
      { offsetMs: shownMs },
    ]);
  }
}
