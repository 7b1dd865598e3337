/** Results as tables: for a terminal, and for `docs/performance.md`. Pure. */
import type { Summary } from './meter/statistics.ts';
import { judgementOf, type Results, type Row, type Verdict } from './results.ts';

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
  const lines = [[...HEADINGS], ...results.rows.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const text = lines.map((line) =>
    line
      .map((cell, column) =>
        column === 1 || column === 10 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return [...text, '', describeMachine(results)].join('\n');
}

export function markdownTable(results: Results): string {
  const line = (each: readonly string[]) => `| ${each.join(' | ')} |`;
  const rows = results.rows.map((row) => {
    const [target = '', ...rest] = cells(row);
    return line([target, ...rest]);
  });
  const rule = HEADINGS.map((_, column) => (column === 1 || column === 10 ? '---' : '--:'));
  return [line(HEADINGS), `|${rule.join('|')}|`, ...rows, '', describeMachine(results)].join('\n');
}

function cells(row: Row): string[] {
  const { target, what, unit, ours, compared, verdict } = row;
  const figures = ({ p50, p99, max }: Summary) => [p50, p99, max].map((figure) => shown(figure));
  const suffix = unit === '' ? '' : ` (${unit})`;
  return [
    String(target),
    `${what}${suffix}`,
    ...figures(ours),
    ...(compared === undefined ? ['', '', ''] : figures(compared.summary)),
    verdict === undefined ? '' : sure(verdict),
    verdict === undefined ? '' : `≤ ${shown(verdict.limit)}`,
    verdict === undefined ? '' : `${WORDS[judgementOf(row)]}: ${verdict.how}`,
  ];
}

const WORDS = { met: 'met', missed: 'missed', open: 'not decided' } as const;

/** The figure, and between which it lies with 95 %. */
function sure({ is, interval }: Verdict): string {
  if (interval === undefined || interval.low === interval.high) return shown(is);
  return `${shown(is)} (${shown(interval.low)}–${shown(interval.high)})`;
}

/** Three significant digits say all that a repetition would confirm. */
export function shown(figure: number): string {
  if (Number.isInteger(figure)) return figure.toLocaleString('en');
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(figure))));
  return figure.toFixed(Math.min(digits, 3));
}

export function describeMachine({ machine, measuredAt, tookSeconds, short }: Results): string {
  const { cpu, cores, memoryGb, system, node, commit, load } = machine;
  return (
    `Measured ${measuredAt.slice(0, 16).replace('T', ' ')} UTC at commit ${commit} in ${tookSeconds} s${short ? ' (short: these figures say little)' : ''}: ` +
    `${cpu}, ${cores} cores, ${memoryGb} GB, ${system}, Node ${node}; load average ${load[0]} before, ${load[1]} after.`
  );
}
