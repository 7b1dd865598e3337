/** Frames of a source of the user's own, as the config says to read them. Nothing that comes makes the reader throw. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mapOptions } from '../../../src/feeds/websocket/map-options.ts';
import { websocketOptions } from '../../../src/feeds/websocket/options.ts';
import { stepsOf } from '../../../src/feeds/websocket/path.ts';
import { compileReader } from '../../../src/feeds/websocket/reader.ts';
import { runs } from '../../support/properties.ts';
import { FRAME, MAP } from './source.ts';

const WHEN_US = Date.UTC(2026, 0, 2, 3, 4, 5) * 1000;

function read(frame: unknown, map: object = MAP, only: object = {}) {
  const options = websocketOptions.parse({ type: 'websocket', url: 'wss://x.example.com', map, only });
  return compileReader(options.map, options.only)(typeof frame === 'string' ? frame : JSON.stringify(frame));
}

function readingOf(frame: unknown, map: object = MAP, only?: object) {
  const found = read(frame, map, only);
  if (found.kind !== 'announcement') throw new Error(JSON.stringify(found));
  return found.reading;
}

test('every field stands where the map says, and the rest is kept for templates', () => {
  expect(readingOf({ ...FRAME, time: WHEN_US / 1000 })).toEqual({
    type: 'announcement',
    test: false,
    title: 'ABC is listed',
    ticker: 'ABC,DEF',
    publisher: 'upbit',
    listingType: 'spot_listing',
    publishTimestampUs: undefined,
    detectedTimestampUs: WHEN_US,
    dispatchTimestampUs: undefined,
    abnormal: false,
    extra: {
      type: 'news',
      data: { title: 'ABC is listed', body: 'words' },
      id: '7',
      url: 'https://upbit.example.com/notice?id=7',
    },
  });
});

test('what is always so needs no field, and words without a translation stay', () => {
  const map = { ...MAP, publisher: { value: 'Binance' } };
  expect(readingOf({ ...FRAME, kind: 'odd_kind' }, map)).toMatchObject({
    publisher: 'binance',
    listingType: 'odd_kind',
  });
});

test('JSON inside a text is read as if it stood there, also in what is kept', () => {
  const frame = { ...FRAME, data: JSON.stringify({ title: 'inside', list: [{ n: 1 }] }) };
  const map = { ...MAP, tickers: { path: 'data.list[0].n' } };
  expect(readingOf(frame, map)).toMatchObject({
    title: 'inside',
    ticker: '1',
    extra: { data: { title: 'inside', list: [{ n: 1 }] } },
  });
  expect(readingOf({ ...FRAME, data: { title: '[KRW] ABC' } })).toMatchObject({ title: '[KRW] ABC' });
});

test('an id above 2^53 keeps its digits', () => {
  const text = JSON.stringify({ ...FRAME, _id: 0 }).replace('"_id":0', '"_id":9007199254740993123');
  expect(readingOf(text).extra).toMatchObject({ id: '9007199254740993123' });
  const ns = `${WHEN_US}001`;
  expect(readingOf(text.replace('9007199254740993123', `1,"time":${ns}`)).detectedTimestampUs).toBe(WHEN_US);
});

describe('times', () => {
  test.each<[unknown, string, number | undefined]>([
    [WHEN_US / 1e6, 'auto', WHEN_US],
    [WHEN_US / 1e3, 'auto', WHEN_US],
    [WHEN_US, 'auto', WHEN_US],
    [String(WHEN_US), 'auto', WHEN_US],
    ['2026-01-02T03:04:05Z', 'auto', WHEN_US],
    ['2026-01-02T12:04:05.000+09:00', 'iso', WHEN_US],
    ['2026-01-01 22:04:05-0500', 'iso', WHEN_US],
    ['2026-01-02 03:04:05', 'iso', WHEN_US],
    [WHEN_US / 1e6, 's', WHEN_US],
    [WHEN_US / 1e3, 'ms', WHEN_US],
    [WHEN_US, 'us', WHEN_US],
    [WHEN_US * 1e3, 'ns', WHEN_US],
    [0, 'ms', undefined],
    [-5, 's', undefined],
    ['soon', 'auto', undefined],
    ['soon', 'iso', undefined],
    [null, 'ms', undefined],
    [{}, 'us', undefined],
  ])('%j as %s', (time, unit, us) => {
    const map = { ...MAP, detectedAt: { path: 'time', unit } };
    expect(readingOf({ ...FRAME, time }, map).detectedTimestampUs).toBe(us);
  });
});

describe('only', () => {
  test.each<[object, boolean]>([
    [{}, true],
    [{ type: 'news' }, true],
    [{ type: 'NEWS' }, true],
    [{ type: ['a', 'news'], kind: { not: 'old' } }, true],
    [{ 'data.title': { matches: 'is listed' } }, true],
    [{ _id: 7 }, true],
    [{ _id: [6, 8] }, false],
    [{ live: true }, false],
    [{ absent: { not: 'x' } }, true],
    [{ absent: 'x' }, false],
    [{ type: 'news', kind: 'old' }, false],
  ])('%j', (only, isNews) => {
    expect(read(FRAME, MAP, only).kind).toBe(isNews ? 'announcement' : 'other');
  });
});

describe('a field that cannot be read is left out', () => {
  test.each<[object, object]>([
    [{ source: { a: 1 } }, { publisher: 'unknown' }],
    [{ kind: null }, { listingType: 'unknown' }],
    [{ coins: { a: 1 } }, { ticker: '' }],
    [{ coins: 'ABC, DEF' }, { ticker: 'ABC, DEF' }],
    [{ time: 'x' }, { detectedTimestampUs: undefined }],
    [{ data: null }, { title: '' }],
  ])('%j', (fields, expected) => {
    expect(readingOf({ ...FRAME, ...fields })).toMatchObject(expected);
  });

  test('with neither title nor ticker it is garbage, with the words of any other feed', () => {
    expect(read({ ...FRAME, data: {}, coins: [] })).toMatchObject({
      kind: 'garbage',
      reason: 'wrong_fields',
    });
    expect(read('[1]')).toMatchObject({ kind: 'garbage', reason: 'not_an_object' });
    expect(read('{"listing": ')).toMatchObject({
      reason: 'not_json',
      news: expect.stringContaining('listing'),
    });
  });
});

test('regression: a list of tickers inside a text is not cut at its commas', () => {
  expect(readingOf({ ...FRAME, coins: '["ABC","DEF"]' }).ticker).toBe('ABC,DEF');
  expect(readingOf({ ...FRAME, coins: '{"a":"ABC"}' }).ticker).toBe('');
  expect(readingOf({ ...FRAME, coins: '[ABC]' }).ticker).toBe('[ABC]');
});

test('regression: a flag can be translated, and means nothing without', () => {
  const map = { ...MAP, listingType: { path: 'over', values: { true: 'spot_delisting', no: 'x' } } };
  expect(readingOf({ ...FRAME, over: true }, map).listingType).toBe('spot_delisting');
  expect(readingOf({ ...FRAME, over: false }, map).listingType).toBe('unknown');
});

describe('regression: what is there and cannot be read is reported, and never quoted', () => {
  test.each<[object, readonly string[]]>([
    [{}, []],
    [{ coins: [{ symbol: 'ABC' }] }, ['tickers coins a list of something else than text']],
    [{ source: { name: 'upbit' } }, ['publisher source a mapping']],
    [{ kind: false }, ['listingType kind true or false']],
    [{ time: '2026/01/02 03:04' }, ['detectedAt time text in another form']],
    [{ time: [1] }, ['detectedAt time a list of something else than text']],
    [{ coins: [], kind: null, source: ' ', time: 0 }, []],
    [{ time: '0' }, []],
  ])('%j', (fields, expected) => {
    const found = read({ ...FRAME, ...fields });
    const unread = found.kind === 'announcement' ? found.unread : [];
    expect(unread.map(({ field, path, form }) => `${field} ${path} ${form}`)).toEqual(expected);
  });
});

test('regression: paths of other languages find nothing, so they are none', () => {
  for (const path of ['$.title', '$', '@.title', '/data/title', 'data.*.title', '*', '[0].title'])
    expect(stepsOf(path), path).toBeUndefined();
  expect(stepsOf('["$"].a')).toEqual(['$', 'a']);
  expect(stepsOf('$cash.a/b')).toEqual(['$cash', 'a/b']);
});

test('paths', () => {
  expect(stepsOf('a.b[0].c')).toEqual(['a', 'b', 0, 'c']);
  expect(stepsOf('a["b.c"][1]["d\\"e"]')).toEqual(['a', 'b.c', 1, 'd"e']);
  expect(stepsOf('공지.제목')).toEqual(['공지', '제목']);
  for (const path of ['', '.', 'a.', '.a', 'a..b', 'a[', 'a[x]', 'a[-1]', 'a b', 'a["b]', 'a]'])
    expect(stepsOf(path), path).toBeUndefined();
  expect(readingOf({ ...FRAME, ['__proto__']: 1 }, { ...MAP, title: { value: 'x' } }).title).toBe('x');
});

test('no frame makes it throw', () => {
  const map = mapOptions.parse(MAP);
  const reader = compileReader(map, { type: { not: 'ping' } });
  const any = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json(),
    fc
      .dictionary(
        fc.constantFrom('type', 'source', 'data', 'coins', 'kind', '_id', 'time', '__proto__'),
        fc.jsonValue(),
      )
      .map((fields) => JSON.stringify(fields)),
  );
  fc.assert(
    fc.property(any, (data) => {
      expect(reader(data).kind).toMatch(/./);
    }),
    { numRuns: runs(1000) },
  );
});

test('regression: `values` speaks of each ticker, not of the list', () => {
  const map = { ...MAP, tickers: { path: 'coins', values: { BTC_USDT: 'BTC', ETH_USDT: 'ETH' } } };
  const tickers = (coins: unknown) => readingOf({ ...FRAME, coins }, map).ticker;
  expect(tickers(['BTC_USDT', 'ETH_USDT'])).toBe('BTC,ETH');
  expect(tickers('BTC_USDT, XRP')).toBe('BTC,XRP');
  expect(tickers(['SOL'])).toBe('SOL');
});
