/**
 * Pieces of work that held a process up, each with its causes, from the samples of a CPU profile. A piece lasts from
 * one moment to the next in which the loop was idle or looked for news. Pure.
 */

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

/** As V8 writes it; times in µs. */
export interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface Piece {
  readonly beginUs: number;
  readonly endUs: number;
  /** µs by cause. */
  readonly causes: ReadonlyMap<string, number>;
}

/** The first to which any function of the stack belongs. By file, as a checkout runs. */
const CAUSES: readonly (readonly [cause: string, of: RegExp])[] = [
  ['garbage', /^\(garbage collector\)/],
  ['the profile itself', /holds\.mjs|node:inspector/],
  ['retention', /outbox\/retention\.ts/],
  ['scrape', /ops\/(metrics|exposition|process-metrics|status-gauges)\.ts|prom-client/],
  ['status', /src\/web\/|ops\/status\.ts|@hono|hono\//],
  ['conditions', /alerts\/alert-reporter\.ts/],
  ['rehearsal', /src\/rehearsal\//],
  ['checkpoint and sync', /outbox\/(sync|checkpoint)\.ts/],
  ['look at the store', /daemon\/store-watch\.ts/],
  ['log', /platform\/log\.ts|ops\/log-events\.ts|pino/],
  ['settle', /outbox\/journal\.ts#?flush/],
  ['journal', /outbox\//],
  ['feed', /src\/feeds\/|node_modules\/ws\//],
  [
    'way of an announcement',
    /src\/(delivery|http|destinations|intake|routing|matching|templates|lane-set)|undici/,
  ],
  ['idle', /^\(idle\)/],
  ['native', /^\(program\)/],
];

const NONE = 'other';

/** `turnsUs`: when the loop has looked for news, in order. */
export function piecesOf(
  { nodes, startTime, samples, timeDeltas }: Profile,
  turnsUs: readonly number[],
): Piece[] {
  const causeOf = causesByNode(nodes);
  const pieces: { beginUs: number; endUs: number; causes: Map<string, number> }[] = [];
  let current: (typeof pieces)[number] | undefined;
  let atUs = startTime;
  let turn = 0;
  for (const [index, id] of samples.entries()) {
    atUs += timeDeltas[index] ?? 0;
    const untilUs = atUs + (timeDeltas[index + 1] ?? 0);
    const cause = causeOf.get(id) ?? NONE;
    for (; (turnsUs[turn] ?? Number.POSITIVE_INFINITY) < atUs; turn++) current = undefined;
    if (cause === 'idle') {
      current = undefined;
      continue;
    }
    if (current === undefined) {
      current = { beginUs: atUs, endUs: atUs, causes: new Map() };
      pieces.push(current);
    }
    current.endUs = untilUs;
    current.causes.set(cause, (current.causes.get(cause) ?? 0) + untilUs - atUs);
  }
  return pieces;
}

function causesByNode(nodes: readonly ProfileNode[]): ReadonlyMap<number, string> {
  const parents = new Map<number, ProfileNode>();
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node);
  const found = new Map<number, string>();
  for (const node of nodes) {
    const stack: string[] = [];
    for (let at: ProfileNode | undefined = node; at !== undefined; at = parents.get(at.id))
      stack.push(`${at.callFrame.url}${at.callFrame.functionName}`);
    found.set(node.id, CAUSES.find(([, of]) => stack.some((frame) => of.test(frame)))?.[0] ?? NONE);
  }
  return found;
}

/** µs of each cause within a span. */
export function causesWithin(pieces: readonly Piece[], beginUs: number, endUs: number): Map<string, number> {
  const causes = new Map<string, number>();
  for (const piece of pieces)
    if (piece.endUs >= beginUs && piece.beginUs <= endUs)
      for (const [cause, us] of piece.causes) causes.set(cause, (causes.get(cause) ?? 0) + us);
  return causes;
}
