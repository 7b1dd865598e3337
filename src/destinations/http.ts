/**
 * One destination's connections, and one request over them: what was answered, or what went wrong, and
 * whether the request had been handed to the socket by then. That boundary is measured, not guessed from
 * error codes: before it nothing can have arrived, after it anything may have.
 *
 * The caller's signal is the only deadline (undici's timers are coarse: `delivery-facts.md`), redirects
 * are answers like any other, nothing is ever sent twice, and `send` never throws for what a network does.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { Pool } from 'undici';
import type { Clock } from '../platform/clock.ts';
import { HttpExchange } from './http-exchange.ts';

export interface HttpRequest {
  readonly method: string;
  /** With the query. It may carry a token: never shown. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
  /** Monotonic ms; nothing is written from then on. */
  readonly expiresAtMs: number | undefined;
}

/** The status line and headers came. */
export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As much as came, at most 64 KiB. */
  readonly bodyText: string;
  /** Why the body ends too soon; absent when it is whole. */
  readonly bodyFault: string | undefined;
  readonly writtenMs: number;
}

/** Nothing was written: the far end cannot have acted. */
export interface HttpUnreachable {
  readonly kind: 'unreachable';
  readonly detail: string;
}

/** It was written, and then: no answer in time, the connection broke, or it was not HTTP that came back. */
export interface HttpLost {
  readonly kind: 'lost';
  readonly reason: 'timeout' | 'connection_lost' | 'answer_unreadable';
  readonly detail: string;
  readonly writtenMs: number;
}

export type HttpResult = HttpAnswer | HttpUnreachable | HttpLost;

export interface HttpOptions {
  /** Most sockets at once: the destination's `concurrency`. */
  readonly connections: number;
  /** Longest a connect may take; the request's own signal usually ends it sooner. */
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
}

/** undici's 4 s would make every sparse signal pay for a connect; a server's own `Keep-Alive` hint still overrides it. */
const KEEP_ALIVE_MS = { idle: 10 * 60_000, most: 60 * 60_000 } as const;

export class HttpConnection {
  /** A Pool, not an Agent: there is one origin, and an Agent forgets TLS sessions with the last socket. */
  readonly #pool: Pool;
  readonly #clock: Clock;

  constructor(origin: string, { connections, connectTimeoutMs, clock }: HttpOptions) {
    this.#clock = clock;
    this.#pool = new Pool(origin, {
      connections,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: KEEP_ALIVE_MS.idle,
      keepAliveMaxTimeout: KEEP_ALIVE_MS.most,
      connectTimeout: connectTimeoutMs,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  send(request: HttpRequest): Promise<HttpResult> {
    const { method, path, headers, body, signal, expiresAtMs } = request;
    const exchange = new HttpExchange(this.#clock, signal, expiresAtMs);
    if (signal.aborted) exchange.abort();
    // `idempotent: false` is what undici assumes of a POST; said aloud because a PUT must not be repeated either.
    else this.#pool.dispatch({ method, path, headers, body, idempotent: false }, exchange);
    return exchange.result;
  }

  /** Cuts what is still open. */
  close(): Promise<void> {
    return this.#pool.destroyed ? Promise.resolve() : this.#pool.destroy();
  }
}
