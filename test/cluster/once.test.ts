/** An export of several nodes: each delivery once, the oldest first, whoever has rows of it; figures count it where it was sent. */
import { describe, expect, test } from 'vitest';
import { byTime, once } from '../../src/cluster/once.ts';
import { statsOfAll } from '../../src/cluster/stats-of-all.ts';
import type { ExportRow } from '../../src/outbox/deliveries.ts';
import { Figures } from '../../src/outbox/history/figures.ts';
import type { Stats } from '../../src/outbox/history/stats.ts';
import type { StoredAttempt, StoredDelivery } from '../../src/outbox/rows.ts';
import { announcementAt, deliveriesOf } from '../support/outbox.ts';

const rowOf = (ordinal: number, change: Partial<StoredDelivery> = {}): StoredDelivery => {
  const [delivery] = deliveriesOf(announcementAt(ordinal, 1000), 'bot');
  if (delivery === undefined) throw new Error('there is one');
  return {
    ...{ delivery, attempts: 1, notBeforeMs: 0, plain: false, begunMs: undefined, byHandMs: undefined },
    ...{ state: 'delivered', reason: undefined, settledMs: 2000, ...change },
  };
};

/** In pieces; `taken`: how many were asked for. */
async function* pieces(
  all: readonly ExportRow[],
  taken: { count: number },
  size = 2,
): AsyncGenerator<readonly ExportRow[], void> {
  for (let at = 0; at === 0 || at < all.length; at += size) {
    taken.count++;
    yield all.slice(at, at + size);
  }
}

async function exported(stores: Readonly<Record<string, readonly ExportRow[]>>) {
  const sources = Object.entries(stores).map(([node, rows]) => ({ node, value: pieces(rows, { count: 0 }) }));
  const rows: string[] = [];
  for await (const row of once(byTime(sources), new Set(Object.keys(stores))))
    rows.push(
      'announcement' in row
        ? `${row.node} ${row.announcement.title}`
        : `${row.node} ${row.delivery.delivery.id} ${row.attempt?.outcome ?? row.delivery.state}`,
    );
  return rows;
}

describe('rows of several stores', () => {
  const idOf = (ordinal: number) => rowOf(ordinal).delivery.id;

  test('each delivery once, as it is now, in the order of their time', async () => {
    const handed = rowOf(1, { state: 'skipped', reason: 'handed_over' });
    expect(
      await exported({
        a: [{ delivery: handed }, { delivery: rowOf(3) }],
        b: [{ delivery: rowOf(1) }, { delivery: rowOf(2, { state: 'dead' }) }],
        c: [],
      }),
    ).toEqual([`b ${idOf(1)} delivered`, `b ${idOf(2)} dead`, `a ${idOf(3)} delivered`]);
  });

  test('an announcement that both have read is one', async () => {
    const [one, other] = [announcementAt(1, 1000), announcementAt(2, 1000)];
    const later = { ...one, id: `${one.id}x`, receivedMs: one.receivedMs + 4 };
    expect(
      await exported({ a: [{ announcement: one }, { announcement: other }], b: [{ announcement: later }] }),
    ).toEqual([`a ${one.title}`, `a ${other.title}`]);
  });

  test('the record of an attempt is left out where its own node says it, and stays where that is away', async () => {
    const sent: StoredAttempt = {
      ...{ attempt: 1, startedMs: 1500, durationMs: 4, outcome: 'delivered', status: 200, detail: undefined },
    };
    const record = { ...sent, durationMs: 0, status: undefined, detail: 'sent by node a', outcome: 'record' };
    const ofB = [{ delivery: rowOf(1), attempt: record }];
    const id = idOf(1);
    expect(await exported({ a: [{ delivery: rowOf(1), attempt: sent }], b: ofB })).toEqual([
      `a ${id} delivered`,
    ]);
    expect(await exported({ b: ofB, c: [] })).toEqual([`b ${id} record`]);
  });

  test('holds the rows of some seconds: a piece is asked for when the one before is used up', async () => {
    const taken = { count: 0 };
    const many = Array.from({ length: 2000 }, (_, at) => ({
      announcement: { ...announcementAt(at, 1000), title: `${at}`, receivedMs: at * 100 },
    }));
    const rows = once(byTime([{ node: 'a', value: pieces(many, taken) }]), new Set(['a']));
    await rows.next();
    // 10 seconds of ten a second, in pieces of two.
    expect(taken.count).toBeLessThan(60);
    let count = 1;
    for await (const _ of rows) count++;
    expect(count).toBe(2000);
  });
});

describe('figures of several nodes', () => {
  const statsOf = (deliveries: Readonly<Record<string, number>>): Stats => {
    const figures = new Figures();
    for (const [name, count] of Object.entries(deliveries))
      for (const tally of [figures.sent, figures.ofDeliveries('destination', name)]) {
        tally.states.delivered += count;
        for (let n = 0; n < count; n++) tally.took.add(5);
      }
    return { figures: figures.rows(), groups: [], total: { name: '' } } as unknown as Stats;
  };

  test('deliveries add up; of one destination its own', () => {
    const all = [
      { node: 'a', value: statsOf({ bot: 3, chat: 2 }) },
      { node: 'b', value: statsOf({ bot: 4 }) },
    ];
    const { sent, groups } = statsOfAll(all, 'destination');
    expect(sent?.delivered).toBe(9);
    expect(groups.map(({ name, sent: of }) => [name, of?.delivered, of?.took.count])).toEqual([
      ['bot', 7, 7],
      ['chat', 2, 2],
    ]);
    expect(statsOfAll(all, 'destination', 'bot').sent?.delivered).toBe(7);
  });
});
