/** Which titles are edits and follow-ups: over every labelled title, over originals that look alike, and over any text. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { updateMark } from '../../src/title/update.ts';
import { labelledTitles, SETS, updateFigures } from '../../tools/docs/title-figures.ts';
import { runs } from '../support/properties.ts';
import { ORIGINALS } from './originals.ts';

const all = SETS.flatMap(labelledTitles);

describe('every labelled title', () => {
  test.each(SETS)('%s: no original is an update, and no update an original', (name) => {
    const rows = labelledTitles(name);
    const bad = rows
      .map(({ title, update }) => ({ title, mark: updateMark(title), update }))
      .filter(({ mark, update }) => (mark !== undefined) !== update);
    expect(bad).toEqual([]);
    const { wrong, missed } = updateFigures(rows);
    expect({ wrong, missed }).toEqual({ wrong: 0, missed: 0 });
  });

  test('no listing or delisting that the feed calls one is silenced', () => {
    const news = labelledTitles('labelled').filter(({ listingType }) => listingType !== 'not_listing');
    expect(news.length).toBeGreaterThan(120);
    expect(news.filter(({ title }) => updateMark(title) !== undefined)).toEqual([]);
  });
});

describe('originals with names and words that edits have', () => {
  const changes: readonly [string, (title: string) => string][] = [
    ['as they are', (title) => title],
    ['in parts (NFD)', (title) => title.normalize('NFD')],
    ['in full width', (title) => title.replaceAll('(', '（').replaceAll(')', '）')],
    ['without blanks before brackets', (title) => title.replaceAll(' (', '(')],
  ];
  test.each(changes)('%s', (_name, change) => {
    expect(ORIGINALS.length).toBeGreaterThan(1000);
    expect(ORIGINALS.filter((title) => updateMark(change(title)) !== undefined)).toEqual([]);
  });
});

test.each<[string, string]>([
  ['[수정] 에이비씨(ABC) 원화 마켓 추가', '[수정]'],
  [
    '넥소(NEXO) 신규 거래지원 안내 (USDT 마켓) (거래지원 개시 시점 변경 안내)',
    '(거래지원 개시 시점 변경 안내)',
  ],
  ['신규 거래지원 안내 (BTC 마켓) (헤미(HEMI) 거래지원 취소 안내)', '(헤미(HEMI) 거래지원 취소 안내)'],
  ['위믹스(WEMIX) 거래지원 종료 일정 연기 안내', '종료 일정 연기'],
  ['Updated Notice of Removal of Spot Trading Pairs - 2026-07-01', 'Updated Notice'],
  ['Binance Will Add ABC/USDT (Updated)', '(Updated)'],
  ['Movement (MOVE) Listing Will Be Advanced', 'Be Advanced'],
])('%s: the mark is %s', (title, mark) => {
  expect(updateMark(title)).toBe(mark);
});

describe('makes no difference', () => {
  const wide = (text: string) =>
    text.replaceAll(/[!-~]/g, (char) => String.fromCodePoint((char.codePointAt(0) ?? 0) + 0xfee0));
  test.each<[string, (title: string) => string]>([
    ['letters in parts (NFD)', (title) => title.normalize('NFD')],
    ['full width', wide],
    ['capitals', (title) => title.toUpperCase()],
    ['small letters', (title) => title.toLowerCase()],
    ['blanks outside and within', (title) => `\u3000 ${title.replaceAll(' ', ' \u00a0')}\n`],
    ['invisible characters', (title) => `\u200b${title.replaceAll(' ', '\u200b ')}\ufeff`],
    ['other brackets', (title) => title.replaceAll('[', '【').replaceAll(']', '】')],
  ])('%s', (_name, change) => {
    for (const { title, update } of all)
      expect([title, updateMark(change(title)) !== undefined]).toEqual([title, update]);
  });
});

describe('any text', () => {
  const PIECES = [
    '변경',
    '연기',
    ' 안내',
    '(',
    ')',
    '[',
    ']',
    '거래지원 ',
    '개시 ',
    '시점 ',
    'updated ',
    'the ',
    'be ',
    'listing time ',
    '- ',
    'change ',
    '추가 ',
    '\ud800',
    'İ',
    '완료',
  ];

  test('never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 300 }),
          fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((some) => some.join('')),
        ),
        (title) => {
          expect(['string', 'undefined']).toContain(typeof updateMark(title));
        },
      ),
      { numRuns: runs(2000) },
    );
  });

  test.each(PIECES)('of 200,000 times %j the beginning is read', (piece) => {
    const long = piece.repeat(Math.ceil(200_000 / piece.length));
    expect(updateMark(long)).toBe(updateMark(long.slice(0, 2000)));
  });
});
