/** A rehearsed feed of each type: connected to a source in this process that knows no secret, and sends what is read as news. */
import { expect, test } from 'vitest';
import { decodeFrame } from '../../src/feeds/cryptolisting/frames.ts';
import { type FeedOptions, feedOptions, feedTypeOf } from '../../src/feeds/index.ts';
import type { News, Reading } from '../../src/feeds/news.ts';
import { compileReader } from '../../src/feeds/websocket/reader.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { Secret } from '../../src/platform/secret.ts';
import { openSource } from '../../src/rehearsal/source.ts';
import { Arrivals } from '../../src/simulator/arrivals.ts';
import { seededRandom } from '../support/seeded-random.ts';

const SECRET = 'k3y-0f-the-s0urce-99';

const READING: Reading = {
  ...{ type: 'announcement', test: false, title: 'ABC is listed', ticker: 'ABC, DEF', publisher: 'upbit' },
  ...{ listingType: 'spot_listing', publishTimestampUs: 1.7e15, detectedTimestampUs: 1.7e15 + 1000 },
  ...{ dispatchTimestampUs: 1.7e15 + 2000, abnormal: false, extra: {} },
};

const SERVICE = feedOptions.parse({ type: 'cryptolisting', url: 'wss://feed.invalid', apiKey: SECRET });

const sourceOf = (changes: object) =>
  feedOptions.parse({
    ...{ type: 'websocket', url: `wss://own.invalid/stream?key=${SECRET}`, hello: `login ${SECRET}` },
    headers: { 'X-Api-Key': SECRET },
    only: { kind: ['listing', 'delisting'], 'meta["a.b"][1].ok': 'true' },
    map: {
      publisher: { path: 'data.source', values: { UP: 'upbit' } },
      title: { path: 'data.items[0].title' },
      tickers: { path: 'data.items[0].coins' },
      listingType: { path: 'kind', values: { listing: 'spot_listing' } },
      publishedAt: { path: 'at.iso', unit: 'iso' },
      detectedAt: { path: 'at.ms', unit: 'ms' },
      dispatchedAt: { path: 'at.s', unit: 's' },
    },
    ...changes,
  });

const revealed = (options: FeedOptions) =>
  JSON.stringify(options, function (this: Record<string, unknown>, key) {
    const value = this[key];
    return value instanceof Secret ? value.reveal() : value;
  });

test.each([['cryptolisting', SERVICE] as const, ['websocket', sourceOf({})] as const])(
  '%s: what it sends comes out as news, and no secret goes to it',
  async (_, options) => {
    expect(revealed(options)).toContain(SECRET);
    const { options: rehearsed } = feedTypeOf(options).rehearsed(options, 'ws://127.0.0.1:9/abcdefgh');
    expect(revealed(rehearsed as FeedOptions)).not.toContain(SECRET);

    const arrived = new Arrivals<News>('news');
    const deps = { clock: systemClock, random: seededRandom(1), redact: (text: string) => text };
    const failed = () => undefined;
    const source = await openSource(options, {
      ...deps,
      news: (one) => arrived.add(one),
      readEnds: failed,
      failed,
    });
    try {
      expect(source.send(READING)).toBe(true);
      const [news] = await arrived.waitFor(1);
      expect(news).toMatchObject({
        ...{ feed: options.name, publisher: 'upbit', listingType: 'spot_listing', title: 'ABC is listed' },
        ...{ tickers: ['ABC', 'DEF'], publishTimestampUs: 1.7e15, detectedTimestampUs: 1.7e15 + 1000 },
        ...{ dispatchTimestampUs: 1.7e15 + 2000, abnormal: false, redacted: false, test: false },
      });
    } finally {
      await source.close();
    }
    expect(source.send(READING), 'after the end').toBe(false);
  },
);

test('an announcement that the source could not write so that it is read as one is not sent', () => {
  const options = sourceOf({ only: { kind: { matches: '^never$' } } });
  const { frame } = feedTypeOf(options).rehearsed(options, 'ws://127.0.0.1:9/');
  expect(frame(READING)).toBeUndefined();
});

test('a frame reads back as it was told, by either reader', () => {
  const frameOf = (options: FeedOptions) =>
    feedTypeOf(options).rehearsed(options, 'ws://127.0.0.1:9/').frame(READING) ?? '';
  expect(decodeFrame(frameOf(SERVICE))).toEqual({ kind: 'announcement', ...READING });
  const own = sourceOf({});
  if (own.type !== 'websocket') throw new Error('another type');
  expect(compileReader(own.map, own.only)(frameOf(own))).toMatchObject({
    kind: 'announcement',
    unread: [],
    reading: { ...READING, extra: {}, abnormal: false },
  });
});
