/** Rows of several stores as one list: newest first, and what several nodes have of one delivery or announcement once. Pure. */
import { type Announcement, identityOf } from '../announcement.ts';
import { originOf } from '../delivery/content.ts';
import { SENT_BY } from '../delivery/delivery.ts';
import type { FoundDelivery } from '../outbox/deliveries.ts';
import { timeOfId } from '../outbox/ids.ts';
import type { StoredDelivery } from '../outbox/rows.ts';

/** One page of one node; `next`: as the node gave it. */
export interface Part<Row> {
  readonly node: string;
  readonly rows: readonly Row[];
  readonly next: string | undefined;
  /** So far it has looked, on the timeline of whoever asks; absent: `next` says it. */
  readonly untilMs?: number | undefined;
}

export interface Merging<Row> {
  /** When it was received, on the timeline of whoever asks. */
  readonly timeOf: (row: Row) => number;
  /** Where its node would go on after it. */
  readonly cursorOf: (row: Row) => string;
  /** The same for all that are one. */
  readonly sameAs: (row: Row) => string;
  /** Of two that are one. */
  readonly better: (one: Row, other: Row) => Row;
}

export interface Merged<Row> {
  readonly rows: readonly Row[];
  /** Where each node goes on; without those of which all was shown. */
  readonly next: ReadonlyMap<string, string>;
}

/** `before`: where each page began. No row is shown before one that a node has not looked for yet. */
export function mergedPages<Row>(
  parts: readonly Part<Row>[],
  before: ReadonlyMap<string, string>,
  limit: number,
  { timeOf, cursorOf, sameAs, better }: Merging<Row>,
): Merged<Row> {
  const taken = new Map(parts.map(({ node }) => [node, 0]));
  const chosen = new Map<string, Row>();
  for (;;) {
    const [first] = parts
      .flatMap((part) => headOf(part, taken.get(part.node) ?? 0, timeOf))
      .sort((a, b) => b.atMs - a.atMs);
    if (first?.row === undefined) break;
    const key = sameAs(first.row);
    const twin = chosen.get(key);
    if (twin === undefined && chosen.size >= limit) break;
    chosen.set(key, twin === undefined ? first.row : better(twin, first.row));
    taken.set(first.node, (taken.get(first.node) ?? 0) + 1);
  }
  skipTwins(parts, taken, chosen, { sameAs, better });
  const next = new Map<string, string>();
  for (const { node, rows, next: after } of parts) {
    const count = taken.get(node) ?? 0;
    const last = rows[count - 1];
    const cursor =
      count === rows.length ? after : last === undefined ? (before.get(node) ?? NEWEST) : cursorOf(last);
    if (cursor !== undefined) next.set(node, cursor);
  }
  return { rows: [...chosen.values()], next };
}

/** Those of the last rows would come again on the next page. */
function skipTwins<Row>(
  parts: readonly Part<Row>[],
  taken: Map<string, number>,
  chosen: Map<string, Row>,
  { sameAs, better }: Pick<Merging<Row>, 'sameAs' | 'better'>,
): void {
  for (const { node, rows } of parts) {
    let count = taken.get(node) ?? 0;
    for (let row = rows[count]; row !== undefined && chosen.has(sameAs(row)); row = rows[++count]) {
      const key = sameAs(row);
      chosen.set(key, better(chosen.get(key) ?? row, row));
    }
    taken.set(node, count);
  }
}

/** Where a node begins that has shown nothing yet. */
const NEWEST = '';

/** `row` absent: the node has not looked further than that. */
function headOf<Row>(
  { node, rows, next, untilMs }: Part<Row>,
  count: number,
  timeOf: (row: Row) => number,
): { readonly node: string; readonly atMs: number; readonly row?: Row }[] {
  const row = rows[count];
  if (row !== undefined) return [{ node, atMs: timeOf(row), row }];
  return next === undefined ? [] : [{ node, atMs: untilMs ?? timeOfId(next) }];
}

/** `{"a":"…"}` for `before` of the next page; `undefined`: this is the last one. */
export const cursorText = (next: ReadonlyMap<string, string>): string | undefined =>
  next.size === 0 ? undefined : JSON.stringify(Object.fromEntries(next));

/** `undefined`: it is none, such as one of a page of one node alone. */
export function cursorsIn(before: string): ReadonlyMap<string, string> | undefined {
  try {
    const value: unknown = JSON.parse(before);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return new Map(Object.entries(value).map(([node, cursor]) => [node, String(cursor)]));
  } catch {
    return undefined;
  }
}

export const receivedMsOf = ({ delivery }: StoredDelivery): number => originOf(delivery.content).receivedMs;

/** News within that is one announcement, if it says the same: nodes read it at slightly different moments. */
const SAME_MS = 60_000;

export const sameNews = (one: Announcement, other: Announcement): boolean =>
  Math.abs(one.receivedMs - other.receivedMs) < SAME_MS && identityOf(one) === identityOf(other);

/** Another node goes on with it. */
const LEFT: ReadonlySet<string | undefined> = new Set(['handed_over', 'sent_elsewhere']);

/** The row that holds now: the one that is pending, that arrived, or that ended last; the record of a hand-over never is. */
export function currentOf<Row extends StoredDelivery>(one: Row, other: Row): Row {
  const [a, b] = [rankOf(one), rankOf(other)];
  return b > a || (b === a && (other.settledMs ?? 0) > (one.settledMs ?? 0)) ? other : one;
}

function rankOf({ reason, state }: StoredDelivery): number {
  if (LEFT.has(reason)) return 0;
  return state === 'pending' ? 3 : state === 'delivered' ? 2 : 1;
}

/** Each delivery once, with the attempts of all nodes. */
export function mergedFound(all: readonly FoundDelivery[]): readonly FoundDelivery[] {
  const byId = new Map<string, FoundDelivery>();
  for (const found of all) {
    const { id } = found.delivery.delivery;
    const before = byId.get(id);
    if (before === undefined) byId.set(id, found);
    else {
      const delivery = currentOf(before.delivery, found.delivery);
      byId.set(id, { delivery, attempts: mergedAttempts(before, found) });
    }
  }
  return [...byId.values()];
}

/** A node that has taken over has only a summary, without an answer: the attempts of the other one are more exact. */
function mergedAttempts(one: FoundDelivery, other: FoundDelivery): FoundDelivery['attempts'] {
  const all = [...one.attempts, ...other.attempts].toSorted((a, b) => a.startedMs - b.startedMs);
  const own = all.filter((attempt) => !isSummary(attempt));
  return own.length > 0 ? own : all;
}

/** Of what another node has sent. */
export const isSummary = ({ durationMs, status, detail }: FoundDelivery['attempts'][number]): boolean =>
  detail === undefined ? durationMs === 0 && status === undefined : detail.startsWith(SENT_BY);
