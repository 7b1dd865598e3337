import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Announcement } from '../src/announcement.ts';
import { Dedupe } from '../src/dedupe.ts';
import { type AnnouncementFrame, decodeFrame, toNews } from '../src/feeds/cryptolisting/frames.ts';

const HOUR_MS = 3_600_000;
const DETECTED_US = 1_790_000_000_000_000;
const NOTICE = { ticker: '', title: 'Upgrade to a paid plan to see this announcement' };

interface Copy {
  readonly feed?: string;
  readonly atMs?: number;
  readonly detectedMs?: number;
  readonly [field: string]: unknown;
}

function copy({ feed = 'tokyo', atMs = 0, detectedMs = 0, ...fields }: Copy = {}): Announcement {
  const frame = decodeFrame(
    JSON.stringify({
      type: 'announcement',
      title: '커브(CRV) KRW 마켓 디지털 자산 추가',
      ticker: 'CRV',
      publisher: 'upbit',
      listingType: 'spot_listing',
      detectedTimestampUs: DETECTED_US + detectedMs * 1000,
      ...fields,
    }),
  ) as AnnouncementFrame;
  const receivedTimestampUs = DETECTED_US + atMs * 1000;
  const receipt = { feed, receivedTimestampUs, receivedMs: atMs, ageAtReceiptMs: 0 };
  return { ...toNews(frame, receipt), id: 'a' };
}
const redacted = (fields: Copy = {}) => copy({ ...NOTICE, ...fields });

/** For each copy in turn: `news`, or the feed that had it first. */
function told(copies: readonly Announcement[], dedupe = new Dedupe(HOUR_MS)): (string | undefined)[] {
  return copies.map((announcement) => {
    const first = dedupe.firstOf(announcement);
    return first === undefined ? 'news' : first.feed;
  });
}

describe('the same words', () => {
  it('are one announcement within the window, and the first feed is named with its time', () => {
    const dedupe = new Dedupe(HOUR_MS);
    expect(dedupe.firstOf(copy({ feed: 'seoul', atMs: 5 }))).toBeUndefined();
    expect(dedupe.firstOf(copy({ feed: 'tokyo', atMs: 47 }))).toEqual({ feed: 'seoul', receivedMs: 5 });
  });

  it('are news again days later, and already at the end of the window; repeats do not prolong it', () => {
    const times = [0, HOUR_MS - 1, HOUR_MS, 3 * 24 * HOUR_MS];
    expect(told(times.map((atMs) => copy({ atMs, detectedMs: atMs })))).toEqual([
      'news',
      'tokyo',
      'news',
      'news',
    ]);
  });

  it('are a repeat of what was announced before this start, by no feed of now', () => {
    const dedupe = new Dedupe(HOUR_MS);
    dedupe.remember(JSON.stringify(['upbit', 'spot_listing', ['CRV'], copy().title]), -1000);
    expect(told([copy()], dedupe)).toEqual([undefined]);
  });
});

describe('redacted and full copies', () => {
  it('a full copy after a redacted one is news', () => {
    expect(told([redacted({ feed: 'free' }), copy({ atMs: 240 })])).toEqual(['news', 'news']);
  });

  it('a redacted copy after a full one is not, by the same stamp or one of another endpoint', () => {
    expect(told([copy(), redacted({ feed: 'free', atMs: 240 })])).toEqual(['news', 'tokyo']);
    expect(told([copy(), redacted({ feed: 'free', detectedMs: 1900 })])).toEqual(['news', 'tokyo']);
  });

  it.each<[string, Copy]>([
    ['another publisher', { publisher: 'bithumb' }],
    ['another listing type', { listingType: 'spot_delisting' }],
    ['a stamp too far away', { detectedMs: 2001 }],
  ])('with %s it is something else', (_name, fields) => {
    expect(told([copy(), redacted({ feed: 'free', ...fields })])).toEqual(['news', 'news']);
  });

  it('of two redacted copies of one feed only one belongs to a full one', () => {
    const second = redacted({ feed: 'free', detectedMs: 700 });
    expect(told([copy(), redacted({ feed: 'free', detectedMs: 40 }), second])).toEqual([
      'news',
      'tokyo',
      'news',
    ]);
  });

  it('a second full feed does not hide what the first had not', () => {
    const other = { ticker: 'XYZ', title: 'another one', detectedMs: 500 };
    expect(told([copy(), copy({ feed: 'seoul', atMs: 30 }), copy(other)])).toEqual(['news', 'tokyo', 'news']);
  });

  it('an event known redacted and then in full is one event for a third feed', () => {
    const third = [redacted({ feed: 'third', detectedMs: 50 }), redacted({ feed: 'third', detectedMs: 300 })];
    expect(told([redacted({ feed: 'free' }), copy({ detectedMs: 20 }), ...third])).toEqual([
      'news',
      'news',
      'tokyo',
      'news',
    ]);
  });

  it('two redacted of one feed are two events, the same one from two feeds is one', () => {
    expect(
      told([redacted(), redacted({ detectedMs: 1 }), redacted({ feed: 'seoul', detectedMs: 1 })]),
    ).toEqual(['news', 'news', 'tokyo']);
  });

  it('without stamps the times of receipt are compared', () => {
    const unstamped = { detectedTimestampUs: undefined };
    expect(told([copy(unstamped), redacted({ ...unstamped, feed: 'free', atMs: 300 })])).toEqual([
      'news',
      'tokyo',
    ]);
  });
});

