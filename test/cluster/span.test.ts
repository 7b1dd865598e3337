/** How long the nodes have to remember: what is forgotten sooner could be sent again. */
import { expect, test } from 'vitest';
import { Patience } from '../../src/cluster/postgres/keep.ts';
import { KEPT_MS } from '../../src/cluster/shared.ts';
import { spanOf } from '../../src/cluster/span.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const to = (maxAge: number | false, ...perMs: readonly number[]) => ({
  options: { maxAge },
  limits: { own: perMs.map((one) => ({ limit: 1, perMs: one })), shared: [] },
});
const of = (
  destinations: readonly ReturnType<typeof to>[],
  forMs: readonly number[] = [],
  dedupeWindowMs = 0,
) => spanOf({ destinations, cooldowns: forMs.map((one) => ({ forMs: one })), dedupeWindowMs });

test.each([
  ['little is remembered for an hour', of([to(MINUTE, 1000)]), HOUR],
  ['as long as the longest may wait', of([to(MINUTE), to(3 * HOUR)]), 3 * HOUR],
  ['and its request counts after that', of([to(3 * HOUR), to(MINUTE, HOUR)]), 4 * HOUR],
  ['for a cooldown too, of which the longest counts', of([to(3 * HOUR, HOUR)], [MINUTE, 2 * HOUR]), 5 * HOUR],
  ['as long as a repeat is no news', of([to(MINUTE)], [], 5 * HOUR), 5 * HOUR],
  ['never for more than a day', of([to(20 * HOUR)], [20 * HOUR]), KEPT_MS],
  ['a day where something may wait for ever', of([to(false)]), KEPT_MS],
])('%s', (_, found, expected) => {
  expect(found).toBe(expected);
});

test('a limit that destinations share counts as well', () => {
  const shared = [{ key: 'bot', limits: [{ limit: 1, perMs: 2 * HOUR }] }];
  const destination = { options: { maxAge: HOUR }, limits: { own: [], shared } };
  expect(spanOf({ destinations: [destination], cooldowns: [], dedupeWindowMs: 0 })).toBe(3 * HOUR);
});

test('the halves change places when as much has passed by the clock of the node too, or a day by the other', () => {
  const due = { isDue: true, keepMs: HOUR, turnedAgeMs: HOUR, half: 0 };
  const patience = new Patience();
  expect(patience.isOver({ ...due, isDue: false, turnedAgeMs: 0 }, 0)).toBe(false);
  // The clock of the database was set forwards.
  expect(patience.isOver(due, MINUTE)).toBe(false);
  expect(patience.isOver(due, HOUR)).toBe(true);
  expect(patience.isOver({ ...due, isDue: false }, 2 * HOUR)).toBe(false);
  expect(patience.isOver({ ...due, half: 1 }, 2 * HOUR)).toBe(false);
  expect(new Patience().isOver({ ...due, turnedAgeMs: KEPT_MS }, 0)).toBe(true);
});
