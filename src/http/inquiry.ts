/**
 * Questions to other machines, over the ways that the config gives them: a GET that changes nothing, or a connection without a
 * request. The same question is asked once however many destinations need it, at the pace of the platform, and never
 * again: whatever comes back, "too fast" as well, is the answer.
 */
import type { Clock } from '../platform/clock.ts';
import { formatDuration } from '../platform/duration.ts';
import { fingerprint } from '../platform/secret.ts';
import { type Way, wayName } from '../platform/way.ts';
import { HttpConnection } from './connection.ts';
import { type Pace, Paces } from './paces.ts';
import { PoolRegistry } from './pool-registry.ts';
import { type Reached, reach } from './reach.ts';
import type { HttpResult, HttpUnreachable } from './request.ts';
import { farEndWallMs } from './retry-after.ts';

/** For one question, from the moment of its turn. */
const TIMEOUT_MS = 10_000;

/** Connections to one origin. */
const AT_ONCE = 8;

export interface Question {
  /** `https://host:port` */
  readonly origin: string;
  readonly way: Way;
  /** With the query. It may carry a token: never shown. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly pace: Pace;
}

/** It was not its turn any more. */
export interface Unasked {
  readonly kind: 'unasked';
  /** `paused`: an answer to another question has asked for fewer. */
  readonly why: 'paused' | 'stopped';
}

export interface InquiryDeps {
  readonly clock: Clock;
  /** Ends everything: Ctrl-C, or the limit of all questions together. */
  readonly signal: AbortSignal;
  /** For `user-agent`. */
  readonly version: string;
  readonly timeoutMs?: number;
}

export class Inquiry implements AsyncDisposable {
  readonly #deps: InquiryDeps;
  readonly #timeoutMs: number;
  readonly #paces: Paces;
  readonly #pools: PoolRegistry;
  readonly #connections = new Map<string, HttpConnection>();
  readonly #answers = new Map<string, Promise<HttpResult | Unasked>>();
  readonly #reached = new Map<string, Promise<Reached | HttpUnreachable | Unasked>>();
  readonly #aheadMs = new Map<string, number>();

  constructor(deps: InquiryDeps) {
    this.#deps = deps;
    this.#timeoutMs = deps.timeoutMs ?? TIMEOUT_MS;
    this.#paces = new Paces(deps.clock);
    this.#pools = new PoolRegistry({ clock: deps.clock });
  }

  /** By host, how far the wall clock here is ahead of the `Date` of its answers (RFC 9110 §6.6.1), in ms. */
  get clocks(): ReadonlyMap<string, number> {
    return this.#aheadMs;
  }

  get(question: Question): Promise<HttpResult | Unasked> {
    const { origin, way, path, headers } = question;
    const key = fingerprint([origin, wayName(way), path, headers ?? {}]);
    return kept(this.#answers, key, () => this.#ask(question));
  }

  reach(origin: string, way: Way, pace: Pace): Promise<Reached | HttpUnreachable | Unasked> {
    return kept(this.#reached, `${origin} ${wayName(way)}`, async () => {
      const { clock, signal } = this.#deps;
      if (!(await this.#paces.turn(pace, signal))) return this.#unasked();
      const reached = await reach(origin, way, { clock, signal, timeoutMs: this.#timeoutMs });
      return signal.aborted ? this.#unasked() : reached;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Array.from(this.#connections.values(), (connection) => connection.close()));
  }

  async #ask({ origin, way, path, headers, pace }: Question): Promise<HttpResult | Unasked> {
    const { clock, signal, version } = this.#deps;
    if (!(await this.#paces.turn(pace, signal))) return this.#unasked();
    const deadline = new AbortController();
    const stop = () => deadline.abort('before the interruption');
    signal.addEventListener('abort', stop, { once: true });
    const timer = clock.after(this.#timeoutMs, () =>
      deadline.abort(`within ${formatDuration(this.#timeoutMs)}`),
    );
    try {
      const result = await this.#connectionTo(origin, way).send({
        ...{ method: 'GET', path, body: '', signal: deadline.signal, expiresAtMs: undefined },
        headers: { accept: 'application/json', 'user-agent': `listing-bridge/${version}`, ...headers },
      });
      if (signal.aborted) return this.#unasked();
      if (result.kind === 'answer') this.#heard(origin, pace, result.status, result.headers.date);
      return result;
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', stop);
    }
  }

  #heard(origin: string, pace: Pace, status: number, date: string | undefined): void {
    if (status === 429) this.#paces.hold(pace);
    const wallMs = this.#deps.clock.wallMs();
    const theirsMs = farEndWallMs({ date }, Number.NaN);
    if (!Number.isNaN(theirsMs)) this.#aheadMs.set(new URL(origin).host, wallMs - theirsMs);
  }

  #unasked(): Unasked {
    return { kind: 'unasked', why: this.#deps.signal.aborted ? 'stopped' : 'paused' };
  }

  #connectionTo(origin: string, way: Way): HttpConnection {
    const key = `${origin} ${wayName(way)}`;
    const known = this.#connections.get(key);
    if (known !== undefined) return known;
    const { clock } = this.#deps;
    const made = new HttpConnection(origin, {
      ...{ connections: AT_ONCE, spares: 0, warmMs: false, way, clock, pools: this.#pools },
    });
    this.#connections.set(key, made);
    return made;
  }
}

function kept<Value>(
  known: Map<string, Promise<Value>>,
  key: string,
  make: () => Promise<Value>,
): Promise<Value> {
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = make();
  known.set(key, made);
  return made;
}
