/**
 * When the service lets us connect: not within 5 s of the last connection of the same key, and at most
 * 10 connections a minute from one address, both counted for each endpoint (docs/feed-protocol.md). Shared by
 * all feeds, so that two feeds with one key do not get each other refused.
 */
const COOLDOWN_MS = 5_000;
const PER_MINUTE = 10;
const MINUTE_MS = 60_000;

/** Requests do not arrive at the distances at which they leave. */
const MARGIN_MS = 250;

export class ConnectGate {
  /** `host key` → the last connect, monotonic ms. */
  readonly #lastMs = new Map<string, number>();
  /** host → the connects of the last minute. */
  readonly #recentMs = new Map<string, readonly number[]>();

  /** How long to wait before connecting, in ms. 0 reserves the place. */
  enter(host: string, key: string, nowMs: number): number {
    const waitMs = this.waitMs(host, key, nowMs);
    if (waitMs === 0) {
      this.#lastMs.set(`${host} ${key}`, nowMs);
      this.#recentMs.set(host, [...this.#recent(host, nowMs), nowMs]);
    }
    return waitMs;
  }

  /** The same, and reserves nothing. */
  waitMs(host: string, key: string, nowMs: number): number {
    const recent = this.#recent(host, nowMs);
    const lastMs = this.#lastMs.get(`${host} ${key}`) ?? Number.NEGATIVE_INFINITY;
    const cooldownMs = lastMs + COOLDOWN_MS + MARGIN_MS - nowMs;
    const crowdMs =
      recent.length < PER_MINUTE
        ? 0
        : (recent[recent.length - PER_MINUTE] ?? nowMs) + MINUTE_MS + MARGIN_MS - nowMs;
    return Math.max(0, cooldownMs, crowdMs);
  }

  #recent(host: string, nowMs: number): readonly number[] {
    return (this.#recentMs.get(host) ?? []).filter((atMs) => atMs > nowMs - MINUTE_MS - MARGIN_MS);
  }

  /** The handshake ended only now: the service may have counted it as late as this. */
  connected(host: string, key: string, nowMs: number): void {
    this.#lastMs.set(`${host} ${key}`, nowMs);
  }
}

/** The service closes at more than 3 messages a minute, whatever wait it named (docs/feed-protocol.md). */
const SHORTEST_RETRY_MS = 21_000;
/** A refusal that names a day must not leave a connection unproven for a day. */
const LONGEST_RETRY_MS = 600_000;

/** `{"type":"test"}`: once a minute a key, over all its connections. */
export class SelfTestGate {
  readonly #nextMs = new Map<string, number>();

  /** How long to wait before asking, in ms. 0 reserves the place. */
  enter(key: string, nowMs: number): number {
    const waitMs = Math.max(0, (this.#nextMs.get(key) ?? 0) - nowMs);
    if (waitMs === 0) this.#nextMs.set(key, nowMs + MINUTE_MS + MARGIN_MS);
    return waitMs;
  }

  /** The service named the time when it will answer again. */
  refused(key: string, retryMs: number, nowMs: number): void {
    const waitMs = Math.min(Math.max(retryMs, SHORTEST_RETRY_MS), LONGEST_RETRY_MS);
    this.#nextMs.set(key, nowMs + waitMs + MARGIN_MS);
  }
}
