/** The order in which announcements that one read of the socket brought are handed over. */
import { expect, test } from 'vitest';
import { Dedupe } from '../src/dedupe.ts';
import type { News } from '../src/feeds/news.ts';
import { Intake } from '../src/intake.ts';
import { createIds } from '../src/outbox/ids.ts';
import { newsIn } from './support/contents.ts';

const LATER = [
  ['when the end of the read is told', true],
  ['in a microtask where nobody tells it', false],
] as const;

test.each(LATER)(
  'regression: a notice that was read before a listing, but with it, does not take its place (%s)',
  async (_, isTold) => {
    const pushed: string[] = [];
    const onRecord: number[] = [];
    const quiet = () => undefined;
    const received: string[] = [];
    const intake = new Intake(
      {
        ids: createIds(() => 0.5),
        nextTurn: queueMicrotask,
        dedupe: new Dedupe(60_000),
        journal: { recordAll: (all) => void onRecord.push(all.length), settle: quiet },
        events: { received: ({ title }) => void received.push(title), duplicate: quiet, skipped: quiet },
      },
      {
        router: {
          route: () => ({
            rules: ['all'],
            matches: [{ rule: 'all', destination: 'bot', template: undefined, tickers: [] }],
          }),
          explain: () => [],
          explaining: () => [],
        },
        targets: new Map([
          [
            'bot',
            {
              takesOrders: true,
              forEachTicker: false,
              maxAgeMs: false,
              push: (delivery) => void pushed.push(newsIn(delivery).title),
            },
          ],
        ]),
      },
    );
    const news = (title: string, listingType: string) =>
      ({ ...receipt, title, listingType, publisher: 'upbit', tickers: [], extra: {} }) as unknown as News;
    const receipt = { feed: 'one', receivedMs: 1, receivedTimestampUs: 1, ageAtReceiptMs: 0 };
    for (const [title, type] of [
      ['notice', 'not_listing'],
      ['listing', 'spot_listing'],
      ['another notice', 'not_listing'],
      ['another listing', 'futures_listing'],
    ] as const)
      intake.take(news(title, type));
    expect(pushed).toEqual([]);
    if (isTold) {
      intake.handOver();
      expect(pushed, 'within the call').toHaveLength(4);
      expect(onRecord, 'together').toEqual([4]);
    }
    await Promise.resolve();
    expect(onRecord, 'once').toEqual([4]);
    expect(pushed).toEqual(['listing', 'another listing', 'notice', 'another notice']);
    expect(received, 'on record as they came').toEqual([
      'notice',
      'listing',
      'another notice',
      'another listing',
    ]);
  },
);

test('regression: the first of thousands of deliveries does not wait for the last, and all are on record before it', () => {
  const pushed: string[] = [];
  const turns: (() => void)[] = [];
  const read: unknown[] = [];
  let recorded = 0;
  const quiet = () => undefined;
  const names = Array.from({ length: 3000 }, (_, n) => `bot-${n}`);
  const intake = new Intake(
    {
      ids: createIds(() => 0.5),
      dedupe: new Dedupe(60_000),
      journal: {
        recordAll: (all) => {
          recorded += all.reduce((sum, { deliveries }) => sum + deliveries.length, 0);
        },
        settle: quiet,
      },
      nextTurn: (callback) => void turns.push(callback),
      events: { received: quiet, duplicate: quiet, skipped: quiet },
      read: (all) => void read.push([all.map(({ content }) => content.announcement.title), pushed.length]),
    },
    {
      router: {
        route: () => ({
          rules: ['all'],
          matches: names.map((destination) => ({
            rule: 'all',
            destination,
            template: undefined,
            tickers: [],
          })),
        }),
        explain: () => [],
        explaining: () => [],
      },
      targets: new Map(
        names.map((name) => [
          name,
          {
            takesOrders: true,
            forEachTicker: false,
            maxAgeMs: false as const,
            push: () => void pushed.push(name),
          },
        ]),
      ) as unknown as Intake['routes']['targets'],
    },
  );
  const news = {
    title: 'wide',
    listingType: 'spot_listing',
    publisher: 'upbit',
    tickers: [],
    extra: {},
  };
  const receipt = { feed: 'one', receivedMs: 1, receivedTimestampUs: 1, ageAtReceiptMs: 0 };
  intake.take({ ...news, ...receipt } as unknown as News);
  return Promise.resolve().then(() => {
    expect(recorded).toBe(3000);
    expect(pushed.length).toBeGreaterThan(0);
    expect(pushed.length).toBeLessThanOrEqual(128);
    expect(read).toEqual([]);
    for (let next = turns.shift(); next !== undefined; next = turns.shift()) next();
    expect(pushed).toEqual(names);
    // Others hear of it once the first have left, not when all have.
    expect(read).toEqual([[['wide'], 128]]);
  });
});

test('news that is held back at its receipt is on record with what held it, and not handed over', () => {
  const settled: unknown[] = [];
  const quiet = () => undefined;
  const mute = { id: 7, kind: 'ticker', name: 'ABC', sinceMs: 0, untilMs: 9, reason: 'a scam' };
  const push = () => expect.fail('handed over');
  const target = { takesOrders: true, forEachTicker: true, maxAgeMs: false, push } as const;
  const intake = new Intake(
    {
      ...{ ids: createIds(() => 0.5), nextTurn: queueMicrotask, dedupe: new Dedupe(60_000) },
      journal: { recordAll: quiet, settle: (attempt) => void settled.push(attempt) },
      events: { received: quiet, duplicate: quiet, skipped: quiet },
      brakes: { areOn: true, hold: () => ({ reason: 'muted', detail: 'in words', heldBy: mute }) },
    },
    {
      router: {
        route: () => ({
          rules: ['all'],
          matches: [{ rule: 'all', destination: 'bot', template: undefined, tickers: ['ABC'] }],
        }),
        explain: () => [],
        explaining: () => [],
      },
      targets: new Map([['bot', target]]),
    },
  );
  intake.accept({
    ...{ feed: 'one', receivedMs: 1, receivedTimestampUs: 1, ageAtReceiptMs: 0, title: 'ABC' },
    ...{ listingType: 'spot_listing', publisher: 'upbit', tickers: ['ABC'], extra: {} },
  } as unknown as News);
  expect(settled).toMatchObject([{ state: 'skipped', reason: 'muted', attempt: 0, heldBy: mute }]);
});
