/**
 * The events of the bridge for its users' programs (`/api/events`): a listener of the bus while somebody watches, behind
 * the sends as every listener. Each event is made into text once for all viewers, and not at all for none.
 */
import type { BridgeEvent } from '../../events/bridge-event.ts';
import type { Listener } from '../../events/bus.ts';
import type { Clock } from '../../platform/clock.ts';
import { printableJson } from '../../platform/printable.ts';
import { redactValues } from '../../platform/redactor.ts';
import type { Redactor } from '../../platform/secret.ts';
import { type PublicEvent, publicEvent } from './public-event.ts';
import { Ring } from './ring.ts';
import { type Bytes, bytesOf, sseEvent, sseMark, sseReset } from './sse.ts';
import { type Viewer, Viewers } from './viewers.ts';
import { WhileWatched } from './while-watched.ts';

export interface HubDeps {
  /** To the bus; the result takes the listener off. */
  listen(listener: Listener): () => void;
  readonly clock: Clock;
  readonly redact: Redactor;
}

/** For who comes back: a large burst is some thousand deliveries. */
const KEPT = 10_000;

interface Kept extends PublicEvent {
  text: string | undefined;
}

export class EventsHub {
  readonly #redact: Redactor;
  readonly viewers: Viewers;
  readonly #ring: Ring<Kept>;
  readonly #listening: WhileWatched;
  /** Made into text since the start. */
  encoded = 0;

  constructor({ listen, clock, redact }: HubDeps, kept = KEPT) {
    this.#redact = redact;
    this.#ring = new Ring(Math.round(clock.wallMs()), kept);
    this.viewers = new Viewers(clock, () => sseMark(this.#ring.lastId));
    this.#listening = new WhileWatched(clock, () => {
      const off = listen((event) => this.#take(event));
      return () => {
        off();
        this.#ring.restart();
      };
    });
  }

  get isListening(): boolean {
    return this.#listening.isOn;
  }

  /** `lastId`: of the last event that the viewer has got. */
  watch(viewer: Omit<Viewer, 'left'>, lastId: string | undefined): ReadableStream<Bytes> {
    const missed = lastId === undefined ? '' : this.#missed(viewer, lastId);
    this.#listening.watched();
    return this.viewers.join(
      {
        ...viewer,
        left: () => {
          if (this.viewers.count === 0) this.#listening.unwatched();
        },
      },
      missed,
    );
  }

  #missed({ kinds }: Pick<Viewer, 'kinds'>, lastId: string): string {
    const missed = this.#ring.after(lastId);
    if (missed === undefined) return sseReset(this.#ring.lastId);
    return missed
      .filter(([, { kind }]) => kinds === undefined || kinds.has(kind))
      .map(([id, kept]) => this.#textOf(kept, id))
      .join('');
  }

  #take(event: BridgeEvent): void {
    const shown = publicEvent(event);
    if (shown === undefined) return;
    const kept: Kept = { ...shown, text: undefined };
    const id = this.#ring.add(kept);
    if (this.viewers.count > 0) this.viewers.send(bytesOf(this.#textOf(kept, id)), kept.kind);
  }

  #textOf(kept: Kept, id: string): string {
    if (kept.text === undefined) {
      this.encoded++;
      const json = printableJson(JSON.stringify(redactValues(kept.data, this.#redact)));
      kept.text = sseEvent(kept.kind, json, id);
    }
    return kept.text;
  }
}
