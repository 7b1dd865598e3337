/**
 * Gathers changes into messages: changes that come together form one message, and the number of messages an hour
 * is limited. While waiting, only the latest change per condition is kept: one that started and ended is reported
 * once, as ended, with its full duration. Pure: time comes in.
 */
import { conditionKey, conditionOf } from '../conditions/registry.ts';
import type { Change } from './tracker.ts';

/** Trouble seldom comes alone: a broken network is three conditions in a few seconds. */
const GATHER_MS = 3000;

const HOUR_MS = 3_600_000;

/** Messages an hour. The last ones are for critical news, so that a storm of small things cannot hide it. */
const MOST_AN_HOUR = { critical: 8, any: 5 } as const;

export interface Batch {
  readonly changes: readonly Change[];
  /** Changes since the last message that are not reported themselves, because newer ones replaced them. */
  readonly heldBack: number;
}

export class AlertBatcher {
  readonly #waiting = new Map<string, Change>();
  #sinceMs = 0;
  #heldBack = 0;
  /** When the messages of the last hour were. */
  #sentMs: readonly number[];

  constructor(sentMs: readonly number[] = []) {
    this.#sentMs = sentMs;
  }

  get sentMs(): readonly number[] {
    return this.#sentMs;
  }

  add(change: Change, nowMs: number): void {
    if (this.#waiting.size === 0) this.#sinceMs = nowMs;
    const key = conditionKey(change.sighting);
    if (this.#waiting.delete(key)) this.#heldBack++;
    this.#waiting.set(key, change);
  }

  /** Drops changes that are no longer to be reported. */
  forget(isForgotten: (change: Change) => boolean): void {
    for (const [key, change] of this.#waiting) if (isForgotten(change)) this.#waiting.delete(key);
  }

  /** The changes to report now, if any. `nowMs` is monotonic. */
  take(nowMs: number): Batch | undefined {
    if (this.#waiting.size === 0 || nowMs - this.#sinceMs < GATHER_MS) return undefined;
    this.#sentMs = this.#sentMs.filter((sentMs) => nowMs - sentMs < HOUR_MS);
    const changes = [...this.#waiting.values()];
    if (this.#sentMs.length >= MOST_AN_HOUR[changes.some(isUrgent) ? 'critical' : 'any']) return undefined;
    this.#sentMs = [...this.#sentMs, nowMs];
    this.#waiting.clear();
    const heldBack = this.#heldBack;
    this.#heldBack = 0;
    return { changes, heldBack };
  }
}

const isUrgent = ({ state, sighting: { code } }: Change) =>
  state === 'started' && conditionOf(code).severity === 'critical';
