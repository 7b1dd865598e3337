/** No question of people touches the loop that carries the news: counted, not timed. */
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import { FileDeliveries } from '../../src/outbox/file-deliveries.ts';
import { openStore } from '../../src/outbox/store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { announcementAt, deliveriesOf, Folder } from '../support/outbox.ts';

const NOW_MS = Date.UTC(2026, 5, 1);
const ANNOUNCEMENTS = 500;

/** Statements made or run, and databases used, by this thread. */
function countsOfThisThread(): () => number {
  const spies = [
    ...(['prepare', 'exec'] as const).map((method) => vi.spyOn(DatabaseSync.prototype, method)),
    ...(['run', 'get', 'all', 'iterate'] as const).map((method) => vi.spyOn(StatementSync.prototype, method)),
  ];
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  return () => spies.reduce((sum, { mock }) => sum + mock.calls.length, 0);
}

function filled(folder: Folder) {
  const path = folder.file('bridge.db');
  // Its clock stands: nothing that the store does by itself, at its times, is counted.
  const store = openStore(path, new FakeClock(), () => expect.fail('nothing is replaced'));
  store.outbox.recordAll(
    Array.from({ length: ANNOUNCEMENTS }, (_, ordinal) => {
      const announcement = announcementAt(ordinal, NOW_MS);
      return { content: newsOf(announcement), deliveries: deliveriesOf(announcement, 'bot') };
    }),
  );
  return { path, store };
}

test('listing, finding, retrying and discarding run no statement on the thread of the lanes, and its loop turns meanwhile', async () => {
  using folder = new Folder();
  const { store } = filled(folder);
  const { deliveries } = store;
  const calls = countsOfThisThread();
  let turns = 0;
  let isDone = false;
  const turning = (async () => {
    for (; !isDone; turns++) await nextTurn();
  })();
  const seen: string[] = [];
  for (let before: string | undefined, isMore = true; isMore; ) {
    const page = await deliveries.list({ limit: 200, destination: 'bot', before });
    if (!page.ok) throw new Error(page.message);
    seen.push(...page.value.deliveries.map(({ delivery }) => delivery.id));
    before = page.value.next;
    isMore = before !== undefined;
  }
  const [first = ''] = seen;
  const changes = [
    await deliveries.find(first),
    await deliveries.discard([first], NOW_MS),
    await deliveries.retry([first], { nowMs: NOW_MS, maxAges: new Map(), isLate: false }),
  ];
  isDone = true;
  await turning;
  expect(seen).toHaveLength(ANNOUNCEMENTS);
  expect(changes.map(({ ok }) => ok)).toEqual([true, true, true]);
  expect(calls()).toBe(0);
  expect(turns).toBeGreaterThan(changes.length);
  await store.close();
});

test('asked in its own process, the same is counted: the count above can be other than 0', async () => {
  using folder = new Folder();
  const { store, path } = filled(folder);
  const calls = countsOfThisThread();
  expect(await new FileDeliveries(path).list({ limit: 1 })).toMatchObject({ ok: true });
  expect(calls()).toBeGreaterThan(0);
  await store.close();
});
