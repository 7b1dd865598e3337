/** `export`: every row once, in a form that programs and spreadsheets can take, without secrets. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import { exportLook } from '../../src/outbox/export-rows.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import { openStore } from '../../src/outbox/store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { csvRecord } from '../../src/platform/csv.ts';
import { EXPORT_COLUMNS } from '../../src/web/export/columns.ts';
import { runCommandLine } from '../support/command.ts';
import { announcementAt, attemptOf, deliveriesOf } from '../support/outbox.ts';

const SECRET = 'hunter2-hunter2-hunter2';
const CONFIG = `
feeds: [{ name: tokyo, url: "ws://127.0.0.1:1", apiKey: "k" }]
destinations:
  bot: { type: webhook, url: "http://127.0.0.1:1/bot", headers: { authorization: "\${TOKEN}" } }
rules: [{ name: all, match: {}, send: [bot] }]
store: { path: ./bridge.db }
`;
const BASE_MS = Date.UTC(2026, 5, 1);

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'export-'));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  writeFileSync(join(folder, 'config.yaml'), CONFIG);
});

const run = (args: readonly string[], more: Parameters<typeof runCommandLine>[1] = {}) =>
  runCommandLine(['export', ...args, '-c', join(folder, 'config.yaml')], { env: { TOKEN: SECRET }, ...more });

async function storeWith(...titles: readonly string[]): Promise<void> {
  const store = openStore(join(folder, 'bridge.db'), systemClock, () => undefined);
  for (const [ordinal, title] of titles.entries()) {
    const announcement = { ...announcementAt(ordinal, BASE_MS), title };
    const deliveries = deliveriesOf(announcement, 'bot', 'chat');
    store.outbox.record(newsOf(announcement), deliveries);
    store.outbox.settle(
      deliveries.map((delivery) =>
        attemptOf(delivery, { detail: `no access with ${SECRET}`, state: 'dead', reason: 'unauthorized' }),
      ),
    );
  }
  await store.close();
}

/** By RFC 4180, and nothing else: throws on what is no CSV. */
function csvIn(text: string): string[][] {
  const records: string[][] = [];
  let at = 0;
  while (at < text.length) {
    const record: string[] = [];
    for (;;) {
      const [field = '', quoted] = /"((?:[^"]|"")*)"|[^",\r\n]*/y[Symbol.match](text.slice(at)) ?? [];
      record.push(quoted === undefined ? field : quoted.replaceAll('""', '"'));
      at += field.length;
      if (text[at] === ',') at++;
      else if (text.startsWith('\r\n', at)) break;
      else throw new Error(`no CSV at ${at}: ${text.slice(at, at + 20)}`);
    }
    at += 2;
    records.push(record);
  }
  return records;
}

const TITLES = [
  '에이비씨(ABC) 🚀 "quoted", and more',
  '=HYPERLINK("http://evil","x")',
  ' +1+1',
  '@SUM(A1)\tx',
  '-2+3',
  'two\nlines\r\n\u001b[31m',
  '＝1',
];

test('JSON Lines: a record a line, the oldest first, every column of the documents', async () => {
  await storeWith(...TITLES);
  for (const what of ['announcements', 'deliveries', 'attempts'] as const) {
    const { exitCode, out, err } = await run(['--what', what]);
    expect([exitCode, err]).toEqual([0, '']);
    const records = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records).toHaveLength(what === 'announcements' ? TITLES.length : 2 * TITLES.length);
    const titles = records.map(({ title }) => title);
    expect(what === 'announcements' ? titles : titles.filter((_, at) => at % 2 === 0)).toEqual(TITLES);
    const known = EXPORT_COLUMNS[what];
    for (const record of records) expect(known).toEqual(expect.arrayContaining(Object.keys(record)));
    expect(records[0]?.['receivedAt']).toBe('2026-06-01T00:00:00.000Z');
    const documented = readFileSync(new URL('../../docs/history.md', import.meta.url), 'utf8');
    expect(documented).toContain(known.map((name) => `\`${name}\``).join(', '));
  }
});

