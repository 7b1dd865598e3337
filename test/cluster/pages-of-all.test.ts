/** Announcements of two nodes, a page at a time: each once, whatever the limit. */
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { AllDeliveries } from '../../src/cluster/all-deliveries.ts';
import type { Others } from '../../src/cluster/others.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { AnnouncementFilter, Deliveries } from '../../src/outbox/deliveries.ts';
import { timeOfId } from '../../src/outbox/ids.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { announcementsOf } from '../../src/outbox/pages.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import { announcementAt } from '../support/outbox.ts';

const BASE_MS = Date.UTC(2026, 5, 1);
const COUNT = 7;

/** The same news in each store, read so much later. */
function storeWith(laterMs: number): Pick<Deliveries, 'announcements'> {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  const outbox = new SqliteOutbox(database);
  for (let ordinal = 0; ordinal < COUNT; ordinal++) {
    const title = `news ${ordinal}`;
    outbox.record(newsOf({ ...announcementAt(ordinal * 1000, BASE_MS + laterMs), title }), []);
  }
  return {
    announcements: async (before, filter) => ({ ok: true, value: announcementsOf(database, before, filter) }),
  };
}

const [a, b] = [storeWith(0), storeWith(7)];

const others: Others = {
  async ask(_, [before, filter]) {
    const page = await b.announcements(before as string | undefined, filter as AnnouncementFilter);
    if (!page.ok) throw new Error(page.message);
    const { next } = page.value;
    const untilMs = next === undefined ? undefined : timeOfId(next);
    return new Map([['b', { value: { ok: true, value: { ...page.value, untilMs } } }]]);
  },
};

test.each([1, 2, 3, 7, 50])('regression: %i on a page, each once', async (limit) => {
  const all = new AllDeliveries({ local: a as Deliveries, others, node: 'a' });
  const titles: string[] = [];
  let before: string | undefined;
  for (let pages = 0; pages <= COUNT; pages++) {
    const page = await all.announcements(before, { limit });
    if (!page.ok) throw new Error(page.message);
    expect(page.value.announcements.length).toBeLessThanOrEqual(limit);
    titles.push(...page.value.announcements.map(({ title }) => title));
    before = page.value.next;
    if (before === undefined) break;
  }
  expect(titles).toEqual(Array.from({ length: COUNT }, (_, at) => `news ${COUNT - 1 - at}`));
});
