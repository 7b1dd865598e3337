/** Values of the store's answers as text, from one node to another: their maps, and times on the timeline of whoever reads them. Pure. */

/** Fields that are moments on a node's own timeline, in ms; 0 is none. */
const MOMENTS: ReadonlySet<string> = new Set([
  ...['sinceMs', 'untilMs', 'nowMs', 'receivedMs', 'settledMs', 'startedMs', 'begunMs', 'byHandMs'],
  ...['notBeforeMs', 'expiresAtMs', 'inForceSinceMs', 'aroundMs', 'knownSinceMs', 'atMs'],
]);

/** Clocks that agree as well as this are not corrected: the same row has the same time in each answer. In ms. */
const AGREE_MS = 1000;

const MAP = '$map';

export const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (part instanceof Map ? { [MAP]: [...part] } : part));

/** `aheadMs`: how far the reader's timeline is ahead of the writer's. Throws `SyntaxError`. */
export function valueIn(text: string, aheadMs: number): unknown {
  const shiftMs = Math.abs(aheadMs) < AGREE_MS ? 0 : aheadMs;
  return JSON.parse(text, (name, part: unknown) => {
    if (typeof part === 'number' && part !== 0 && MOMENTS.has(name)) return part + shiftMs;
    if (typeof part !== 'object' || part === null || !(MAP in part)) return part;
    return new Map(part[MAP] as readonly [unknown, unknown][]);
  });
}
