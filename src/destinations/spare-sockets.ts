/**
 * Open, TLS-complete sockets that have not carried a request yet, so that one is at hand whenever a request
 * needs it. No request is ever made to keep them: the far end sees a connection and nothing else.
 *
 *   missing ──open──▶ ready ──taken──▶ carries requests; another is opened in its place
 *      ▲                └── closed by the far end, spoken to, or older than `freshMs`: replaced
 *      └── backoff ── could not be opened, or did not last: a far end that is down is asked seldom
 *
 * The oldest is taken first: a server that serves one connection at a time is listening to that one.
 */
import type { Socket } from 'node:net';
import type { Clock, Timer } from '../platform/clock.ts';

/** Calls back exactly once, later. */
export type OpenSocket = (callback: (error: Error | null, socket: Socket | null) => void) => void;

export interface SpareSocketsParts {
  readonly open: OpenSocket;
  /** A spare older than this is replaced: the name may lead elsewhere by now, and what lies between may have forgotten the old one. */
  readonly freshMs: number;
  readonly clock: Clock;
}

/**
 * Half of the spares are opened so much later than the other: a server ends what has idled for so and so long, and
 * would otherwise end all of them at once. Longer than it takes to open one.
 */
const APART_MS = 1000;
/** A socket that the far end ends sooner than this is not worth opening at once again. */
const SHORTEST_LIFE_MS = 1000;
const BACKOFF = { minMs: 1000, maxMs: 60_000 } as const;

interface Spare {
  readonly socket: Socket;
  readonly openedMs: number;
  readonly lost: () => void;
}

export class SpareSockets {
  readonly #parts: SpareSocketsParts;
  /** Oldest first. */
  #ready: Spare[] = [];
  #opening = 0;
  #wanted = 0;
  /** In a row. */
  #failures = 0;
  #notBeforeMs = 0;
  /** Of the second half. */
  #restNotBeforeMs = 0;
  #timer: Timer | undefined;
  #closed = false;

  constructor(parts: SpareSocketsParts) {
    this.#parts = parts;
  }

  /** How many to have ready. */
  want(count: number): void {
    this.#wanted = count;
    this.#tend();
  }

  /** An open socket that has said and heard nothing; the caller's from now on. Opens nothing before the caller has gone on. */
  take(): Socket | undefined {
    const spare = this.#ready.shift();
    if (spare === undefined) return undefined;
    unwatch(spare);
    spare.socket.ref();
    this.#tendAfter(0);
    return spare.socket;
  }

  /** The far end was just seen to take a connection: no reason to wait any longer. */
  encourage(): void {
    this.#failures = 0;
    this.#notBeforeMs = 0;
    this.#tendAfter(0);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    for (const spare of this.#ready.splice(0)) discard(spare);
  }

  #tend(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#closed) return;
    const { clock, freshMs } = this.#parts;
    const nowMs = clock.monotonicMs();
    const fresh = this.#ready.filter(({ openedMs }) => nowMs - openedMs < freshMs);
    const held = fresh.length + this.#opening;
    if (held === 0) this.#restNotBeforeMs = nowMs + APART_MS;
    const isRestDue = nowMs >= this.#restNotBeforeMs;
    let missing = (isRestDue ? this.#wanted : Math.ceil(this.#wanted / 2)) - held;
    if (missing > 0 && nowMs < this.#notBeforeMs) return this.#tendAfter(this.#notBeforeMs - nowMs);
    // After a failure with one, so that a far end that is down is not asked by all at once.
    if (this.#failures > 0) missing = Math.min(missing, 1 - this.#opening);
    for (; missing > 0; missing--) this.#open();
    const oldest = fresh[0];
    if (!isRestDue) this.#tendAfter(this.#restNotBeforeMs - nowMs);
    else if (oldest !== undefined) this.#tendAfter(oldest.openedMs + freshMs - nowMs);
  }

  #tendAfter(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#parts.clock.after(Math.ceil(delayMs), () => this.#tend(), false);
  }

  #open(): void {
    this.#opening++;
    this.#parts.open((error, socket) => {
      this.#opening--;
      if (error !== null || socket === null) return this.#failed();
      if (this.#closed) return void socket.destroy();
      this.#add(socket);
      this.#tend();
    });
  }

  #add(socket: Socket): void {
    const spare: Spare = {
      socket,
      openedMs: this.#parts.clock.monotonicMs(),
      lost: () => this.#lost(spare),
    };
    // `readable` before any request: the end of it, or a farewell such as "408 Request Timeout".
    socket.on('readable', spare.lost).on('close', spare.lost);
    socket.unref();
    this.#ready.push(spare);
    while (this.#ready.length > this.#wanted) {
      const [oldest] = this.#ready.splice(0, 1);
      if (oldest !== undefined) discard(oldest);
    }
  }

  #lost(spare: Spare): void {
    this.#ready = this.#ready.filter((other) => other !== spare);
    discard(spare);
    if (this.#parts.clock.monotonicMs() - spare.openedMs < SHORTEST_LIFE_MS) return this.#failed();
    this.#failures = 0;
    this.#tend();
  }

  #failed(): void {
    const { minMs, maxMs } = BACKOFF;
    const waitMs = Math.min(maxMs, minMs * 2 ** Math.min(this.#failures, 10));
    this.#failures++;
    this.#notBeforeMs = this.#parts.clock.monotonicMs() + waitMs;
    this.#tend();
  }
}

function unwatch({ socket, lost }: Spare): void {
  socket.off('readable', lost).off('close', lost);
}

function discard(spare: Spare): void {
  unwatch(spare);
  spare.socket.destroy();
}
