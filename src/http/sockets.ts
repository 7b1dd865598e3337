/** How many connections there may be to one origin, which all destinations there share. */
import { type Way, wayName } from '../platform/way.ts';

/** Several times what a browser opens to one host. */
export const MOST_SOCKETS = 64;

/** Names the connections of one pool: those to one origin that are kept alike and go the same way. */
export const poolKey = (origin: string, warmMs: number | false, way: Way): string =>
  `${origin} ${warmMs} ${wayName(way)}`.trimEnd();
