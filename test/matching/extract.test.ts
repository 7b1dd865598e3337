/** Parts of titles, by patterns of the config. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Extract } from '../../src/matching/extract.ts';
import { Text } from '../../src/matching/text.ts';

const valueIn = (matches: string, title: string) => new Extract({ matches }).valueIn(new Text(title));

test.each<[string, string, string | undefined]>([
  ['\\(([A-Z0-9]+)/KRW\\)', '이더리움클래식 원화 마켓(ETC/KRW) 오픈 안내', 'ETC'],
  ['\\(([A-Z0-9]+)/KRW\\)', 'Binance Will List Lido DAO (LDO)', undefined],
  ['up to (\\d+)x', 'Perpetual Contract With Up to 75x Leverage', '75'],
  ['\\d+x', 'Perpetual Contract With Up to 75x Leverage', '75x'],
  ['(?:(\\d+)시)|(\\d+):(\\d+)', '거래 개시 15:30', '15'],
  ['(?P<pair>\\w+)/USDT', 'Adds ABC/USDT', 'ABC'],
  ['(x*)', 'nothing', undefined],
  ['( *)a', '  a', undefined],
  ['원화', '에이비씨 원화 마켓'.normalize('NFD'), '원화'],
  ['원화'.normalize('NFD'), '에이비씨 원화 마켓', '원화'],
  ['(KRW)', '（ＫＲＷ）', 'KRW'],
  ['usds-m', 'USDⓈ-M', 'USDS-M'],
])('%s of %s', (matches, title, expected) => {
  expect(valueIn(matches, title)).toBe(expected);
});

test('the last answer is kept, and of another title forgotten', () => {
  const extract = new Extract({ matches: '(\\d+)x' });
  const one = new Text('75x');
  expect([extract.valueIn(one), extract.valueIn(one)]).toEqual(['75', '75']);
  expect(extract.valueIn(new Text('none'))).toBeUndefined();
  expect(extract.valueIn(one)).toBe('75');
});

describe('any title', () => {
  test('never throws, and gives a part of the title', () => {
    const extract = new Extract({ matches: '\\((\\w+)' });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (title) => {
        const value = extract.valueIn(new Text(title));
        if (value !== undefined) expect(title.normalize('NFKC') + title).toContain(value);
      }),
    );
  });

  test('a pattern that is slow elsewhere is read in one pass', () => {
    expect(valueIn('((a+)+)b', 'a'.repeat(200_000))).toBeUndefined();
  });
});
