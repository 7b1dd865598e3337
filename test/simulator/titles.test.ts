/** The curated titles cover what is real; files are read with errors that say where; playback keeps its rate. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LISTING_TYPES, PUBLISHERS } from '../../src/announcement.ts';
import { startFeedServer } from '../../src/simulator/feed-server.ts';
import { play } from '../../src/simulator/playback.ts';
import { CURATED_TITLES, parseTitles, readTitles } from '../../src/simulator/titles.ts';
import { ManualClock } from './clock.ts';

test('the curated set covers every listing type, every exchange and the odd tickers', () => {
  expect(new Set(CURATED_TITLES.map(({ listingType }) => listingType))).toEqual(new Set(LISTING_TYPES));
  expect(new Set(CURATED_TITLES.map(({ publisher }) => publisher))).toEqual(new Set(PUBLISHERS));
  const tickers = new Set(CURATED_TITLES.flatMap(({ ticker }) => ticker.split(',')));
  for (const odd of ['', 'D', 'M', 'H', '1INCH', '1000SATS', '1000000MOG', 'BNB Card', 'USD1'])
    expect(tickers, `"${odd}"`).toContain(odd);
  expect(CURATED_TITLES.some(({ title }) => /[가-힣]/.test(title))).toBe(true);
  expect(Math.max(...CURATED_TITLES.map(({ title }) => title.length))).toBeGreaterThan(170);
  expect(new Set(CURATED_TITLES.map((title) => JSON.stringify(title))).size).toBe(CURATED_TITLES.length);
});

test('both shapes of row are read, with blank lines between', () => {
  const content = [
    '\uFEFF{"exchange":"Upbit","title":"T","tickers":["A","B C"],"listingType":"spot_listing","date":"2026"}',
    '',
    '{"publisher":"okx","title":"U","ticker":"X,Y","listingType":"new_type"}\r',
    '{"publisher":"okx","title":"V","listingType":"not_listing"}',
  ].join('\n');
  expect(parseTitles(content, 'a.jsonl')).toEqual([
    { publisher: 'upbit', listingType: 'spot_listing', ticker: 'A,B C', title: 'T' },
    { publisher: 'okx', listingType: 'new_type', ticker: 'X,Y', title: 'U' },
    { publisher: 'okx', listingType: 'not_listing', ticker: '', title: 'V' },
  ]);
});

test.each([
  ['{"publisher":', 'a.jsonl:2: is not JSON; write one object a line'],
  ['["upbit"]', 'a.jsonl:2: must be an object'],
  ['{"publisher":"upbit","listingType":"x"}', 'a.jsonl:2: title is missing'],
  ['{"publisher":7,"title":"T","listingType":"x"}', 'a.jsonl:2: publisher must be non-empty text'],
  ['{"publisher":"upbit","title":"T"}', 'a.jsonl:2: listingType is missing'],
  ['{"publisher":"upbit","title":"T","listingType":"x","ticker":5}', 'a.jsonl:2: ticker must be text'],
])('a broken row %s says which line and what to do', (row, message) => {
  const good = '{"publisher":"upbit","title":"T","listingType":"x"}';
  expect(() => parseTitles(`${good}\n${row}\n`, 'a.jsonl')).toThrow(message);
});

test('a file that is missing, a folder or empty is a clear problem', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'titles-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'a.jsonl');
  await expect(readTitles(file)).rejects.toThrow(`${file}: no such file`);
  await expect(readTitles(folder)).rejects.toThrow('cannot be read (EISDIR)');
  await writeFile(file, '\n');
  await expect(readTitles(file)).rejects.toThrow('has no rows');
});

test('playback announces at its rate, numbers later rounds, and stops on abort', async () => {
  const clock = new ManualClock();
  const server = await startFeedServer({ clock });
  onTestFinished(() => server.close());
  const stop = new AbortController();
  const titles = CURATED_TITLES.slice(0, 3);
  const playing = play(server, titles, {
    ratePerMinute: 60,
    order: 'given',
    signal: stop.signal,
    clock,
    random: () => 0.5,
  });
  expect(server.announced.all).toHaveLength(1);
  await clock.advance(999);
  expect(server.announced.all).toHaveLength(1);
  await clock.advance(3001);
  stop.abort();
  expect(await playing).toBe(5);
  expect(server.announced.all.map(({ frame }) => frame.title)).toEqual([
    ...titles.map(({ title }) => title),
    `${titles[0]?.title} [2]`,
    `${titles[1]?.title} [2]`,
  ]);
});

test('a shuffled round holds every title once, and `count` ends it', async () => {
  const clock = new ManualClock();
  const server = await startFeedServer({ clock });
  onTestFinished(() => server.close());
  let draw = 0;
  const random = () => (draw++ * 0.37) % 1;
  const playing = play(server, CURATED_TITLES, {
    ratePerMinute: 6000,
    count: CURATED_TITLES.length,
    signal: new AbortController().signal,
    clock,
    random,
  });
  await clock.advance(60_000);
  expect(await playing).toBe(CURATED_TITLES.length);
  const announced = server.announced.all.map(({ frame }) => frame.title);
  expect(announced).not.toEqual(CURATED_TITLES.map(({ title }) => title));
  expect(announced.toSorted()).toEqual(CURATED_TITLES.map(({ title }) => title).toSorted());
});
