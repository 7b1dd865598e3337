/**
 * Rows of the page as they change (`/live`). An event only names the rows that it changes; a moment later each of them
 * is made once, as it is then, for all viewers. A burst that changes one row a thousand times makes it a few times.
 */
import type { BridgeEvent } from '../../events/bridge-event.ts';
import type { Timer } from '../../platform/clock.ts';
import type { HubDeps } from './events-hub.ts';
import { Ring } from './ring.ts';
import { type Bytes, bytesOf, sseEvent, sseMark, sseReset } from './sse.ts';
import { type Viewer, Viewers } from './viewers.ts';
import { WhileWatched } from './while-watched.ts';

/** The rows of the page. */
export interface Fragments {
  /** Keys of the rows that an event changes. Cheap: asked about each event while somebody watches. */
  keysOf(event: BridgeEvent): readonly string[];
  /** As they are now; one that is gone is left out. No secret is in them. */
  rowsOf(keys: readonly string[]): Promise<readonly string[]>;
  /** Keys of the rows that change without an event: a feed that was heard, a budget that fills. */
  restless?(): readonly string[];
}

export interface RowsDeps extends Pick<HubDeps, 'listen' | 'clock'> {
  readonly fragments: Fragments;
  /** A bug of ours. */
  failed(error: unknown): void;
  /** Lets others have their turn. */
  breathe(): Promise<void>;
}

/** Rows are made so long after the first change of them: a person sees no difference. */
const GATHERED_MS = 100;

/** So old at most is a row that no event changes. */
const RESTLESS_MS = 5000;

/** Made before others have their turn. */
const FEW_ROWS = 20;

/** Of such moments, for who comes back: some minutes of a burst. */
const KEPT = 1000;

export class RowsHub {
  readonly #deps: RowsDeps;
  readonly viewers: Viewers;
  readonly #ring: Ring<readonly string[]>;
  readonly #listening: WhileWatched;
  #changed = new Set<string>();
  #timer: Timer | undefined;
  #look: Timer | undefined;
  /** Rows that were made, since the start. */
  made = 0;

  constructor(deps: RowsDeps) {
    this.#deps = deps;
    this.#ring = new Ring(Math.round(deps.clock.wallMs()), KEPT);
    this.viewers = new Viewers(deps.clock, () => sseMark(this.#ring.lastId));
    this.#listening = new WhileWatched(deps.clock, () => {
      const off = deps.listen((event) => this.#take(event));
      return () => {
        off();
        this.#ring.restart();
      };
    });
  }

  get isListening(): boolean {
    return this.#listening.isOn;
  }

  /** `lastId`: of the last row that the viewer has got. */
  watch(viewer: Omit<Viewer, 'left'>, lastId: string | undefined): ReadableStream<Bytes> {
    const missed = lastId === undefined ? [] : this.#ring.after(lastId);
    const reached = this.#ring.lastId;
    this.#listening.watched();
    this.#look ??= this.#deps.clock.after(RESTLESS_MS, () => this.#lookAround(), false);
    const keys = [...new Set(missed?.flatMap(([, changed]) => changed))];
    // Whoever joins only then could miss a row in between: those of the meantime come to it as well.
    const stream = this.viewers.join(
      {
        ...viewer,
        left: () => {
          if (this.viewers.count === 0) this.#listening.unwatched();
        },
      },
      missed === undefined ? sseReset(reached) : '',
    );
    for (const key of keys) this.#touch(key);
    return stream;
  }

  #take(event: BridgeEvent): void {
    for (const key of this.#deps.fragments.keysOf(event)) this.#touch(key);
  }

  #lookAround(): void {
    this.#look = undefined;
    if (this.viewers.count === 0) return;
    this.#look = this.#deps.clock.after(RESTLESS_MS, () => this.#lookAround(), false);
    for (const key of this.#deps.fragments.restless?.() ?? []) this.#touch(key);
  }

  #touch(key: string): void {
    this.#changed.add(key);
    this.#timer ??= this.#deps.clock.after(GATHERED_MS, () => void this.#send());
  }

  async #send(): Promise<void> {
    const keys = [...this.#changed];
    this.#changed = new Set();
    const id = this.#ring.add(keys);
    try {
      for (let start = 0; start < keys.length && this.viewers.count > 0; start += FEW_ROWS) {
        const rows = await this.#deps.fragments.rowsOf(keys.slice(start, start + FEW_ROWS));
        this.made += rows.length;
        this.viewers.send(bytesOf(rows.map((row) => sseEvent('row', row)).join('')));
        await this.#deps.breathe();
      }
      this.viewers.send(bytesOf(sseMark(id)));
    } catch (error) {
      this.#deps.failed(error);
    } finally {
      this.#timer = undefined;
      const [more] = this.#changed;
      if (more !== undefined) this.#touch(more);
    }
  }
}
