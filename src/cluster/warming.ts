/**
 * For which partitions this node keeps connections ready: those that it holds or is about to claim, also from a node that has been silent for so long
 * that its lease will probably run out. For those of which it is the next in line, a few.
 */
import type { Warmth } from '../http/spare-shares.ts';
import { isElder } from './company.ts';
import { rankedAmong } from './partitions.ts';
import { LEASE_MS, type Member, type NodeCard, RENEW_MS, type View } from './shared.ts';

/** A member renews each second; one with less left has missed two of them, and its partitions are free when the rest is over. */
const SILENT_MS = LEASE_MS - 2 * RENEW_MS;

/** Nothing is closed sooner after it was needed: a node that is slow for a moment must not make all receivers see connections come and go. */
const COOLING_MS = 10_000;

const ORDER: Readonly<Record<Warmth, number>> = { none: 0, next: 1, kept: 2 };

export interface WarmingDeps {
  /** It may send there now. */
  readonly holds: (partition: number) => boolean;
  /** Another function each time that something has changed. */
  readonly follow: (warmth: (partition: number) => Warmth) => void;
}

export class Warming {
  readonly #deps: WarmingDeps;
  readonly #warmth: Warmth[] = [];
  /** When it was last needed as warm as it is; monotonic ms. */
  readonly #neededMs: number[] = [];
  #now: (partition: number) => Warmth = () => 'none';

  constructor(deps: WarmingDeps) {
    this.#deps = deps;
  }

  /** `nowMs`: monotonic, when the view was there. */
  look(view: View, card: NodeCard, nowMs: number): void {
    let hasChanged = false;
    for (const [partition, needed] of neededBy(view, card, this.#deps.holds).entries()) {
      const before = this.#warmth[partition] ?? 'none';
      const isLess = ORDER[needed] < ORDER[before];
      if (!isLess) this.#neededMs[partition] = nowMs;
      if (needed === before || (isLess && nowMs - (this.#neededMs[partition] ?? 0) < COOLING_MS)) continue;
      this.#warmth[partition] = needed;
      hasChanged = true;
    }
    if (hasChanged) this.#now = (partition) => this.#warmth[partition] ?? 'none';
    this.#deps.follow(this.#now);
  }
}

/** By partition. */
function neededBy(
  { members, leases }: View,
  card: NodeCard,
  holds: (partition: number) => boolean,
): readonly Warmth[] {
  const live = members.filter(({ restMs }) => restMs > 0);
  const isCandidate = card.delivers && !card.drains && !live.some((other) => isElder(other, card));
  const takers = live.filter(({ delivers, drains }) => delivers && !drains);
  const namesOf = (some: readonly Member[]) => [card.node, ...some.map(({ node }) => node)];
  const now = rankedAmong(namesOf(takers));
  const soon = rankedAmong(namesOf(takers.filter(({ restMs }) => restMs > SILENT_MS)));
  return leases.map(({ partition }): Warmth => {
    if (holds(partition)) return 'kept';
    if (!isCandidate) return 'none';
    const [first, second] = now[partition] ?? [];
    if (first === card.node || soon[partition]?.[0] === card.node) return 'kept';
    return second === card.node ? 'next' : 'none';
  });
}
