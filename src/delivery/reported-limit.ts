/**
 * The remaining requests in the platform's own window, as it last reported them. They include what we cannot know
 * (other programs behind the same webhook, undocumented limits). The platform may change its bucket at any time:
 * then only the new one counts.
 */
interface Remaining {
  readonly bucket: string;
  requests: number;
  untilMs: number;
}

/** For the way there: requests do not arrive at the distances at which they leave. */
const MARGIN_MS = 50;

export class ReportedLimit {
  #told: Remaining | undefined;

  /** `inFlight`: sends that the receiver may not have counted yet. */
  report(bucket: string, requests: number, endsMs: number, inFlight: number, nowMs: number): void {
    const left = { bucket, requests: requests - inFlight, untilMs: endsMs + MARGIN_MS };
    const before = this.#told;
    if (before !== undefined && before.bucket === bucket && before.untilMs > nowMs) {
      // Answers can overtake each other: within one window the smaller number is the later one.
      left.requests = Math.min(left.requests, before.requests);
      left.untilMs = Math.max(left.untilMs, before.untilMs);
    }
    this.#told = left;
  }

  /** For people; `undefined`: nothing is known, or that window is over. */
  state(nowMs: number): { readonly left: number; readonly endsInMs: number } | undefined {
    const told = this.#told;
    if (told === undefined || told.untilMs <= nowMs) return undefined;
    return { left: Math.max(0, told.requests), endsInMs: told.untilMs - nowMs };
  }

  /** Monotonic ms; in the past: something is left, or nothing is known. */
  get opensAtMs(): number {
    return this.#told === undefined || this.#told.requests > 0 ? 0 : this.#told.untilMs;
  }

  take(): void {
    if (this.#told !== undefined) this.#told.requests--;
  }

  /** The request that took it never left. If the platform has reported again since, it was counted as under way. */
  giveBack(): void {
    if (this.#told !== undefined) this.#told.requests++;
  }
}
