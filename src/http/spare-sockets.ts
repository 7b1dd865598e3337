/**
 * Open, TLS-complete sockets that have not carried a request yet, so that one is at hand whenever a request
 * needs it. No request is ever made to keep them: the server sees a connection and nothing else.
 *
 *   missing ──open──▶ ready ──taken──▶ carries requests; another is opened in its place
 *      ▲                └── closed by the server, spoken to, or older than `freshMs`: replaced
 *      └── backoff ── could not be opened, or did not last: a server that is down is asked seldom
 *
 * The newest is taken first: it is the one that the server, or what lies between, has least likely just given up.
 * What is older is closed soon after: a server that serves one connection at a time is listening to the oldest, and
 * would never come to the one that carries the request.
 */
import type { Socket } from 'node:net';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Opener, SparePace } from './spare-pace.ts';

/** Calls back exactly once, later. */
export type OpenSocket = (callback: (error: Error | null, socket: Socket | null) => void) => void;

export interface SpareSocketsDeps {
  readonly open: OpenSocket;
  /** A spare older than this is replaced: the name may lead elsewhere by now, and what lies between may have forgotten the old one. */
  readonly freshMs: number;
  readonly clock: Clock;
  /** Shared by all origins. */
  readonly pace: Pick<SparePace, 'isWide' | 'rank' | 'freshMs' | 'ask' | 'began' | 'ended'>;
}

/**
 * Half of the spares are opened so much later than the other: a server ends what has idled for so and so long, and
 * would otherwise end all of them at once. Longer than it takes to open one.
 */
const APART_MS = 1000;
/** A socket that the server ends sooner than this is not worth opening at once again. */
const SHORTEST_LIFE_MS = 1000;
/** After the newest was taken: time for others that are taken in the same moment. */
const OLDER_MS = 100;
const BACKOFF = { minMs: 1000, maxMs: 60_000 } as const;

interface Spare {
  readonly socket: Socket;
  readonly openedMs: number;
  readonly lost: () => void;
}

export class SpareSockets implements Opener {
  readonly rank: number;
  readonly #deps: SpareSocketsDeps;
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
  /** It will be its turn to open one. */
  #isInLine = false;
  /** It is. */
  #hasTurn = false;
  /** All that were wanted have been there once. */
  #wasFull = false;
  #retiring: Timer | undefined;
  #closed = false;

  constructor(deps: SpareSocketsDeps) {
    this.#deps = deps;
    this.rank = deps.pace.rank();
  }

  /** How many to have ready. */
  want(count: number): void {
    if (count === this.#wanted) return;
    // Needed again after a while: as if it were the first time.
    if (this.#wanted === 0) this.#wasFull = false;
    this.#wanted = count;
    while (this.#ready.length > count) this.#discardOldest();
    this.#tend();
  }

  /**
   * An open socket that has sent and received nothing; it belongs to the caller from now on. Opens nothing before
   * the caller has continued.
   */
  take(): Socket | undefined {
    const spare = this.#ready.pop();
    if (spare === undefined) return undefined;
    unwatch(spare);
    spare.socket.ref();
    // With very many, once all that go now have gone.
    this.#tendAfter(this.#deps.pace.isWide ? OLDER_MS : 0);
    if (this.#ready.length > 0)
      this.#retiring ??= this.#deps.clock.after(OLDER_MS, () => this.#retire(spare.openedMs), false);
    return spare.socket;
  }

  /** Those that were there when this one was opened. */
  #retire(openedMs: number): void {
    this.#retiring = undefined;
    for (const older of this.#ready.filter((spare) => spare.openedMs <= openedMs)) {
      this.#ready = this.#ready.filter((spare) => spare !== older);
      discard(older);
    }
    this.#tend();
  }

  /** The server was just seen to take a connection: no reason to wait any longer. */
  encourage(): void {
    this.#failures = 0;
    this.#notBeforeMs = 0;
    this.#tendAfter(0);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#retiring?.cancel();
    for (const spare of this.#ready.splice(0)) discard(spare);
  }

  #tend(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#closed) return;
    const { clock, pace } = this.#deps;
    const freshMs = pace.freshMs(this.#deps.freshMs);
    const nowMs = clock.monotonicMs();
    const fresh = this.#ready.filter(({ openedMs }) => nowMs - openedMs < freshMs);
    const held = fresh.length + this.#opening;
    if (held === 0) this.#restNotBeforeMs = nowMs + APART_MS;
    const isRestDue = nowMs >= this.#restNotBeforeMs;
    let missing = (isRestDue ? this.#wanted : Math.ceil(this.#wanted / 2)) - held;
    if (missing > 0 && nowMs < this.#notBeforeMs) return this.#tendAfter(this.#notBeforeMs - nowMs);
    // After a failure with one, so that a server that is down is not asked by all at once.
    if (this.#failures > 0) missing = Math.min(missing, 1 - this.#opening);
    for (; missing > 0; missing--) {
      if (!this.#isItsTurn()) return;
      this.#open();
    }
    if (fresh.length >= this.#wanted) this.#wasFull = true;
    const oldest = fresh[0];
    if (!isRestDue) this.#tendAfter(this.#restNotBeforeMs - nowMs);
    else if (oldest !== undefined) this.#tendAfter(oldest.openedMs + freshMs - nowMs);
  }

  /** As the pace allows it; it calls back. */
  #isItsTurn(): boolean {
    if (!this.#hasTurn) this.#isInLine ||= !this.#deps.pace.ask(this, !this.#wasFull);
    const isItsTurn = this.#hasTurn || !this.#isInLine;
    this.#hasTurn = false;
    return isItsTurn;
  }

  turn(): boolean {
    const before = this.#opening;
    this.#isInLine = false;
    this.#hasTurn = true;
    this.#tend();
    this.#hasTurn = false;
    return this.#opening > before;
  }

  #tendAfter(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#deps.clock.after(Math.ceil(delayMs), () => this.#tend(), false);
  }

  #open(): void {
    const { pace } = this.#deps;
    this.#opening++;
    pace.began();
    this.#deps.open((error, socket) => {
      this.#opening--;
      pace.ended();
      if (error !== null || socket === null) return this.#failed();
      if (this.#closed) return void socket.destroy();
      this.#add(socket);
      this.#tend();
    });
  }

  #add(socket: Socket): void {
    const spare: Spare = {
      socket,
      openedMs: this.#deps.clock.monotonicMs(),
      lost: () => this.#lost(spare),
    };
    // `readable` before any request: the end of it, or a farewell such as "408 Request Timeout".
    socket.on('readable', spare.lost).on('close', spare.lost);
    socket.unref();
    this.#ready.push(spare);
    while (this.#ready.length > this.#wanted) this.#discardOldest();
  }

  #discardOldest(): void {
    const oldest = this.#ready.shift();
    if (oldest !== undefined) discard(oldest);
  }

  #lost(spare: Spare): void {
    this.#ready = this.#ready.filter((other) => other !== spare);
    discard(spare);
    if (this.#deps.clock.monotonicMs() - spare.openedMs < SHORTEST_LIFE_MS) return this.#failed();
    this.#failures = 0;
    this.#tend();
  }

  #failed(): void {
    const { minMs, maxMs } = BACKOFF;
    const waitMs = Math.min(maxMs, minMs * 2 ** Math.min(this.#failures, 10));
    this.#failures++;
    this.#notBeforeMs = this.#deps.clock.monotonicMs() + waitMs;
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