test('CSV: RFC 4180, no cell is a formula or a command to a terminal', async () => {
  await storeWith(...TITLES);
  const { out } = await run(['--format', 'csv', '--what', 'announcements']);
  const [head, ...records] = csvIn(out);
  expect(head).toEqual(EXPORT_COLUMNS.announcements);
  const titles = records.map((record) => record[EXPORT_COLUMNS.announcements.indexOf('title')] ?? '');
  expect(titles).toHaveLength(TITLES.length);
  expect(titles[0]).toBe(TITLES[0]);
  for (const title of titles.slice(1, 5)) expect(title).toMatch(/^'/);
  expect(titles[6]).toBe("'＝1");
  expect(out).not.toContain('\u001b');
  expect(csvRecord(['a', -1.5, true, undefined, 'b"c', '-1', '\t=1'])).toBe(
    'a,-1.5,true,,"b""c",\'-1,\'␉=1\r\n',
  );
});

test('no secret of the config is in it, also where a receiver quotes it', async () => {
  await storeWith('one');
  for (const format of ['jsonl', 'csv']) {
    const { out } = await run(['--what', 'attempts', '--format', format]);
    expect(out).toContain('no access with <redacted>');
    expect(out).not.toContain('hunter2');
  }
});

test('narrowed as the list of deliveries is', async () => {
  await storeWith('one', 'two');
  const linesOf = async (...args: readonly string[]) =>
    (await run(args)).out.split('\n').filter((line) => line !== '').length;
  expect(await linesOf('--destination', 'bot')).toBe(2);
  expect(await linesOf('--title', 'TWO', '--state', 'dead', '--what', 'attempts')).toBe(2);
  expect(await linesOf('--since', '2026-06-01T00:00:00.001Z', '--what', 'announcements')).toBe(1);
  expect(await linesOf('--until', '2026-06-01T00:00:00.001Z')).toBe(2);
  expect(await linesOf('--announcement', announcementAt(0, BASE_MS).id)).toBe(2);
  expect(await linesOf('--announcement', announcementAt(0, BASE_MS).id, '--what', 'announcements')).toBe(1);
  expect(await linesOf('--matched', 'false', '--what', 'announcements')).toBe(0);
  expect(await run(['--rule', 'al'])).toMatchObject({
    exitCode: 0,
    err: expect.stringContaining('did you mean "all"?'),
  });
});

test.each([
  [['--format', 'xml'], 'Allowed choices are jsonl, csv'],
  [['--what', 'rows'], 'Allowed choices are announcements, deliveries, attempts'],
  [['--what', 'announcements', '--state', 'dead'], '--state narrows deliveries'],
  [['--matched', 'true'], '--matched narrows announcements'],
])('%j is wrong usage', async (args, words) => {
  await storeWith('one');
  expect(await run(args)).toMatchObject({ exitCode: 2, out: '', err: expect.stringContaining(words) });
});

test('a file is put in its place when it is whole; interrupted, the one before stays', async () => {
  await storeWith('one', 'two');
  const output = join(folder, 'rows.csv');
  const done = await run(['--format', 'csv', '--output', output]);
  expect(done).toMatchObject({ exitCode: 0, out: `4 deliveries written to ${output}` });
  const before = readFileSync(output, 'utf8');
  expect(csvIn(before)).toHaveLength(5);
  const cut = await run(['--format', 'jsonl', '--output', output], { signal: AbortSignal.abort() });
  expect(cut).toMatchObject({ exitCode: 1, err: expect.stringContaining('[interrupted]') });
  expect(readFileSync(output, 'utf8')).toBe(before);
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  expect(await run(['--output', join(folder, 'no', 'rows')])).toMatchObject({ exitCode: 1, out: '' });
  expect(await run(['--output', folder])).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('is no file'),
  });
});

test('look after look, of any size, every row comes once and in order', () => {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  const outbox = new SqliteOutbox(database);
  const all = Array.from({ length: 25 }, (_, ordinal) => announcementAt(ordinal, BASE_MS));
  for (const announcement of all) {
    const deliveries = deliveriesOf(announcement, 'bot', 'chat');
    outbox.record(newsOf(announcement), deliveries);
    outbox.settle(deliveries.map((delivery) => attemptOf(delivery)));
  }
  for (const what of ['announcements', 'deliveries', 'attempts'] as const)
    for (const size of [1, 2, 7, 100]) {
      const ids: string[] = [];
      let looks = 0;
      for (let after: string | undefined, isMore = true; isMore && looks < 200; looks++) {
        const { rows, next } = exportLook(database, { what, filter: {}, after }, size);
        expect(rows.length).toBeLessThanOrEqual(size);
        ids.push(
          ...rows.map((row) => ('announcement' in row ? row.announcement.id : row.delivery.delivery.id)),
        );
        after = next;
        isMore = after !== undefined;
      }
      const wanted =
        what === 'announcements' ? all.map(({ id }) => id) : all.flatMap(({ id }) => [`${id}-0`, `${id}-1`]);
      expect([what, size, ids]).toEqual([what, size, wanted]);
    }
});

test('a row that cannot be read is passed over, and the others come', () => {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  const outbox = new SqliteOutbox(database);
  for (let ordinal = 0; ordinal < 3; ordinal++) {
    const announcement = announcementAt(ordinal, BASE_MS);
    outbox.record(newsOf(announcement), deliveriesOf(announcement, 'bot'));
  }
  const second = announcementAt(1, BASE_MS).id;
  database.prepare("UPDATE announcements SET body = '{' WHERE id = ?").run(second);
  for (const what of ['announcements', 'deliveries'] as const)
    expect(exportLook(database, { what, filter: {} }).rows).toHaveLength(2);
});
