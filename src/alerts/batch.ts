/**
 * Changes on their way into messages: what comes together goes together, and never more than a handful of
 * messages an hour. What waits is kept as it is by then: of a condition that started and ended meanwhile the end is
 * told, with its whole length. Pure: time comes in.
 */
import { conditionOf, keyOf } from '../conditions/registry.ts';
import type { Change } from './tracker.ts';

/** Trouble seldom comes alone: a broken network is three conditions in a few seconds. */
const GATHER_MS = 3000;

const HOUR_MS = 3_600_000;

/** Messages an hour. The last ones are for critical news, so that a storm of small things cannot hide it. */
const MOST_AN_HOUR = { critical: 8, any: 5 } as const;

export interface Batch {
  readonly changes: readonly Change[];
  /** Changes since the last message that are not told by themselves, because newer ones took their place. */
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
    const key = keyOf(change.sighting);
    if (this.#waiting.delete(key)) this.#heldBack++;
    this.#waiting.set(key, change);
  }

  /** Of these nothing is said any more. */
  forget(isForgotten: (change: Change) => boolean): void {
    for (const [key, change] of this.#waiting) if (isForgotten(change)) this.#waiting.delete(key);
  }

  /** What is to be told now, if anything. `nowMs` is monotonic. */
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
