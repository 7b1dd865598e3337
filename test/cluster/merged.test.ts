/** Pages of several nodes as one list: nothing twice, nothing left out, the newest first, whatever the limit. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  currentOf,
  cursorsIn,
  cursorText,
  mergedFound,
  mergedPages,
  type Part,
} from '../../src/cluster/merged.ts';
import { textOf, valueIn } from '../../src/cluster/wire.ts';
import { idAt } from '../../src/outbox/ids.ts';
import type { StoredDelivery } from '../../src/outbox/rows.ts';
import { announcementAt, deliveriesOf } from '../support/outbox.ts';

interface Row {
  readonly id: string;
  readonly atMs: number;
  readonly node: string;
}

/** As a store gives them: of what is older than the cursor so many, and where to go on. */
function pageOf(rows: readonly Row[], node: string, before: string | undefined, limit: number): Part<Row> {
  const all = rows
    .filter((row) => row.node === node && (before === undefined || keyOf(row) < before))
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1));
  const few = all.slice(0, limit);
  const last = few.at(-1);
  return { node, rows: few, next: few.length < limit || last === undefined ? undefined : keyOf(last) };
}

const keyOf = ({ atMs, id }: Row) => `${idAt(atMs)}${id}`;

const merging = {
  timeOf: ({ atMs }: Row) => atMs,
  cursorOf: keyOf,
  sameAs: ({ id }: Row) => id,
  better: (one: Row, other: Row) => (other.node < one.node ? other : one),
};

const NODES = ['a', 'b', 'c'];

function allPages(rows: readonly Row[], limit: number): readonly (readonly Row[])[] {
  const pages: (readonly Row[])[] = [];
  let cursor: string | undefined;
  do {
    const before = cursor === undefined ? undefined : cursorsIn(cursor);
    const parts = NODES.filter((node) => before === undefined || before.has(node)).map((node) =>
      pageOf(rows, node, before?.get(node) || undefined, limit),
    );
    const merged = mergedPages(parts, before ?? new Map(), limit, merging);
    pages.push(merged.rows);
    cursor = cursorText(merged.next);
    expect(pages.length).toBeLessThan(rows.length + 5);
  } while (cursor !== undefined);
  return pages;
}

describe('pages of several nodes', () => {
  test('each is there once, the newest first', () => {
    const ids = fc.uniqueArray(fc.integer({ min: 1, max: 5000 }), { maxLength: 40 });
    fc.assert(
      fc.property(
        ids,
        fc.array(fc.subarray(NODES, { minLength: 1 })),
        fc.integer({ min: 1, max: 7 }),
        (times, of, limit) => {
          const rows = times.flatMap((atMs, n) =>
            (of[n] ?? ['b']).map((node): Row => ({ id: `x${atMs}`, atMs, node })),
          );
          const pages = allPages(rows, limit);
          const shown = pages.flat();
          expect(shown.map(({ id }) => id)).toEqual(
            times.toSorted((a, b) => b - a).map((atMs) => `x${atMs}`),
          );
          for (const page of pages) expect(page.length).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });

  test('nothing is shown before what a node has not looked for yet', () => {
    const row = { id: 'old', atMs: 10, node: 'a' };
    const parts: Part<Row>[] = [
      { node: 'a', rows: [row], next: undefined },
      { node: 'b', rows: [], next: idAt(500) },
    ];
    const merged = mergedPages(parts, new Map(), 5, merging);
    expect(merged.rows).toEqual([]);
    expect([...merged.next]).toEqual([
      ['a', ''],
      ['b', idAt(500)],
    ]);
  });

  test('a cursor is none of ours, or another program has made it', () => {
    for (const text of ['01m8c8h3t44tebsvkj', '', '[1]', '{', '7']) expect(cursorsIn(text)).toBeUndefined();
  });
});

describe('one delivery in several stores', () => {
  const [delivery] = deliveriesOf(announcementAt(1, 1000), 'bot');
  if (delivery === undefined) throw new Error('there is one');
  const rowOf = (change: Partial<StoredDelivery>): StoredDelivery => ({
    ...{ delivery, attempts: 1, notBeforeMs: 0, plain: false, begunMs: undefined, byHandMs: undefined },
    ...{ state: 'delivered', reason: undefined, settledMs: 2000, ...change },
  });

  test('what waits counts, else what ended last; a record of handing over never', () => {
    const handed = rowOf({ node: 'a', state: 'skipped', reason: 'handed_over', settledMs: 9000 });
    const dead = rowOf({ node: 'b', state: 'dead', reason: 'unreachable', settledMs: 3000 });
    const again = rowOf({ node: 'c', state: 'pending', settledMs: undefined });
    expect(currentOf(handed, dead).node).toBe('b');
    expect(currentOf(dead, handed).node).toBe('b');
    expect(currentOf(dead, rowOf({ node: 'c', settledMs: 4000 })).node).toBe('c');
    expect(currentOf(again, dead).node).toBe('c');
    // It has arrived, whatever another node believed later.
    expect(currentOf(rowOf({ node: 'a' }), dead).node).toBe('a');
  });

  test('the attempts of all, without the summary of whoever took it over', () => {
    const sent = {
      attempt: 1,
      startedMs: 1500,
      durationMs: 4,
      outcome: 'delivered',
      status: 200,
      detail: undefined,
    };
    const summary = { ...sent, durationMs: 0, status: undefined };
    const found = mergedFound([
      { delivery: rowOf({ node: 'b', settledMs: 1500 }), attempts: [summary] },
      { delivery: rowOf({ node: 'a' }), attempts: [sent] },
    ]);
    expect(found.map((one) => [one.delivery.node, one.attempts])).toEqual([['a', [sent]]]);
  });
});

describe('values on their way', () => {
  test('maps arrive, and times are on the timeline of whoever reads them', () => {
    const value = { keys: new Map([['a', { settledMs: 5000, durationMs: 7, notBeforeMs: 0 }]]) };
    expect(valueIn(textOf(value), 3_600_000)).toEqual({
      keys: new Map([['a', { settledMs: 3_605_000, durationMs: 7, notBeforeMs: 0 }]]),
    });
  });

  test('clocks that agree change nothing: a row looks the same each time', () => {
    expect(valueIn(textOf({ settledMs: 5000 }), 300)).toEqual({ settledMs: 5000 });
  });
});
