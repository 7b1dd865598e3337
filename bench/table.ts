/** Results as tables: for a terminal, and for `docs/performance.md`. Pure. */
import { kindName } from './machine.ts';
import type { Summary } from './meter/statistics.ts';
import { judgementOf, type Results, type Row, rowsOf, type Verdict } from './results.ts';

const HEADINGS = [
  '',
  'target',
  'ours: p50',
  'p99',
  'max',
  'compared: p50',
  'p99',
  'max',
  'is',
  'limit',
  '',
] as const;

export function terminalTable(results: Results): string {
  const lines = [[...HEADINGS], ...rowsOf(results).map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const text = lines.map((line) =>
    line
      .map((cell, column) =>
        column === 1 || column === 10 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return [...text, '', ...describeRuns(results)].join('\n');
}

export function markdownTable(results: Results): string {
  const rule = HEADINGS.map((_, column) => (column === 1 || column === 10 ? '---' : '--:'));
  return [
    ...[markdownLine(HEADINGS), `|${rule.join('|')}|`],
    ...rowsOf(results).map((row) => markdownLine(cells(row))),
    '',
    describeRuns(results).join('\\\n'),
  ].join('\n');
}

export const markdownLine = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function cells(row: Row): string[] {
  const { target, ours, compared, verdict } = row;
  const figures = ({ p50, p99, max }: Summary) => [p50, p99, max].map((figure) => shown(figure));
  return [
    String(target),
    named(row),
    ...figures(ours),
    ...(compared === undefined ? ['', '', ''] : figures(compared.summary)),
    verdict === undefined ? '' : sure(verdict),
    verdict === undefined ? '' : `≤ ${shown(verdict.limit)}`,
    verdict === undefined ? '' : `${judged(row)}: ${verdict.how}`,
  ];
}

export const named = ({ what, unit }: Row): string => `${what}${unit === '' ? '' : ` (${unit})`}`;

export const judged = (row: Row): string =>
  ({ met: 'met', missed: 'missed', open: 'not decided' })[judgementOf(row)];

/** The figure, and between which it lies with 95 %. */
export function sure({ is, interval }: Verdict): string {
  if (interval === undefined || interval.low === interval.high) return shown(is);
  return `${shown(is)} (${shown(interval.low)}–${shown(interval.high)})`;
}

/** Three significant digits say all that a repetition would confirm. */
export function shown(figure: number): string {
  if (Number.isInteger(figure)) return figure.toLocaleString('en');
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(figure))));
  return figure.toFixed(Math.min(digits, 3));
}

/** One line on the machine, and one on each run: scenarios of the same commit and hour are one run. */
export function describeRuns({ machine, parts }: Results): string[] {
  const { memoryGb, system, node } = machine;
  const runs = Map.groupBy(
    parts,
    ({ at, commit }) => `${at.slice(0, 13).replace('T', ' ')} h UTC at commit ${commit}`,
  );
  return [
    `${kindName(machine)}, ${memoryGb} GB, ${system}, Node ${node}.`,
    ...[...runs].map(([run, own]) => {
      const names = own.map(({ scenario }) => scenario).join(', ');
      const loads = own.flatMap(({ load }) => load);
      return `Measured ${run}: ${names}; load average ${Math.min(...loads)} to ${Math.max(...loads)}.`;
    }),
  ];
}
