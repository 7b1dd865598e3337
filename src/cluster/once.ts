/**
 * Rows of several stores as one export: the oldest first, and what several nodes have of one delivery, attempt or announcement once. Holds
 * the rows of some seconds, however many there are. Pure.
 */
import { identityOf } from '../announcement.ts';
import { originOf } from '../delivery/content.ts';
import { SENT_BY } from '../delivery/delivery.ts';
import type { ExportRow } from '../outbox/deliveries.ts';
import type { Of } from './gathering.ts';
import { currentOf, isSummary } from './merged.ts';

/** Nodes have the same within that, on the timeline of whoever asks. */
const SAME_MS = 10_000;

export type RowOfNode = ExportRow & { readonly node: string };

/** Rows of one node, the oldest first, in pieces. */
export type Source = AsyncIterator<readonly ExportRow[], void>;

/** Those of the nodes by their time. A piece is asked for when the one before is used up. */
export async function* byTime(sources: readonly Of<Source>[]): AsyncGenerator<RowOfNode, void> {
  const heads = await Promise.all(sources.map(async ({ node, value }) => headOf(node, value)));
  for (;;) {
    const [first] = heads.filter(({ row }) => row !== undefined).toSorted((a, b) => a.atMs - b.atMs);
    if (first?.row === undefined) return;
    yield { ...first.row, node: first.node };
    await advance(first);
  }
}

interface Head {
  readonly node: string;
  readonly source: Source;
  rows: readonly ExportRow[];
  at: number;
  row: ExportRow | undefined;
  atMs: number;
}

async function headOf(node: string, source: Source): Promise<Head> {
  const head: Head = { node, source, rows: [], at: -1, row: undefined, atMs: 0 };
  await advance(head);
  return head;
}

async function advance(head: Head): Promise<void> {
  head.at++;
  while (head.at >= head.rows.length) {
    const { done, value } = await head.source.next();
    head.row = undefined;
    if (done === true) return;
    head.rows = value ?? [];
    head.at = 0;
  }
  head.row = head.rows[head.at];
  head.atMs = head.row === undefined ? 0 : receivedMsOf(head.row);
}

const receivedMsOf = (row: ExportRow): number =>
  'announcement' in row ? row.announcement.receivedMs : originOf(row.delivery.delivery.content).receivedMs;

/** `nodes`: whose rows are among these: what they have sent they say themselves. */
export async function* once(
  rows: AsyncIterable<RowOfNode>,
  nodes: ReadonlySet<string>,
): AsyncGenerator<RowOfNode, void> {
  const held = new Map<string, RowOfNode>();
  for await (const row of rows) {
    if (isSaidElsewhere(row, nodes)) continue;
    const key = keyOf(row);
    const nowMs = receivedMsOf(row);
    for (const [other, before] of held) {
      if (nowMs - receivedMsOf(before) < SAME_MS) break;
      held.delete(other);
      yield before;
    }
    const twin = held.get(key);
    if (twin === undefined) held.set(key, row);
    // In the place of the first.
    else held.set(key, better(twin, row));
  }
  yield* held.values();
}

function keyOf(row: RowOfNode): string {
  if ('announcement' in row) return identityOf(row.announcement);
  const { id } = row.delivery.delivery;
  return row.attempt === undefined ? id : JSON.stringify([id, row.node, row.attempt]);
}

/** The record of an attempt that another node has made, which has it itself. */
function isSaidElsewhere(row: RowOfNode, nodes: ReadonlySet<string>): boolean {
  if ('announcement' in row || row.attempt === undefined || !isSummary(row.attempt)) return false;
  const { detail = '' } = row.attempt;
  return detail.startsWith(SENT_BY) && nodes.has(detail.slice(SENT_BY.length));
}

function better(one: RowOfNode, other: RowOfNode): RowOfNode {
  if ('announcement' in one || 'announcement' in other) return one;
  return currentOf(one.delivery, other.delivery) === other.delivery ? other : one;
}
