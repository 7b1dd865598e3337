/** `Deliveries` off the loop: the thread answers, is bounded, can be given up, and is gone when nobody asks. */

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import { type OpenStore, openStore } from '../../src/outbox/store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { announcementAt, attemptOf, deliveriesOf, Folder } from '../support/outbox.ts';
import { given } from './conformance.ts';

const NOW_MS = Date.UTC(2026, 5, 1);

function filled(folder: Folder, clock = systemClock): OpenStore {
  const store = openStore(folder.file('bridge.db'), clock, () => expect.fail('nothing is replaced'));
  for (let ordinal = 0; ordinal < 5; ordinal++) {
    const announcement = announcementAt(ordinal, NOW_MS);
    store.outbox.record(newsOf(announcement), deliveriesOf(announcement, 'bot'));
  }
  return store;
}

const idsOf = (page: { deliveries: readonly { delivery: { id: string } }[] }) =>
  page.deliveries.map(({ delivery }) => delivery.id);

test('lists, finds, retries and discards on another thread; the lanes are told of a change', async () => {
  using folder = new Folder();
  const store = filled(folder);
  const { deliveries } = store;
  const all = given(await deliveries.list({ limit: 50 }));
  expect(idsOf(all)).toHaveLength(5);
  const [newest = ''] = idsOf(all);
  expect(given(await deliveries.find(newest))).toMatchObject([
    { delivery: { state: 'pending' }, attempts: [] },
  ]);
  expect(given(await deliveries.find('nobody'))).toEqual([]);

  expect(store.outbox.changedByOthers()).toBe(false);
  expect(given(await deliveries.discard([newest, 'nobody'], NOW_MS + 10))).toEqual([newest]);
  expect(store.outbox.changedByOthers()).toBe(true);
  expect(store.outbox.waiting().get('bot')?.deliveries).toBe(4);
  const again = { nowMs: NOW_MS + 20, maxAges: new Map([['bot', 60_000]]), isLate: false };
  expect(given(await deliveries.retry([newest], again))).toEqual([newest]);
  expect(store.outbox.waiting().get('bot')?.deliveries).toBe(5);
  await store.close();
});

test('a signal gives a question up, and a closed store answers no more: both are values, nothing throws', async () => {
  using folder = new Folder();
  const store = filled(folder);
  const { deliveries } = store;
  expect(await deliveries.list({ limit: 1 }, AbortSignal.abort())).toEqual({
    ok: false,
    message: 'cancelled',
  });
  const asked = new AbortController();
  const answer = deliveries.list({ limit: 1 }, asked.signal);
  asked.abort();
  expect(await answer).toEqual({ ok: false, message: 'cancelled' });
  const late = deliveries.list({ limit: 1 });
  await store.close();
  expect(await late).toEqual({ ok: false, message: 'the store could not be queried: the bridge stops' });
  expect(await deliveries.find('x')).toEqual({
    ok: false,
    message: 'the store could not be queried: the bridge stops',
  });
});

test('the thread ends when nobody has asked for a while, and starts again', async () => {
  using folder = new Folder();
  const clock = new FakeClock();
  const store = filled(folder, clock);
  expect(idsOf(given(await store.deliveries.list({ limit: 1 })))).toHaveLength(1);
  await clock.advance(60_000);
  expect(idsOf(given(await store.deliveries.list({ limit: 2 })))).toHaveLength(2);
  clock.forget();
  await store.close();
});

test('a file that is gone is said, with advice', async () => {
  using folder = new Folder();
  const store = openStore(folder.file('bridge.db'), systemClock, () => undefined);
  using elsewhere = new Folder();
  const other = openStore(elsewhere.file('bridge.db'), systemClock, () => undefined);
  elsewhere[Symbol.dispose]();
  expect(await other.deliveries.list({ limit: 1 })).toMatchObject({
    ok: false,
    message: expect.stringContaining('There is no store at'),
  });
  await store.close();
  await other.close();
});

test('a store is not mended while the thread has it open', async () => {
  using folder = new Folder();
  const store = filled(folder);
  const [delivery] = deliveriesOf(announcementAt(0, NOW_MS), 'bot');
  if (delivery === undefined) throw new Error('no delivery');
  const asked = store.deliveries.find(delivery.id);
  const fault = new Error('disk I/O error');
  expect(() => store.outbox.mend(fault)).toThrow(fault);
  await asked;
  expect(store.outbox.mend(fault)).toBe(false);
  store.outbox.settle([attemptOf(delivery)]);
  await store.close();
});

test('what is shipped has the thread with it, which keeps no process alive', async () => {
  using folder = new Folder();
  const store = filled(folder);
  await store.close();
  const thread = new URL('../../dist/deliveries-thread.js', import.meta.url);
  const script = `import { DeliveriesThread } from ${JSON.stringify(thread.href)};
    const clock = { after: () => ({ cancel() {} }) };
    const deliveries = new DeliveriesThread(${JSON.stringify(folder.file('bridge.db'))}, clock);
    const waiting = setInterval(() => undefined, 1000);
    const page = await deliveries.list({ limit: 2 });
    clearInterval(waiting);
    console.log(page.ok, page.value?.deliveries.length ?? page.message);`;
  writeFileSync(folder.file('ask.mjs'), script);
  const { stdout } = await promisify(execFile)(process.execPath, [folder.file('ask.mjs')]);
  expect(stdout).toBe('true 2\n');
});
