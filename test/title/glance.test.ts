/** A look at the characters of a title never says no where a pattern says yes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { glanceAt } from '../../src/title/glance.ts';
import { MAY_BE, updateMark } from '../../src/title/update.ts';
import { labelledTitles, SETS } from '../../tools/docs/title-figures.ts';
import { runs } from '../support/properties.ts';

/** Each alternative of `MAY_BE`, in each of its spellings. */
const KOREAN =
  '변경 연기 지연 수정 정정 조정 취소 철회 번복 보류 완료 재_안내 재안내 재_공지 재공지 추가_안내 추가안내 추가_공지 추가공지 연장 단축 재개 차_안내 차안내 차_공지 차공지 업데이트 앞당';
const ENDINGS = ['이벤트', '기간', '조기', '점검', '모집', '접수'].flatMap((what) =>
  ['종료', '마감'].flatMap((end) => [
    `${what}${end}`,
    `${what} ${end}`,
    `${what} 조기 ${end}`,
    `${what}조기${end}`,
  ]),
);
const ENGLISH =
  'updat revis amend correct errat clarif remind follow addend supplem postpon delay resched cancel advanc brought moved exten complet resum conclud adjust chang additional defer pushed on_hold second_notice final_notice new_listing_ new_trading_ new_launch_ new_start_ new_delisting_';
const written = (list: string) => list.split(' ').map((mark) => mark.replaceAll('_', ' '));
const MARKS = [...written(KOREAN), ...ENDINGS, ...written(ENGLISH)];

describe('the mark of an update', () => {
  test.each(MARKS)('%s is seen, alone and within words', (mark) => {
    expect(MAY_BE.test(mark)).toBe(true);
    for (const title of [mark, `가${mark}나`, `x${mark}y`, `${mark.toUpperCase()}`, `에이비씨(ABC) ${mark}`])
      expect([title, glanceAt(title).mayBeUpdate || !glanceAt(title).isPlain]).toEqual([title, true]);
  });

  test('every alternative of the pattern is among them', () => {
    const alternatives = MAY_BE.source.replaceAll(/\((?:\?:|\?<!)[^)]*\)/g, '').split('|');
    expect(alternatives.length).toBeLessThanOrEqual(MARKS.length);
    expect(alternatives.length).toBe(53);
  });

  test('of what is no update nothing is read as one', () => {
    expect(glanceAt('벤치 코인(ABC) 신규 거래지원 안내 (KRW, BTC, USDT 마켓)')).toEqual({
      isPlain: true,
      hasHangul: true,
      isJoined: false,
      mayBeUpdate: false,
      mayBeContract: false,
    });
    expect(glanceAt('에이비씨(ABC) KRW 마켓 디지털 자산 추가').mayBeUpdate).toBe(false);
    expect(glanceAt('Binance Will List ABC (ABC) with Seed Tag Applied').mayBeUpdate).toBe(false);
  });

  test('in any mixture', () => {
    const pieces = [...MARKS, ...SETS.flatMap(labelledTitles).flatMap(({ title }) => title.split(/(?<= )/))];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), (some) => {
        const title = some.join('');
        const { isPlain, mayBeUpdate } = glanceAt(title);
        if (isPlain && !mayBeUpdate) expect([title, MAY_BE.test(title)]).toEqual([title, false]);
      }),
      { numRuns: runs(2000) },
    );
    expect(updateMark('에이비씨(ABC) 거래지원 개시 시점 변경 안내')).toBeDefined();
  });
});

describe('the rest', () => {
  test.each([
    ['a  b', false],
    ['a\tb', false],
    ['ａ', false],
    ['é', false],
    ['x'.repeat(2001), false],
    ['x'.repeat(2000), true],
    ['', true],
    ['가 a~', true],
    ['\u007f', false],
  ])('%j is plain: %s', (title, isPlain) => expect(glanceAt(title).isPlain).toBe(isPlain));

  test.each(['perpetual', 'Futures', 'contract', 'SWAP', 'coin-m', 'usd-margined'])('%s', (word) => {
    expect(glanceAt(`a ${word} b`).mayBeContract).toBe(true);
  });
});
