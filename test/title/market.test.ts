/** The markets that a title names: over every labelled title, over what must make no difference, and over what is no title. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { marketsIn } from '../../src/title/market.ts';
import { labelledTitles, marketFigures, SETS } from '../../tools/docs/title-figures.ts';
import { runs } from '../support/properties.ts';

const all = SETS.flatMap(labelledTitles);
const marketsOf = (title: string) => [...marketsIn(title).all].sort();

describe('every labelled title', () => {
  test.each(SETS)('%s: no market is wrong, and none is missed', (name) => {
    const rows = labelledTitles(name);
    const bad = rows
      .map(({ title, market }) => ({ title, got: marketsOf(title), want: [...market].sort() }))
      .filter(({ got, want }) => got.join() !== want.join());
    expect(bad).toEqual([]);
    const { wrong, missed } = marketFigures(rows);
    expect({ wrong, missed }).toEqual({ wrong: 0, missed: 0 });
  });

  test('the labels are those of the announcements that the feed brought', () => {
    expect(labelledTitles('labelled').length).toBe(213);
    expect(all.filter(({ market }) => market.length > 0).length).toBeGreaterThan(200);
    expect(all.filter(({ market }) => market.length === 0).length).toBeGreaterThan(180);
  });
});

describe('makes no difference', () => {
  const wide = (text: string) =>
    text.replaceAll(/[!-~]/g, (char) => String.fromCodePoint((char.codePointAt(0) ?? 0) + 0xfee0));
  /** The capitals of a currency that only a pair names are all there is to know it by. */
  const unheardOf = (title: string) => /\/U,/.test(title);
  test.each<[string, (title: string) => string]>([
    ['letters in parts (NFD)', (title) => title.normalize('NFD')],
    ['compatible forms (NFKD)', (title) => title.normalize('NFKD')],
    ['full width', wide],
    ['capitals', (title) => (unheardOf(title) ? title : title.toUpperCase())],
    ['small letters', (title) => (unheardOf(title) ? title : title.toLowerCase())],
    ['blanks outside', (title) => `\u3000 ${title}\n`],
    ['more blanks', (title) => title.replaceAll(' ', ' \u00a0 ')],
    ['invisible characters', (title) => `\u200b${title.replaceAll(' ', '\u200b ')}\ufeff`],
    ['other brackets around tags', (title) => title.replaceAll('[', '【').replaceAll(']', '】')],
  ])('%s', (_name, change) => {
    for (const { title } of all)
      expect([change(title), ...marketsOf(change(title))]).toEqual([change(title), ...marketsOf(title)]);
  });
});

describe('coins with markets of their own', () => {
  test.each<[string, Record<string, string[]>]>([
    [
      '라이브피어(LPT)(KRW, USDT 마켓), 포켓네트워크(POKT)(KRW 마켓) 디지털 자산 추가',
      { lpt: ['KRW', 'USDT'], pokt: ['KRW'] },
    ],
    [
      '셀레스티아(TIA)(KRW, BTC, USDT 마켓), 아이오넷(IO)(BTC, USDT 마켓) 신규 거래지원 안내',
      { tia: ['KRW', 'BTC', 'USDT'], io: ['BTC', 'USDT'] },
    ],
    ['Binance Adds ABC/USDT, ABC/TRY & DEF/BNB Trading Pairs', { abc: ['USDT', 'TRY'], def: ['BNB'] }],
    [
      'Binance Futures Will Delist USDⓈ-M SLERFUSDT and COIN-M CHZUSD Perpetual Contracts',
      { slerf: ['USDT'], chz: ['USD'] },
    ],
    ['에이비씨(ABC), 디이에프(DEF) (KRW 마켓) 신규 거래지원 안내', {}],
    ['[거래] 신규 거래지원 안내 (ABC, XYZ) (KRW, BTC 마켓)', {}],
    ['플록(FLOCK), 포르타(FORT) 신규 거래지원 안내 (BTC, USDT 마켓)', {}],
  ])('%s', (title, own) => {
    expect(Object.fromEntries(marketsIn(title).ofTicker)).toEqual(own);
  });
});

describe('any text', () => {
  const PIECES = [
    'KRW',
    'BTC',
    'USDT',
    '원화',
    ' 마켓',
    '(',
    ')',
    ', ',
    '/',
    '-',
    ' 추가',
    ' 거래지원',
    'will list ',
    ' pairs',
    'usdⓈ-m',
    'perpetual',
    'abcusdt',
    '→',
    '에서',
    'and ',
    '\ud800',
    'İ',
    '█',
  ];

  test('never throws, and names known currencies only where no pair is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 300 }),
          fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((some) => some.join('')),
        ),
        (title) => {
          for (const market of marketsIn(title).all) expect(market).toMatch(/^[A-Z0-9]{1,6}$/);
        },
      ),
      { numRuns: runs(3000) },
    );
  });

  test.each(PIECES)('of 200,000 times %j the beginning is read', (piece) => {
    const long = piece.repeat(Math.ceil(200_000 / piece.length));
    expect(marketsIn(long)).toEqual(marketsIn(long.slice(0, 2000)));
  });
});
