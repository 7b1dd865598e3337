/**
 * Rows older than `store.retention` go, with everything that belongs to them; pending deliveries stay, however
 * old.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import { createIds } from '../../src/outbox/ids.ts';
import { openStoreFile } from '../../src/outbox/open.ts';
import { startRetention } from '../../src/outbox/retention.ts';
import { openStore } from '../../src/outbox/store.ts';
import { announcementOf } from '../destinations/render-support.ts';
import { FakeClock } from '../support/fake-clock.ts';

const DAY = 86_400_000;

test('the settled past is deleted with its attempts, in bites, from soon after the start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'retention-'));
  const path = join(folder, 'bridge.db');
  const clock = new FakeClock();
  const store = openStore(path, clock, () => undefined);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const ids = createIds(() => 0.5);
  const nowMs = clock.monotonicMs();
  const record = (daysAgo: number, state: 'delivered' | 'dead' | 'pending', title: string) => {
    const receivedMs = nowMs - daysAgo * DAY;
    const announcement = announcementOf({ id: ids(receivedMs), receivedMs, title });
    const id = `${announcement.id}-0`;
    const delivery = { id, content: newsOf(announcement), destination: 'bot', rule: 'all', importance: 1 };
    store.outbox.record(newsOf(announcement), [
      { ...delivery, template: undefined, ticker: undefined, expiresAtMs: undefined },
    ]);
    const attempt = { deliveryKey: id, attempt: 1, startedMs: receivedMs, durationMs: 1, outcome: state };
    const rest = { status: 200, detail: undefined, reason: undefined, notBeforeMs: 0, plain: false };
    store.outbox.settle([{ ...attempt, ...rest, state }]);
  };
  for (let index = 0; index < 250; index++)
    record(31, index % 2 === 0 ? 'delivered' : 'dead', `old ${index}`);
  record(31, 'pending', 'old, and still owed');
  record(29, 'delivered', 'young');

  const left = (table: string) => {
    using database = openStoreFile(path, true);
    return Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.['count']);
  };
  const timer = startRetention(store.outbox, 30 * DAY, () => 0, clock);
  expect(left('announcements')).toBe(252);
  await clock.advance(60_000);
  timer.cancel();
  expect([left('announcements'), left('deliveries'), left('attempts')]).toEqual([2, 2, 2]);
  using database = openStoreFile(path, true);
  const bodies = database.prepare('SELECT body FROM announcements ORDER BY id').all();
  expect(bodies.map(({ body }) => JSON.parse(String(body)).title)).toEqual(['old, and still owed', 'young']);
  await store.close();
});

test('regression: what was sent within the longest window of a rate stays, however short the retention', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'retention-'));
  const clock = new FakeClock();
  const store = openStore(join(folder, 'bridge.db'), clock, () => undefined);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const HOUR = 3_600_000;
  const nowMs = clock.monotonicMs();
  const receivedMs = nowMs - 3 * HOUR;
  const announcement = announcementOf({ id: createIds(() => 0.5)(receivedMs), receivedMs, title: 'late' });
  const id = `${announcement.id}-0`;
  const common = { template: undefined, ticker: undefined, expiresAtMs: undefined };
  store.outbox.record(newsOf(announcement), [
    { id, content: newsOf(announcement), destination: 'bot', rule: 'all', importance: 1, ...common },
  ]);
  const rest = { status: 200, detail: undefined, reason: undefined, notBeforeMs: 0, plain: false };
  store.outbox.settle([
    {
      deliveryKey: id,
      attempt: 1,
      startedMs: nowMs - HOUR / 2,
      durationMs: 1,
      outcome: '',
      state: 'delivered',
      ...rest,
    },
  ]);
  const timer = startRetention(store.outbox, HOUR, () => HOUR, clock);
  await clock.advance(HOUR / 4);
  expect(store.outbox.attemptsSince(0).get('bot')).toHaveLength(1);
  await clock.advance(HOUR / 2);
  expect(store.outbox.attemptsSince(0).size).toBe(0);
  timer.cancel();
  await store.close();
});
