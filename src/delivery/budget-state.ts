/** How much of a budget is left, for people who look: each of its limits, and what holds it. Spans are in ms from now. */

/** One window as it was configured or is documented. */
export interface WindowState {
  readonly limit: number;
  readonly perMs: number;
  /** Requests that may leave now. */
  readonly left: number;
}

export interface BudgetState {
  /** Who is counted, in words: `this chat`, `the bot`; the own budget of a destination: `this destination`. */
  readonly what: string;
  /** None: the rate is not limited. */
  readonly windows: readonly WindowState[];
  /** By the receiver's own count, as it last reported it; absent: it has not, or that window is over. */
  readonly reported?: { readonly left: number; readonly endsInMs: number };
  /** Requests under way at once; absent: as many as the destination may have. */
  readonly atOnce?: { readonly most: number; readonly left: number };
  /** The receiver has asked for silence for so long. */
  readonly heldMs?: number;
  /** The hold keeps the platform from banning this address. */
  readonly isNearBan: boolean;
  /** Until something can leave: 0 = now; Infinity: when a request under way has ended. */
  readonly waitMs: number;
}

/** The limit that leaves the least room: the first to be in the way. `undefined`: the rate is not limited. */
export function tightestOf(
  budgets: readonly BudgetState[],
): { readonly budget: BudgetState; readonly left: number; readonly limit: number | undefined } | undefined {
  const limits = budgets.flatMap((budget) => [
    ...budget.windows.map(({ left, limit }) => ({ budget, left, limit })),
    ...(budget.reported === undefined ? [] : [{ budget, left: budget.reported.left, limit: undefined }]),
  ]);
  return limits.reduce<(typeof limits)[number] | undefined>(
    (least, one) => (least === undefined || one.left < least.left ? one : least),
    undefined,
  );
}
