/** How many connections there may be to one origin, which all destinations there share. */
import type { BudgetSpec } from '../delivery/budget-book.ts';

/** Several times what a browser opens to one host. */
export const MOST_SOCKETS = 64;

/** Names the connections of one pool. */
export const poolKey = (origin: string, warmMs: number | false): string => `${origin} ${warmMs}`;

/** Requests beyond the connections there are wait in their lanes, where the most important goes first, and not in a queue for a socket. */
export const socketsOf = (origin: string, warmMs: number | false): BudgetSpec => ({
  key: `connections:${poolKey(origin, warmMs)}`,
  limits: [],
  atOnce: MOST_SOCKETS,
});
