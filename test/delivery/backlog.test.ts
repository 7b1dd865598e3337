/** Deliveries in an order, whatever is put in and taken out. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import { compare, compareExpiry, PriorityList, type Queued } from '../../src/delivery/priority-list.ts';

const queued = (id: string, importance: number, expiresAtMs?: number): Queued => ({
  delivery: { id: `${id}-0`, importance, content: newsOf({ id } as Announcement), expiresAtMs } as Delivery,
});

test.each([
  ['importance', compare],
  ['expiry', compareExpiry],
])('by %s: as a list that is sorted anew each time', (_name, order) => {
  const step = fc.record({
    take: fc.constantFrom('none', 'none', 'none', 'first', 'last', 'any'),
    at: fc.nat(300),
    importance: fc.nat(1),
    expiresAtMs: fc.option(fc.nat(50), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const backlog = new PriorityList<Queued>(order);
      let model: Queued[] = [];
      for (const [index, { take, at, importance, expiresAtMs }] of steps.entries()) {
        if (take === 'none' || model.length === 0) {
          const item = queued(String(index).padStart(6, '0'), importance, expiresAtMs);
          backlog.add(item);
          model = [...model, item].sort(order);
        } else {
          const item =
            take === 'first' ? model[0] : take === 'last' ? model.at(-1) : model[at % model.length];
          if (item !== undefined) backlog.remove(item);
          model = model.filter((other) => other !== item);
        }
        expect([backlog.size, backlog.first, backlog.last]).toEqual([model.length, model[0], model.at(-1)]);
      }
    }),
  );
});

test('regression: of one announcement, tickers go in their order, the eleventh after the tenth', () => {
  const content = newsOf({ id: 'a' } as Announcement);
  const backlog = new PriorityList<Queued>(compare);
  for (const ordinal of [11, 3, 100, 0, 10, 1, 2, 9])
    backlog.add({ delivery: { id: `a-${ordinal}`, importance: 1, content } as Delivery });
  const order: string[] = [];
  for (let next = backlog.last; next !== undefined; next = backlog.last) {
    order.push(next.delivery.id);
    backlog.remove(next);
  }
  expect(order).toEqual(['a-0', 'a-1', 'a-2', 'a-3', 'a-9', 'a-10', 'a-11', 'a-100']);
});

test('what is not in it is not taken out of it', () => {
  const backlog = new PriorityList<Queued>(compare);
  backlog.add(queued('a', 1));
  backlog.remove(queued('a', 1));
  backlog.remove(queued('b', 1));
  expect(backlog.size).toBe(1);
});

test('from oldest to newest and from newest to oldest: nothing is left behind', () => {
  const backlog = new PriorityList<Queued>(compare);
  const items = Array.from({ length: 1000 }, (_, n) => queued(String(n).padStart(6, '0'), 1));
  for (const item of items) backlog.add(item);
  for (const item of items) {
    expect(backlog.first).toBe(item);
    backlog.remove(item);
  }
  expect([backlog.size, backlog.first, backlog.last]).toEqual([0, undefined, undefined]);
  for (const item of items.toReversed()) backlog.add(item);
  for (const item of items.toReversed()) {
    expect(backlog.last).toBe(item);
    backlog.remove(item);
  }
  expect([backlog.size, backlog.first, backlog.last]).toEqual([0, undefined, undefined]);
});

test('what leaves at the end and what comes in at the beginning, as a burst does, is placed without a search', () => {
  let comparisons = 0;
  const backlog = new PriorityList<number>((a, b) => {
    comparisons++;
    return a - b;
  });
  for (let n = 10_000; n < 11_000; n++) backlog.add(n);
  comparisons = 0;
  for (let n = 10_999; n >= 10_000; n--) {
    backlog.remove(n);
    backlog.add(n - 1000);
    expect([backlog.last, backlog.first, backlog.size]).toEqual([
      n === 10_000 ? 9999 : n - 1,
      n - 1000,
      1000,
    ]);
  }
  expect([...backlog]).toEqual(Array.from({ length: 1000 }, (_, n) => 9000 + n));
  expect(comparisons, 'with the last and with the first').toBe(2000);
});
