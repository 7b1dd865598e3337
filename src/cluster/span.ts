/**
 * How long all nodes have to know how deliveries went: for as long as one of them may still be sent, and its request counts for a rate or a
 * cooldown after that. What is older is of use to nobody but people, and the store of each node keeps it for them. Pure.
 */
import type { DestinationBudgets } from '../delivery/budget-book.ts';
import { KEPT_MS } from './shared.ts';

/** Also where the config needs less: a clock of the database that is set forwards by less than that throws nothing away. */
const LEAST_MS = 60 * 60_000;

export interface SpanNeeds {
  readonly destinations: readonly {
    readonly options: { readonly maxAge: number | false };
    readonly limits: Pick<DestinationBudgets, 'own' | 'shared'>;
  }[];
  readonly cooldowns: Iterable<{ readonly forMs: number }>;
  /** The same words are the same news so long. */
  readonly dedupeWindowMs: number;
}

export function spanOf({ destinations, cooldowns, dedupeWindowMs }: SpanNeeds): number {
  let [lifeMs, countsMs] = [dedupeWindowMs, 0];
  for (const { options, limits } of destinations) {
    lifeMs = Math.max(lifeMs, options.maxAge === false ? KEPT_MS : options.maxAge);
    const all = [...limits.own, ...limits.shared.flatMap((shared) => shared.limits)];
    for (const { perMs } of all) countsMs = Math.max(countsMs, perMs);
  }
  for (const { forMs } of cooldowns) countsMs = Math.max(countsMs, forMs);
  return Math.min(KEPT_MS, Math.max(LEAST_MS, lifeMs + countsMs));
}
