/**
 * One request and its answer as undici reports them. undici calls `onRequestStart` in the same tick in
 * which it then hands the bytes to the socket (`lib/dispatcher/client-h1.js`, writeH1), and a handler that
 * aborts there has provably sent nothing. So that call is the boundary.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import errors from 'undici/lib/core/errors.js';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Deadline } from '../platform/deadline.ts';
import { type Body, MOST_BODY_BYTES, readBody, TOO_LONG } from './body.ts';
import type { HttpLost, HttpRequest, HttpResult, HttpUnreachable } from './request.ts';
import { statusBefore } from './undici-parser.ts';

/** True while undici is being given a connection that was made for the request that it then starts. */
interface ConnectionSource {
  readonly isHandingOverNew: boolean;
}

const ABORTED = new Error('the attempt is over');

/** For the rest of an answer whose status says it all: longer than it takes, shorter than what waits can bear. */
const BODY_MS = 1000;

export class HttpExchange implements Dispatcher.DispatchHandler {
  readonly result: Promise<HttpResult>;
  readonly #clock: Clock;
  readonly #signal: Deadline;
  readonly #expiresAtMs: number;
  readonly #leaving: HttpRequest['leaving'];
  readonly #source: ConnectionSource;
  readonly #statusDecides: boolean;
  #patience: Timer | undefined;
  /** Nothing more comes over the wire. */
  #isEnded = false;
  #connected = false;
  #resolve: ((result: HttpResult | Promise<HttpResult>) => void) | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #writtenMs: number | undefined;
  #status: number | undefined;
  #headers: IncomingHttpHeaders = {};
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(
    clock: Clock,
    source: ConnectionSource,
    {
      signal,
      expiresAtMs,
      leaving,
      statusDecides = false,
    }: Pick<HttpRequest, 'signal' | 'expiresAtMs' | 'leaving' | 'statusDecides'>,
  ) {
    this.#clock = clock;
    this.#source = source;
    this.#expiresAtMs = expiresAtMs ?? Number.POSITIVE_INFINITY;
    this.#leaving = leaving;
    this.#statusDecides = statusDecides;
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

  /** Settled by its status, and the rest of the answer still comes. */
  get isComing(): boolean {
    return this.isOver && this.#status !== undefined && !this.#isEnded;
  }

  cut(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#controller?.abort(ABORTED);
  }

  /** The time is up. A request still in undici's queue is stopped when its turn comes. */
  readonly abort = (): void => {
    this.#fail('timeout', `no full answer ${limitOf(this.#signal)}`);
    this.cut();
  };

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const nowMs = this.#clock.monotonicMs();
    // A timer may be late: the clock decides whether this is still in time.
    if (nowMs >= this.#expiresAtMs) this.#fail('timeout', 'not sent in time');
    if (this.#resolve !== undefined && this.#leaving?.() === false) this.#fail('timeout', 'it may not leave');
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
    if (this.#statusDecides)
      this.#patience = this.#clock.after(BODY_MS, () => this.#answer(`no end within ${BODY_MS}ms`), false);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.isOver) this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes <= MOST_BODY_BYTES) return;
    this.#answer(TOO_LONG);
    this.cut();
  }

  onResponseEnd(): void {
    this.#isEnded = true;
    this.#answer(undefined);
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#isEnded = true;
    const detail = describe(error);
    this.#status ??= statusBefore(error);
    const code = isTlsRecord(error) ? SPEAKS_TLS : codeOf(error);
    if (isUnreadable(error)) this.#fail('answer_unreadable', `the answer was not HTTP (${detail})`, code);
    else this.#fail('connection_lost', detail, code);
  }

  #fail(reason: HttpLost['reason'], detail: string, code?: string): void {
    if (this.#status !== undefined) return this.#answer(detail);
    const writtenMs = this.#writtenMs;
    if (writtenMs !== undefined)
      return this.#settle({ kind: 'lost', reason, detail, code, writtenMs, connected: this.#connected });
    if (reason !== 'timeout') return this.#settle({ kind: 'unreachable', detail, code });
    this.#settle({ kind: 'unreachable', detail: `not sent ${limitOf(this.#signal)}`, code: NOT_IN_TIME });
  }

  #answer(fault: string | undefined): void {
    const [status, writtenMs] = [this.#status, this.#writtenMs];
    if (this.isOver || status === undefined || writtenMs === undefined) return;
    const [headers, connected] = [this.#headers, this.#connected];
    const bytes = Buffer.concat(this.#chunks).subarray(0, MOST_BODY_BYTES);
    const answerOf = (body: Body): HttpResult => ({
      ...{ kind: 'answer', status, headers, writtenMs, connected },
      bodyText: body.text,
      bodyFault: body.fault,
    });
    const body = readBody(bytes, headers, fault);
    this.#settle(body instanceof Promise ? body.then(answerOf) : answerOf(body));
  }

  #settle(result: HttpResult | Promise<HttpResult>): void {
    this.#resolve?.(result);
    this.#resolve = undefined;
    this.#patience?.cancel();
    this.#signal.removeEventListener('abort', this.abort);
  }
}

/** Something was answered. An error in the headers of an answer that names its length is called a wrong length. */
const isUnreadable = (error: Error): boolean =>
  error instanceof errors.HTTPParserError ||
  error instanceof errors.HeadersOverflowError ||
  error instanceof errors.ResponseContentLengthMismatchError ||
  (error instanceof errors.SocketError && error.message === 'bad upgrade');

/** Until when, in the words of who set the limit; reads on after "not sent". */
export const limitOf = ({ reason }: Deadline): string => (typeof reason === 'string' ? reason : 'in time');

/** Not the system's words; for `advice.ts`. */
export const NOT_IN_TIME = 'NOT_IN_TIME';
export const SPEAKS_TLS = 'SPEAKS_TLS';

/** A TLS alert (record type 21, version 3.x) where an answer should be: the request was not encrypted, and that port wants it to be. */
const isTlsRecord = (error: Error): boolean =>
  error instanceof errors.HTTPParserError &&
  'data' in error &&
  typeof error.data === 'string' &&
  error.data.startsWith('\u0015\u0003');

/** A name with several addresses fails with an AggregateError that has no message of its own. */
const firstOf = (error: Error): unknown => (error instanceof AggregateError ? error.errors[0] : error);

function describe(error: Error): string {
  const inner = firstOf(error);
  if (!(inner instanceof Error)) return error.name;
  // OpenSSL's own line is of use only to those who write it: addresses, source files, line numbers.
  if ('library' in inner && 'reason' in inner && typeof inner.reason === 'string')
    return `TLS: ${inner.reason}`;
  return inner.message === '' ? error.name : inner.message.replace(ADVICE_OF_NODE, '');
}

/** To programmers; `advice.ts` has ours. */
const ADVICE_OF_NODE = /; if the root CA is installed locally.*$/;

/** `ECONNREFUSED`, `CERT_HAS_EXPIRED`, … */
function codeOf(error: Error): string | undefined {
  const inner = firstOf(error);
  return inner instanceof Error && 'code' in inner && typeof inner.code === 'string' ? inner.code : undefined;
}

/** A connection that was not made. */
export const unreachableBy = (error: Error): HttpUnreachable => ({
  kind: 'unreachable',
  detail: describe(error),
  code: codeOf(error),
});
