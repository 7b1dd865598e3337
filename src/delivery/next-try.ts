/** When something of a lane's queue is tried next, for people who look. Pure. */
import type { BudgetState } from './budget-state.ts';
import type { PendingDelivery } from './delivery.ts';
import type { LaneStatus } from './lane-deps.ts';
import { dueMs, type RenewalOptions } from './renewal.ts';

/** In ms from now: 0 = now; Infinity: when a request under way has ended; `undefined`: nothing waits in memory. */
export function nextTryMs(
  { status, held }: { readonly status: LaneStatus; readonly held: Iterable<PendingDelivery> },
  options: Pick<RenewalOptions, 'delay'>,
  budgets: readonly BudgetState[],
  nowMs: number,
): number | undefined {
  let dueInMs: number | undefined;
  for (const item of held) {
    const atMs = Math.max(item.notBeforeMs, dueMs(item, options));
    dueInMs = Math.min(dueInMs ?? Number.POSITIVE_INFINITY, Math.max(0, atMs - nowMs));
  }
  if (dueInMs === undefined) return undefined;
  const probeInMs = status.probeAtMs === undefined ? 0 : status.probeAtMs - nowMs;
  return Math.max(dueInMs, probeInMs, ...budgets.map(({ waitMs }) => waitMs));
}
