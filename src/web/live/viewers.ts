/**
 * Those who watch: each is a stream of bytes that never ends by itself. Bytes are made once for all of them, and go to a few
 * of them in each turn of the loop, so that no news waits for a hundred sockets. One that reads more slowly than they come
 * is dropped, so that it holds up nobody and fills no memory; it may come back and go on where it was.
 */
import { type Clock, nextTurn, type Timer } from '../../platform/clock.ts';
import { Batch, type Chunk } from './batch.ts';
import { type Bytes, bytesOf, SSE_RETRY } from './sse.ts';

export interface ViewerLimits {
  /** At once, of all streams together. */
  readonly viewers: number;
  /** Waiting for one of them. */
  readonly bytes: number;
}

const LIMITS: ViewerLimits = { viewers: 100, bytes: 1024 * 1024 };

/** So many are written to before the loop has its turn: a fraction of a millisecond. */
const FEW = 10;

/** Proxies close what is silent for a minute. */
const HEARTBEAT_MS = 15_000;

export interface Viewer {
  /** `undefined`: everything. */
  readonly kinds: ReadonlySet<string> | undefined;
  /** Could it ask again now? A session may have ended meanwhile. */
  readonly isStillAllowed: () => boolean;
  /** Ends its connection at once; absent: there is none, and the stream fails instead. */
  readonly cut?: (() => void) | undefined;
  /** It is gone, by itself or dropped. */
  readonly left: () => void;
}

interface Watching extends Viewer {
  readonly since: number;
  readonly controller: ReadableStreamDefaultController<Bytes>;
}

export class Viewers {
  readonly #clock: Clock;
  readonly #limits: ViewerLimits;
  readonly #mark: () => string;
  readonly #watching = new Set<Watching>();
  #heartbeat: Timer | undefined;
  #waiting: Chunk[] = [];
  #number = 0;
  #isSending = false;

  /** `mark`: how far the stream is, as the heartbeat has it. */
  constructor(clock: Clock, mark: () => string, limits = LIMITS) {
    this.#clock = clock;
    this.#mark = mark;
    this.#limits = limits;
  }

  get count(): number {
    return this.#watching.size;
  }

  get isFull(): boolean {
    return this.#watching.size >= this.#limits.viewers;
  }

  /** `first`: what it gets at once. */
  join(viewer: Viewer, first: string): ReadableStream<Bytes> {
    let own: Watching | undefined;
    return new ReadableStream<Bytes>(
      {
        start: (controller) => {
          own = { ...viewer, controller, since: this.#number };
          this.#watching.add(own);
          this.#heartbeat ??= this.#clock.after(HEARTBEAT_MS, () => this.#beat());
          this.#write(own, bytesOf(SSE_RETRY + first + this.#mark()));
        },
        cancel: () => {
          if (own !== undefined) this.#leave(own);
        },
      },
      { highWaterMark: this.#limits.bytes, size: (chunk) => chunk?.byteLength ?? 0 },
    );
  }

  /** To all, or to those who want that kind: soon, together with what else comes until then. */
  send(bytes: Bytes, kind?: string): void {
    this.#waiting.push({ number: ++this.#number, bytes, kind });
    if (this.#isSending) return;
    this.#isSending = true;
    void this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await turn();
      const batch = new Batch(this.#waiting);
      this.#waiting = [];
      let written = 0;
      for (const viewer of [...this.#watching]) {
        if (written > 0 && written % FEW === 0) await turn();
        written++;
        const bytes = batch.for(viewer);
        // One may have left meanwhile.
        if (bytes !== undefined && this.#watching.has(viewer)) this.#write(viewer, bytes);
      }
    }
    this.#isSending = false;
  }

  #write(viewer: Watching, bytes: Bytes): void {
    // `null`: its stream has failed meanwhile.
    const room = viewer.controller.desiredSize ?? 0;
    if (bytes.byteLength > room) this.#drop(viewer);
    else viewer.controller.enqueue(bytes);
  }

  #drop(viewer: Watching): void {
    this.#leave(viewer);
    // The library would write an error of the stream to stderr.
    if (viewer.cut === undefined) viewer.controller.error(new Error('too slow, or not allowed any more'));
    else viewer.cut();
  }

  #leave(viewer: Watching): void {
    if (!this.#watching.delete(viewer)) return;
    if (this.#watching.size === 0) {
      this.#heartbeat?.cancel();
      this.#heartbeat = undefined;
    }
    viewer.left();
  }

  #beat(): void {
    this.#heartbeat = this.#clock.after(HEARTBEAT_MS, () => this.#beat());
    for (const viewer of this.#watching) if (!viewer.isStillAllowed()) this.#drop(viewer);
    // Behind what waits: the mark says that the viewer has it.
    if (this.#watching.size > 0) this.send(bytesOf(this.#mark()));
  }
}

const turn = (): Promise<void> => new Promise(nextTurn);
