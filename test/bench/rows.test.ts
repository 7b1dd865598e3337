/** A row says how sure its figure is, and does not decide what the sample does not. */
import { expect, test } from 'vitest';
import { intervalOf } from '../../bench/meter/interval.ts';
import { ofBlocks, ofProcesses, ofRounds } from '../../bench/meter/sample.ts';
import { median } from '../../bench/meter/statistics.ts';
import { everyOrder, inTurn } from '../../bench/meter/turns.ts';
import { isMet, judgementOf, type Row } from '../../bench/results.ts';
import { limitRow, moreRow, ratioRow } from '../../bench/rows.ts';
import { markdownTable } from '../../bench/table.ts';
import { seededRandom } from '../support/seeded-random.ts';

const about = { target: 2, what: 'x', unit: 'ms' } as const;
const upTo = (most: number) => Array.from({ length: most }, (_, n) => n + 1);

test('the same sample has the same interval, and another order of draws would be seen', () => {
  const values = upTo(20);
  const once = () => intervalOf(20, (places) => median(places.map((place) => values[place] ?? 0)));
  expect(once()).toEqual({ low: 6.5, high: 15 });
  expect(once()).toEqual(once());
});

test('too few repetitions say nothing about the median', () => {
  expect(intervalOf(5, () => 1)).toBeUndefined();
  expect(intervalOf(6, () => 1)).toEqual({ low: 1, high: 1 });
});

test('of a hundred samples with a known median, about 95 intervals hold it', () => {
  const random = seededRandom(1);
  const holds = upTo(200).filter(() => {
    const values = upTo(20).map(() => random());
    const { low, high } = intervalOf(20, (places) => median(places.map((place) => values[place] ?? 0))) ?? {
      ...{ low: 0, high: 0 },
    };
    return low <= 0.5 && high >= 0.5;
  }).length;
  expect(holds / 200).toBeGreaterThan(0.9);
  expect(holds / 200).toBeLessThan(0.99);
});

test('places are drawn in pairs: what both met at the same time does not make the ratio unsure', () => {
  const theirs = [1, 9, 2, 8, 3, 7, 4, 6];
  const ours = theirs.map((value) => value * 2);
  const of = (values: readonly number[]) => ofBlocks(values.map((value) => [value, value]));
  const row = ratioRow(about, of(ours), { name: 'bare', sample: of(theirs) }, { figure: 'p50', limit: 2 });
  expect(row.verdict).toEqual({ is: 2, limit: 2, how: 'p50 ÷ bare', interval: { low: 2, high: 2 } });
  expect(isMet(row)).toBe(true);
});

test('the middle of the blocks, and of all that the processes did', () => {
  const repetitions = [[1, 2, 3], [100, 200, 300], [4]];
  expect(ofBlocks(repetitions).redrawn('p50', [0, 1, 2])).toBe(4);
  expect(ofBlocks(repetitions).redrawn('max', [0, 2])).toBe(4);
  expect(ofProcesses(repetitions).redrawn('p50', [0, 1, 2])).toBe(4);
  expect(ofProcesses(repetitions).redrawn('p50', [0, 1])).toBe(51.5);
  expect(ofProcesses(repetitions).redrawn('p99', [1])).toBe(300);
  for (const sample of [ofBlocks(repetitions), ofProcesses(repetitions), ofRounds([5, 1, 3])])
    for (const figure of ['p50', 'p99', 'max'] as const)
      expect(sample.redrawn(figure, [0, 1, 2])).toBe(sample.summary[figure]);
});

test('subjects with unequal numbers of repetitions are not compared', () => {
  const compared = { name: 'bare', sample: ofRounds([1, 2]) };
  expect(() => ratioRow(about, ofRounds([1]), compared, { figure: 'p50', limit: 1 })).toThrow(
    '1 repetitions of ours, 2 of bare',
  );
});

test('met, missed, and not decided where the limit is in the interval', () => {
  const row = (limit: number) => limitRow(about, ofRounds(upTo(20)), { figure: 'p50', limit });
  expect([15, 14.9, 10.5, 10.4, 6.5, 6.4].map((limit) => judgementOf(row(limit)))).toEqual([
    ...['met', 'open', 'open', 'open', 'open'],
    'missed',
  ]);
  const words = (limit: number) => cellsOf(row(limit)).slice(-3);
  expect(words(15)).toEqual(['10.5 (6.50–15)', '≤ 15', 'met: p50']);
  expect(words(12)).toEqual(['10.5 (6.50–15)', '≤ 12', 'not decided: p50']);
  expect(words(6)).toEqual(['10.5 (6.50–15)', '≤ 6', 'missed: p50']);
});

test('without an interval the figure decides', () => {
  const row = (limit: number) => limitRow(about, ofRounds([2, 4]), { figure: 'p50', limit });
  expect(judgementOf(row(3))).toBe('met');
  expect(judgementOf(row(2.9))).toBe('missed');
  expect(cellsOf(row(3)).slice(-3)).toEqual(['3', '≤ 3', 'met: p50']);
});

test('a difference is of the two figures', () => {
  const compared = { name: 'alone', sample: ofRounds([1, 2, 3]) };
  const row = moreRow(about, ofRounds([4, 5, 6]), compared, { figure: 'max', limit: 3 });
  expect(row.verdict).toEqual({ is: 3, limit: 3, how: 'max, ms added' });
});

test('there and back', () => {
  expect([0, 1, 2, 3].flatMap((round) => inTurn(['A', 'B'], round)).join('')).toBe('ABBAABBA');
});

test('in all orders together each comes as often behind each other one', () => {
  const orders = everyOrder(['A', 'B', 'C', 'D']).map((order) => order.join(''));
  expect(new Set(orders).size).toBe(24);
  const behind = (pair: string) => orders.filter((order) => order.includes(pair)).length;
  expect(['AB', 'BA', 'CD', 'DA'].map(behind)).toEqual([6, 6, 6, 6]);
});

function cellsOf(row: Row): string[] {
  const machine = { cpu: 'x', cores: 1, allCores: 1, memoryGb: 1, system: 'x', node: 'x' };
  const parts = [{ scenario: 'x', at: '2026-01-01T00', commit: 'x', load: [0, 0] as const, rows: [row] }];
  const line = markdownTable({ machine, parts }).split('\n')[2] ?? '';
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