describe('regression: a feed gone mad makes nothing grow without end, and what is forgotten is the oldest', () => {
  const dedupe = () => new Dedupe(HOUR_MS);
  const flood = (count: number, fields: (n: number) => Copy) =>
    Array.from({ length: count }, (_, n) => copy({ title: `flood ${n}`, ...fields(n) }));

  it('of the events of one kind the last 256 are known', () => {
    const many = flood(256, (n) => ({ detectedMs: 10_000 * (n + 1) }));
    const lateCopy = (n: number) => redacted({ feed: 'free', detectedMs: 10_000 * n });
    const all = dedupe();
    told([copy({ title: 'the first' }), ...many], all);
    expect(told([lateCopy(1), lateCopy(256)], all)).toEqual(['tokyo', 'tokyo']);
    told(
      flood(1, () => ({ title: 'one more', detectedMs: 9e6 })),
      all,
    );
    expect(told([lateCopy(0)], all)).toEqual(['news']);
  });

  it('of the kinds the last 256 are known', () => {
    const all = dedupe();
    told([copy(), ...flood(255, (n) => ({ listingType: `kind_${n}`, publisher: 'x' }))], all);
    expect(told([redacted({ feed: 'free' })], all)).toEqual(['tokyo']);
    told(
      flood(256, (n) => ({ listingType: `other_${n}`, publisher: 'x' })),
      all,
    );
    expect(told([redacted({ feed: 'other', detectedMs: 1 })], all)).toEqual(['news']);
  });

  it('of the identities the last 100,000 are known, before this start or after it', () => {
    const all = dedupe();
    told([copy()], all);
    for (let n = 0; n < 99_999; n++) all.remember(`["a","${n}"]`, 0);
    expect(told([copy({ feed: 'seoul' })], all)).toEqual(['tokyo']);
    all.remember('["a","one more"]', 0);
    expect(told([copy({ feed: 'seoul', detectedMs: 9e6 })], all)).toEqual(['news']);
  });

  it('a title as long as a frame is remembered by its hash, and is still itself', () => {
    const title = 'x'.repeat(200_000);
    expect(told([copy({ title }), copy({ title: `${title}y` }), copy({ title, feed: 'seoul' })])).toEqual([
      'news',
      'news',
      'tokyo',
    ]);
  });
});

it('self-tests are never matched by time', () => {
  const selfTest = { type: 'test_announcement' };
  expect(told([copy(selfTest), redacted({ ...selfTest, feed: 'free', detectedMs: 1 })])).toEqual([
    'news',
    'news',
  ]);
});

it('whatever comes, a full copy that nobody has brought in full is news, and full words never twice', () => {
  const arrivals = fc.array(
    fc.record({
      feed: fc.constantFrom('a', 'b', 'c'),
      hidden: fc.boolean(),
      ticker: fc.constantFrom('X', 'Y'),
      detectedMs: fc.integer({ min: 0, max: 4000 }),
      gapMs: fc.integer({ min: 0, max: 3000 }),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(arrivals, (copies) => {
      const dedupe = new Dedupe(HOUR_MS);
      const inFull = new Set<string>();
      let atMs = 0;
      for (const { feed, hidden, ticker, detectedMs, gapMs } of copies) {
        atMs += gapMs;
        const words = { feed, atMs, detectedMs, ticker, title: `${ticker} is listed` };
        const first = dedupe.firstOf(hidden ? redacted({ ...words, ...NOTICE }) : copy(words));
        if (hidden) continue;
        expect(first === undefined).toBe(!inFull.has(ticker));
        inFull.add(ticker);
      }
    }),
  );
});
