/**
 * One request and its answer as undici reports them. undici calls `onRequestStart` in the same tick in
 * which it then hands the bytes to the socket (`lib/dispatcher/client-h1.js`, writeH1), and a handler that
 * aborts there has provably sent nothing. So that call is the boundary.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, errors } from 'undici';
import type { Clock } from '../platform/clock.ts';
import type { HttpResult } from './http.ts';

/** More of an answer than this is of no use to anyone; the rest is not waited for. */
const MOST_BODY_BYTES = 64 * 1024;

/** True while undici is being given a connection that was made for the request that it then starts. */
interface ConnectionSource {
  readonly isHandingOverNew: boolean;
}

const ABORTED = new Error('the attempt is over');

export class HttpExchange implements Dispatcher.DispatchHandler {
  readonly result: Promise<HttpResult>;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #expiresAtMs: number;
  readonly #source: ConnectionSource;
  #connected = false;
  #resolve: ((result: HttpResult) => void) | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #writtenMs: number | undefined;
  #status: number | undefined;
  #headers: IncomingHttpHeaders = {};
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(
    clock: Clock,
    source: ConnectionSource,
    signal: AbortSignal,
    expiresAtMs = Number.POSITIVE_INFINITY,
  ) {
    this.#clock = clock;
    this.#source = source;
    this.#expiresAtMs = expiresAtMs;
    this.#signal = signal;
    this.result = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    signal.addEventListener('abort', this.abort, { once: true });
  }

  /** There is nothing more to find out. */
  get isOver(): boolean {
    return this.#resolve === undefined;
  }

  /** The time is up. A request still in undici's queue is stopped when its turn comes. */
  readonly abort = (): void => {
    this.#fail('timeout', 'no full answer in time');
    this.#controller?.abort(ABORTED);
  };

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const nowMs = this.#clock.monotonicMs();
    // A timer may be late: the clock decides whether this is still in time.
    if (nowMs >= this.#expiresAtMs) this.#fail('timeout', 'not sent in time');
    if (this.#resolve === undefined) return controller.abort(ABORTED);
    this.#controller = controller;
    this.#writtenMs = nowMs;
    this.#connected = this.#source.isHandingOverNew;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const room = MOST_BODY_BYTES - this.#bytes;
    this.#chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    this.#bytes += chunk.length;
    if (this.#bytes <= MOST_BODY_BYTES) return;
    this.#answer(undefined);
    controller.abort(ABORTED);
  }

  onResponseEnd(): void {
    this.#answer(undefined);
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    const detail = describe(error);
    if (isUnreadable(error)) this.#fail('answer_unreadable', `the answer was not HTTP (${detail})`);
    else this.#fail('connection_lost', detail);
  }

  #fail(reason: 'timeout' | 'connection_lost' | 'answer_unreadable', detail: string): void {
    if (this.#status !== undefined) return this.#answer(detail);
    const writtenMs = this.#writtenMs;
    if (writtenMs !== undefined)
      return this.#settle({ kind: 'lost', reason, detail, writtenMs, connected: this.#connected });
    this.#settle({ kind: 'unreachable', detail: reason === 'timeout' ? 'not sent in time' : detail });
  }

  #answer(bodyFault: string | undefined): void {
    if (this.#status === undefined || this.#writtenMs === undefined) return;
    this.#settle({
      kind: 'answer',
      status: this.#status,
      headers: this.#headers,
      bodyText: Buffer.concat(this.#chunks).toString(),
      bodyFault,
      writtenMs: this.#writtenMs,
      connected: this.#connected,
    });
  }

  #settle(result: HttpResult): void {
    this.#resolve?.(result);
    this.#resolve = undefined;
    this.#signal.removeEventListener('abort', this.abort);
  }
}

const isUnreadable = (error: Error): boolean =>
  error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError;

/** `net.connect` to a name with several addresses fails with an AggregateError that has no message of its own. */
function describe(error: Error): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return inner instanceof Error && inner.message !== '' ? inner.message : error.name;
}
