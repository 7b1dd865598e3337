/** The entries that are kept while the store is broken: bounded, and the least needed go first. */
import { expect, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import { type Entry, Kept } from '../../src/outbox/kept.ts';
import { newsIn } from '../support/contents.ts';
import { announcementAt, attemptOf, deliveriesOf } from '../support/outbox.ts';

const recordOf = (ordinal: number, ...destinations: readonly string[]) => {
  const announcement = announcementAt(ordinal, 0);
  return { content: newsOf(announcement), deliveries: deliveriesOf(announcement, ...destinations) };
};

function entriesOf(kept: Kept): Entry[] {
  const entries: Entry[] = [];
  kept.writeOut((entry) => entries.push(entry) > 0);
  return entries;
}

const titlesOf = (entries: readonly Entry[]) =>
  entries.flatMap((entry) => ('content' in entry ? newsIn(entry).title : []));
const attemptsOf = (entries: readonly Entry[]) =>
  entries.flatMap((entry) => ('attempts' in entry ? entry.attempts : []));

test('first the earlier attempts of each delivery go; its latest stays, and so does everything else', () => {
  const kept = new Kept(20);
  const record = recordOf(0, 'bot', 'chat');
  const [bot, chat] = record.deliveries;
  if (bot === undefined || chat === undefined) throw new Error('two deliveries');
  kept.add(record);
  for (let attempt = 1; attempt <= 18; attempt++)
    kept.add({ attempts: [attemptOf(bot, { attempt, state: 'pending', outcome: 'retry server_error' })] });
  kept.add({ attempts: [attemptOf(chat)] });
  const entries = entriesOf(kept);
  expect(titlesOf(entries)).toEqual(['announcement 0']);
  expect(attemptsOf(entries).map(({ deliveryKey, attempt }) => [deliveryKey, attempt])).toEqual([
    [bot.id, 18],
    [chat.id, 1],
  ]);
  expect(kept.takeDropped()).toEqual({ attempts: 17, ended: 0, owed: 0 });
  expect(kept.takeDropped()).toEqual({ attempts: 0, ended: 0, owed: 0 });
});

test('then what has ended, oldest first; what is owed stays', () => {
  const kept = new Kept(30);
  for (let ordinal = 0; ordinal < 11; ordinal++) {
    const record = recordOf(ordinal, 'bot');
    kept.add(record);
    // Every other one has arrived.
    if (ordinal % 2 === 0) kept.add({ attempts: record.deliveries.map((delivery) => attemptOf(delivery)) });
  }
  const late = recordOf(11, 'bot', 'chat', 'vip');
  kept.add(late);
  const entries = entriesOf(kept);
  const titles = titlesOf(entries);
  for (const ordinal of [1, 3, 5, 7, 9, 11]) expect(titles).toContain(`announcement ${ordinal}`);
  expect(titles).not.toContain('announcement 0');
  expect(kept.takeDropped()).toEqual({ attempts: 0, ended: 12 - titles.length, owed: 0 });
  // No entry remains of a delivery whose announcement went.
  const left = new Set(
    entries.flatMap((entry) => ('deliveries' in entry ? entry.deliveries : [])).map(({ id }) => id),
  );
  for (const { deliveryKey } of attemptsOf(entries)) expect(left).toContain(deliveryKey);
});

test('only when nothing else is left, the oldest of what is owed', () => {
  const kept = new Kept(20);
  for (let ordinal = 0; ordinal < 11; ordinal++) kept.add(recordOf(ordinal, 'bot'));
  const titles = titlesOf(entriesOf(kept));
  expect(titles.at(-1)).toBe('announcement 10');
  expect(titles).toEqual([...titles].sort((a, b) => Number(a.split(' ')[1]) - Number(b.split(' ')[1])));
  expect(kept.takeDropped()).toEqual({ attempts: 0, ended: 0, owed: 11 - titles.length });
});

test('the size stays bounded whatever comes, and each clearing is far from the next', () => {
  const kept = new Kept(1000);
  let clearings = 0;
  let before = 0;
  for (let ordinal = 0; ordinal < 5000; ordinal++) {
    const record = recordOf(ordinal, 'bot', 'chat');
    kept.add(record);
    kept.add({ attempts: record.deliveries.map((delivery) => attemptOf(delivery)) });
    kept.add({ pause: { key: 'bot', untilMs: ordinal } });
    if (kept.size < before) clearings++;
    before = kept.size;
    expect(kept.size).toBeLessThanOrEqual(1000);
  }
  expect(clearings).toBeLessThan(5000 / 20);
  const pauses = entriesOf(kept).filter((entry) => 'pause' in entry);
  expect(pauses.at(-1)).toEqual({ pause: { key: 'bot', untilMs: 4999 } });
});

test('attempts of what was written before the fault are bounded too', () => {
  const kept = new Kept(100);
  for (let ordinal = 0; ordinal < 1000; ordinal++) {
    const [delivery] = recordOf(ordinal, 'bot').deliveries;
    if (delivery !== undefined) kept.add({ attempts: [attemptOf(delivery)] });
  }
  expect(attemptsOf(entriesOf(kept)).length).toBeLessThanOrEqual(100);
});

test('written out in order; a failure costs none, and a pause in between neither', () => {
  const kept = new Kept();
  for (let ordinal = 0; ordinal < 5; ordinal++) kept.add(recordOf(ordinal));
  const written: Entry[] = [];
  expect(() =>
    kept.writeOut((entry) => {
      if (written.length === 2) throw new Error('full');
      return written.push(entry) > 0;
    }),
  ).toThrow('full');
  kept.writeOut((entry) => written.push(entry) < 4);
  expect(kept.size).toBe(1);
  kept.writeOut((entry) => written.push(entry) > 0);
  expect(titlesOf(written)).toEqual([0, 1, 2, 3, 4].map((ordinal) => `announcement ${ordinal}`));
});
