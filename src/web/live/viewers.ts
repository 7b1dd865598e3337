/**
 * Those who watch: each is a stream of bytes that never ends by itself. Bytes are made once for all of them. One that
 * reads more slowly than they come is dropped, so that it holds up nobody and fills no memory; it may come back and
 * go on where it was.
 */
import type { Clock, Timer } from '../../platform/clock.ts';
import { type Bytes, bytesOf, SSE_RETRY } from './sse.ts';

export interface ViewerLimits {
  /** At once, of all streams together. */
  readonly viewers: number;
  /** Waiting for one of them. */
  readonly bytes: number;
}

const LIMITS: ViewerLimits = { viewers: 100, bytes: 1024 * 1024 };

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
  readonly controller: ReadableStreamDefaultController<Bytes>;
}

export class Viewers {
  readonly #clock: Clock;
  readonly #limits: ViewerLimits;
  readonly #mark: () => string;
  readonly #watching = new Set<Watching>();
  #heartbeat: Timer | undefined;

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
          own = { ...viewer, controller };
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

  /** To all, or to those who want that kind. */
  send(bytes: Bytes, kind?: string): void {
    for (const viewer of this.#watching)
      if (kind === undefined || viewer.kinds === undefined || viewer.kinds.has(kind))
        this.#write(viewer, bytes);
  }

  #write(viewer: Watching, bytes: Bytes): void {
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
    const heartbeat = bytesOf(this.#mark());
    for (const viewer of this.#watching)
      if (viewer.isStillAllowed()) this.#write(viewer, heartbeat);
      else this.#drop(viewer);
  }
}
