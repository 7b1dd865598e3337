/** How many connections there may be to one origin, which all destinations there share. */

/** Several times what a browser opens to one host. */
export const MOST_SOCKETS = 64;

/** Names the connections of one pool. */
export const poolKey = (origin: string, warmMs: number | false): string => `${origin} ${warmMs}`;
