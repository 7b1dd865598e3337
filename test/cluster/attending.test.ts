/** A retry at the node that sends there, of a delivery that another one has sent. */
import { expect, test } from 'vitest';
import { retryIn } from '../../src/cluster/attending.ts';
import type { Changing } from '../../src/cluster/changing.ts';
import type { StoredDelivery } from '../../src/outbox/rows.ts';
import { announcementAt, deliveriesOf } from '../support/outbox.ts';

test('a row that only another store has is taken in, once, and retried', async () => {
  const [delivery] = deliveriesOf(announcementAt(1, 1000), 'bot');
  const row: StoredDelivery = {
    ...{ delivery: delivery ?? expect.fail('there is one'), attempts: 1, notBeforeMs: 0, plain: false },
    ...{ begunMs: undefined, byHandMs: undefined, state: 'dead', reason: 'gone', settledMs: 2000 },
  };
  const { id } = row.delivery;
  const here = new Map<string, string>();
  const adopted: string[] = [];
  const changing = {
    deliveries: {
      keysOf: async (ids: readonly string[]) => ({
        ok: true,
        value: new Map([...here].filter(([of]) => ids.includes(of))),
      }),
      announcements: async () => ({ ok: true, value: { announcements: [], next: undefined } }),
      retry: async (keys: readonly string[]) => ({
        ok: true,
        value: keys.filter((key) => [...here.values()].includes(key)),
      }),
    },
    nowMs: () => 5000,
    holds: (names: readonly string[]) => names,
    adopt: ({ delivery: { id: of } }: StoredDelivery) => {
      adopted.push(of);
      here.set(of, `key of ${of}`);
    },
    passOn: () => undefined,
  } as unknown as Changing;
  const again = { nowMs: 0, maxAges: new Map(), isLate: true };
  expect(await retryIn(changing, [id], again, [row])).toEqual({ ok: true, value: [id] });
  expect(await retryIn(changing, [id], again, [row])).toEqual({ ok: true, value: [id] });
  expect(adopted).toEqual([id]);
});
