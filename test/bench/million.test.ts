/** The store of a million announcements, in small; and that every page and endpoint is asked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { filtersOf, questionsTo } from '../../bench/scenarios/million-questions.ts';
import { knownOf } from '../../bench/store/known.ts';
import { millionStore } from '../../bench/store/million.ts';
import { FileDeliveries } from '../../src/outbox/file-deliveries.ts';
import { ENDPOINTS } from '../../src/web/api/endpoints.ts';

const KNOWN = {
  ...{ announcements: ['old', 'new'], deliveries: ['first', 'last'] },
  deep: { announcement: 'middle', delivery: 'middle-0' },
};

test('old news has about two deliveries each, with attempts and traces, under the names that people know', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-million-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = millionStore(join(folder, 'store.db'), 200);
  const deliveries = new FileDeliveries(path);
  const known = knownOf(path);
  for (const id of known.deliveries) {
    const found = await deliveries.find(id);
    expect(found).toMatchObject({ ok: true, value: [{ delivery: { delivery: { id } } }] });
  }
  const counts: number[] = [];
  for (const id of known.announcements) {
    const found = await deliveries.decision(id);
    if (!found.ok || found.value?.trace === undefined) throw new Error('no trace');
    counts.push(found.value.deliveries.length);
    for (const { attempts } of found.value.deliveries) expect(attempts.length).toBeGreaterThan(0);
  }
  expect(Math.max(...counts)).toBeGreaterThan(1);
  // It is there already.
  expect(millionStore(path, 1)).toBe(path);
});

test('every endpoint and every page is asked, by each of its ids and each key of its query', () => {
  const asked = questionsTo(KNOWN).map(({ method, path }) => `${method} ${path}`);
  for (const { method, path, query } of ENDPOINTS) {
    const begin = `${method.toUpperCase()} ${path.replace(/\{id\}.*/, '')}`;
    if (path !== '/-/reload') expect(asked.filter((one) => one.startsWith(begin))).not.toEqual([]);
    for (const key of Object.keys(query?.shape ?? {}))
      expect(asked.filter((one) => one.startsWith(begin) && one.includes(`?${key}=`))).not.toEqual([]);
  }
  for (const page of ['/', '/metrics', '/announcements/old', '/deliveries/last', '/rules', '/config'])
    expect(asked).toContain(`GET ${page}`);
  expect(asked.filter((path) => path.includes(':') || path.includes('{'))).toEqual([]);
});

test('the fields of a form are filters of their page; one that nobody knows stops the run by name', () => {
  const page = (name: string) =>
    `<form class="f"><select name="s"><option value="">any</option><option value="a">A</option></select><input name="${name}"></form><form method="post"><input name="x"></form>`;
  expect(filtersOf('/deliveries', page('rule'), KNOWN).map(({ path }) => path)).toEqual([
    '/deliveries?s=a',
    '/deliveries?rule=orders',
    '/deliveries?rule=sub-7',
    '/deliveries?rule=no+such+rule',
  ]);
  expect(() => filtersOf('/deliveries', page('colour'), KNOWN)).toThrow(
    'which values of colour is /deliveries asked with?',
  );
});
