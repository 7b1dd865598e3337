/**
 * Remembers the events that still count: conditions seen in single events, and destinations whose every attempt
 * fails.
 */
import { describeAttempt } from '../delivery/describe.ts';
import type { BridgeEvent, BridgeEventOf } from '../events/bridge-event.ts';
import { type Sign, signsOf } from './from-events.ts';
import { conditionKey, type Named, type Sighting } from './registry.ts';

/** A destination whose every attempt has failed since, and when the last one did. Monotonic ms. */
export interface Failing {
  readonly sinceMs: number;
  readonly lastMs: number;
  /** The last answer, as `describeAttempt` puts it. */
  readonly words: string;
}

interface Noted extends Required<Pick<Sighting, 'code' | 'subject' | 'detail' | 'sinceMs' | 'count'>> {
  readonly untilMs: number;
}

export class EventMemory {
  readonly #noted = new Map<string, Noted>();
  readonly #failing = new Map<string, Failing>();
  /** By destination; for the deliveries that end with it. */
  readonly #lastFailure = new Map<string, { readonly deliveryId: string; readonly words: string }>();

  get failing(): ReadonlyMap<string, Failing> {
    return this.#failing;
  }

  /** `nowMs` is monotonic. */
  learn(event: BridgeEvent, nowMs: number): void {
    if (event.kind === 'delivery.attempted') this.#attempted(event);
    for (const sign of signsOf(event)) this.#note(this.#inWords(sign, event), nowMs);
  }

  /** The entries that count now; forgets those that no longer do. */
  seen(nowMs: number): Sighting[] {
    const seen: Sighting[] = [];
    for (const [key, { untilMs, ...noted }] of this.#noted) {
      if (nowMs >= untilMs) this.#noted.delete(key);
      else seen.push(noted);
    }
    return seen;
  }

  /** Of what has left the config: if it comes back, it is another one. */
  forget(isForgotten: (about: Named) => boolean): void {
    for (const [key, noted] of this.#noted) if (isForgotten(noted)) this.#noted.delete(key);
    for (const subject of this.#failing.keys())
      if (isForgotten({ code: 'destination_failing', subject })) this.#failing.delete(subject);
    for (const subject of this.#lastFailure.keys())
      if (isForgotten({ code: 'destination_failing', subject })) this.#lastFailure.delete(subject);
  }

  /** The end of a delivery names only a word; the attempt before it has the receiver's sentence. */
  #inWords(sign: Sign, event: BridgeEvent): Sign {
    if (event.kind !== 'delivery.ended') return sign;
    const last = this.#lastFailure.get(event.delivery.destination);
    return event.state === 'dead' && last?.deliveryId === event.delivery.id
      ? { ...sign, detail: last.words }
      : sign;
  }

  #note({ code, subject, detail = '', lastsMs }: Sign, nowMs: number): void {
    const key = conditionKey({ code, subject });
    const before = this.#noted.get(key);
    if (lastsMs === undefined) this.#noted.delete(key);
    else
      this.#noted.set(key, {
        ...{ code, subject, detail },
        sinceMs: before?.sinceMs ?? nowMs,
        count: (before?.count ?? 0) + 1,
        untilMs: nowMs + lastsMs,
      });
  }

  /** That it refuses this message, or everything (then it is suspended), is an answer; only a yes makes it well. */
  #attempted({ delivery, result, endedMs }: BridgeEventOf<'delivery.attempted'>): void {
    const { destination } = delivery;
    const { outcome } = result;
    this.#lastFailure.delete(destination);
    if (outcome.kind !== 'delivered')
      this.#lastFailure.set(destination, { deliveryId: delivery.id, words: describeAttempt(result) });
    if (outcome.kind === 'delivered') this.#failing.delete(destination);
    else if (outcome.kind === 'reject' && outcome.scope === 'message') this.#failing.delete(destination);
    else {
      const words = describeAttempt(result);
      const sinceMs = this.#failing.get(destination)?.sinceMs ?? endedMs;
      this.#failing.set(destination, { sinceMs, lastMs: endedMs, words });
    }
  }
}
