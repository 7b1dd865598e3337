/** `docs/performance.md` and its chart show the results that are kept, and nothing else. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { chart } from '../../bench/chart.ts';
import { mainOf, withResults } from '../../bench/document.ts';
import { kindOf } from '../../bench/machine.ts';
import { causesWithin, piecesOf } from '../../bench/meter/causes.ts';
import { ofRounds } from '../../bench/meter/sample.ts';
import { median, percentile, summaryOf, summaryOfBlocks } from '../../bench/meter/statistics.ts';
import { curveOf, isMet, rowsOf } from '../../bench/results.ts';
import { ratioRow } from '../../bench/rows.ts';
import { FILES, kept } from '../../bench/save.ts';
import { shown } from '../../bench/table.ts';

const read = (path: string) => readFileSync(path, 'utf8');
const all = kept();

test('the tables are those of bench/results', () => {
  const document = read(FILES.document);
  expect(withResults(document, all)).toBe(document);
});

test('the chart is drawn from bench/results', () => {
  expect(read(FILES.chart)).toBe(chart(mainOf(all)));
});

test('each kind of machine is in the file of its name', () => {
  const names = readdirSync(FILES.results).toSorted();
  expect(all.map(({ machine }) => `${kindOf(machine)}.json`).toSorted()).toEqual(names);
});

test('the main results are whole: every target, and the curve', () => {
  const main = mainOf(all);
  const targets = new Set(rowsOf(main).map(({ target }) => target));
  expect([1, 2, 3, 4, 5, 6, 7, 8].filter((target) => !targets.has(target))).toEqual([]);
  expect(new Set(curveOf(main).map(({ silenceMs }) => silenceMs))).toEqual(
    new Set([1000, 10_000, 60_000, 300_000]),
  );
});

test('statistics: nearest rank, true median, the median block decides', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(percentile([5, 1, 4, 2, 3], 0.99)).toBe(5);
  expect(
    percentile(
      Array.from({ length: 200 }, (_, n) => n + 1),
      0.99,
    ),
  ).toBe(198);
  expect(() => median([])).toThrow('nothing was measured');
  expect(summaryOf([2, 4])).toEqual({ count: 2, p50: 3, p99: 4, max: 4 });
  // The second repetition was disturbed: it shows in the greatest, and nowhere else.
  expect(
    summaryOfBlocks([
      [1, 2, 3],
      [100, 200, 300],
      [2, 3, 4],
    ]),
  ).toEqual({ count: 9, p50: 3, p99: 4, max: 300 });
});

test('a ratio at its limit is met, above it is missed', () => {
  const row = (ours: number) =>
    ratioRow(
      { target: 2, what: 'x', unit: 'ms' },
      ofRounds([ours]),
      { name: 'bare', sample: ofRounds([4]) },
      { figure: 'p50', limit: 1.25 },
    );
  expect(isMet(row(5))).toBe(true);
  expect(isMet(row(5.01))).toBe(false);
  expect(row(5).verdict).toEqual({ is: 1.25, limit: 1.25, how: 'p50 ÷ bare' });
});

test.each([
  [0, '0'],
  [0.0456, '0.046'],
  [1.234, '1.23'],
  [12.34, '12.3'],
  [123.4, '123'],
  [12_345, '12,345'],
])('%d is shown as %s', (figure, text) => {
  expect(shown(figure)).toBe(text);
});

test('a piece of work ends where the loop was idle or looked for news; its causes are by the whole stack', () => {
  const node = (id: number, url: string, functionName: string, children: number[] = []) => ({
    ...{ id, callFrame: { url, functionName }, children },
  });
  const nodes = [
    node(1, '', '(root)', [2, 3, 5]),
    node(2, '', '(idle)'),
    node(3, 'file:///src/outbox/retention.ts', 'bite', [4]),
    node(4, 'file:///src/outbox/sqlite.ts', 'prune'),
    node(5, 'file:///src/web/json-text.ts', 'jsonText'),
  ];
  const samples = [3, 4, 2, 5, 5, 5, 2];
  const profile = { nodes, samples, startTime: 1000, timeDeltas: [0, 10, 10, 10, 10, 10, 10] };
  const pieces = piecesOf(profile, [1045]);
  expect(pieces.map(({ beginUs, endUs, causes }) => [beginUs, endUs, ...causes])).toEqual([
    [1000, 1020, ['retention', 20]],
    [1030, 1050, ['status', 20]],
    [1050, 1060, ['status', 10]],
  ]);
  expect([...causesWithin(pieces, 1015, 1035)]).toEqual([
    ['retention', 20],
    ['status', 20],
  ]);
});
