/**
 * Which partition a destination belongs to, and which node is to hold a partition. Pure, and the same on every node and in every
 * version: two nodes that disagree would both wait for the other, or hand a partition to and fro.
 */
import { hash } from 'node:crypto';
import { PARTITIONS } from './shared.ts';

/** `broadest`: as `DestinationBudgets` says, so destinations that share a counted limit are in one. */
export const partitionOf = (broadest: string): number =>
  Number.parseInt(hash('sha256', broadest, 'hex').slice(0, 8), 16) % PARTITIONS;

const ALL: readonly number[] = Array.from({ length: PARTITIONS }, (_, partition) => partition);

/** Nodes of which the weights are kept: they are asked for at each look at the cluster. */
const MOST_KEPT = 256;

const kept = new Map<string, readonly number[]>();

/** The claim of a node to each partition; 48 bits of chance that everybody computes alike. */
function weightsOf(node: string): readonly number[] {
  const known = kept.get(node);
  if (known !== undefined) return known;
  const weights = ALL.map((partition) =>
    Number.parseInt(hash('sha256', `${partition} ${node}`, 'hex').slice(0, 12), 16),
  );
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(node, weights);
  return weights;
}

/** The node that is to hold a partition, and the one that is to when that is gone; `undefined`: there is none. */
export type Ranking = readonly [holder: string | undefined, heir: string | undefined];

/**
 * By partition (rendezvous hashing: the one with the largest weight holds it). A node that comes takes its share of every other, one
 * that goes leaves its own to all others, and nothing else moves.
 */
export function rankedAmong(nodes: Iterable<string>): readonly Ranking[] {
  const candidates = [...new Set(nodes)].sort().map((node) => ({ node, weights: weightsOf(node) }));
  return ALL.map((partition): Ranking => {
    let [holder, heir]: [string | undefined, string | undefined] = [undefined, undefined];
    let [most, second] = [-1, -1];
    for (const { node, weights } of candidates) {
      const weight = weights[partition] ?? -1;
      if (weight > most) [holder, heir, most, second] = [node, holder, weight, most];
      else if (weight > second) [heir, second] = [node, weight];
    }
    return [holder, heir];
  });
}

/** The node that is to hold each partition, by partition; `undefined`: there is none. */
export const holdersAmong = (nodes: Iterable<string>): readonly (string | undefined)[] =>
  rankedAmong(nodes).map(([holder]) => holder);
