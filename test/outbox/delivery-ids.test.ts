/** The parts of a delivery's name, and those that are none. */
import { expect, test } from 'vitest';
import { identityOf } from '../../src/announcement.ts';
import { DeliveryIds, occurrenceOf } from '../../src/outbox/delivery-ids.ts';
import { announcementAt } from '../support/outbox.ts';

const HOUR_MS = 3_600_000;
const NOON_MS = Date.UTC(2026, 10, 25, 12);

type Changes = Partial<ReturnType<typeof announcementAt>>;

/** Detected at `atMs`, and read some milliseconds after that. */
function copy(atMs: number, changes: Changes = {}) {
  const announcement = announcementAt(0, atMs + 40);
  return { ...announcement, title: 'ABC is listed', detectedTimestampUs: atMs * 1000, ...changes };
}

const occurrence = (announcement: ReturnType<typeof copy>, windowMs = HOUR_MS) =>
  occurrenceOf(announcement, identityOf(announcement), windowMs);

const first = occurrence(copy(NOON_MS));

test('an announcement is named alike whoever reads it: by another feed, later, written in another way', () => {
  const others: Changes[] = [
    {
      id: '01zzzzzzzz000000',
      feed: 'two',
      receivedMs: NOON_MS + 900,
      receivedTimestampUs: (NOON_MS + 900) * 1000,
    },
    { detectedTimestampUs: (NOON_MS - 1800) * 1000, dispatchTimestampUs: 1 },
    { title: 'ＡＢＣ  is listed\u200b', publisher: 'UPBIT', tickers: ['abc'] },
  ];
  for (const changes of others) expect(occurrence(copy(NOON_MS, changes))).toBe(first);
});

test('other words, and the same words after the dedupe window, are another one', () => {
  const others = [
    copy(NOON_MS, { title: 'ABC is delisted' }),
    copy(NOON_MS, { tickers: ['ABC', 'DEF'] }),
    copy(NOON_MS, { redacted: true }),
    copy(NOON_MS, { test: true }),
    copy(NOON_MS + HOUR_MS),
    copy(NOON_MS + 24 * HOUR_MS),
  ];
  expect(new Set([first, ...others.map((one) => occurrence(one))]).size).toBe(others.length + 1);
});

test('each self-test is another one', () => {
  const at = (ms: number) => occurrence(copy(ms, { test: true }));
  expect(at(NOON_MS)).not.toBe(at(NOON_MS + 1));
});

test('on the hour and on the half hour, when exchanges announce, no window of an hour begins', () => {
  for (let minutes = 0; minutes <= 24 * 60; minutes += 30) {
    const atMs = NOON_MS + minutes * 60_000;
    expect(occurrence(copy(atMs - 2000))).toBe(occurrence(copy(atMs + 2000)));
  }
});

test('whatever the window, the same words that long after the first are another one', () => {
  for (const windowMs of [1, 1000, 60_000, HOUR_MS, 30 * 24 * HOUR_MS])
    for (let n = 0; n < 50; n++) {
      const atMs = NOON_MS + n * 7_654_321;
      expect(occurrence(copy(atMs + windowMs), windowMs)).not.toBe(occurrence(copy(atMs), windowMs));
    }
});

test('without a window each copy is one of its own', () => {
  expect(occurrence(copy(NOON_MS, { id: 'a' }), 0)).not.toBe(occurrence(copy(NOON_MS, { id: 'b' }), 0));
});

test('a name says only what a header may say, and roughly sorts by time', () => {
  const ids = new DeliveryIds(first);
  expect(ids.of('bot', undefined)).toMatch(/^[0-9a-z]{18}-[0-9a-z]{10}$/);
  expect(ids.of('봇', 'PEPE')).toMatch(/^[0-9a-z]{18}-[0-9a-z]{10}-[0-9a-z]{8}$/);
  expect(occurrence(copy(NOON_MS + 2 * HOUR_MS)) > first).toBe(true);
  // Of the other form: by an earlier version, and alerts.
  expect(first > announcementAt(0, NOON_MS - HOUR_MS * 2).id).toBe(true);
});

test('a destination and a ticker make each name another one; the ticker however it is written', () => {
  const ids = () => new DeliveryIds(first);
  const pairs = ['bot', 'chat', 'bot-2'].flatMap((name) =>
    [undefined, 'ABC', 'DEF'].map((ticker) => [name, ticker] as const),
  );
  const all = ids();
  expect(new Set(pairs.map(([name, ticker]) => all.of(name, ticker))).size).toBe(pairs.length);
  expect(ids().of('bot', 'abc')).toBe(ids().of('bot', 'ＡＢＣ'));
  expect(ids().of('bot', 'DEF')).toBe(all.of('bot', 'DEF'));
});

test('two tickers of one announcement that fold to the same are two deliveries', () => {
  const ids = new DeliveryIds(first);
  const both = [ids.of('bot', 'ABC'), ids.of('bot', 'abc')];
  expect(new Set(both).size).toBe(2);
  expect([ids.of('bot', 'ABC'), ids.of('bot', 'abc')]).toEqual(both);
});

test('a thousand tickers and ten thousand destinations are told apart', () => {
  const ids = new DeliveryIds(first);
  const tickers = Array.from({ length: 1000 }, (_, n) => ids.of('bot', `T${n}`));
  const destinations = Array.from({ length: 10_000 }, (_, n) => ids.of(`bot-${n}`, undefined));
  expect(new Set([...tickers, ...destinations]).size).toBe(11_000);
});

test('the names are these for ever: a store and a receiver remember them', () => {
  const ids = new DeliveryIds(first);
  expect([ids.of('bot', undefined), ids.of('bot', 'ABC')]).toMatchInlineSnapshot(`
    [
      "01m89877j1vg5n2zm5-knt96ayvdw",
      "01m89877j1vg5n2zm5-knt96ayvdw-q9w1dfwf",
    ]
  `);
});
