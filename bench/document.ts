/** The parts of `docs/performance.md` that are made from results: of one machine the whole, of the others what they decide. Pure. */
import { type Marks, withMarked } from '../tools/docs/marked.ts';
import { kindName } from './machine.ts';
import type { Summary } from './meter/statistics.ts';
import { newestAt, type Peer, peersOf, type Results, rowsOf } from './results.ts';
import { describeRuns, judged, markdownLine, markdownTable, named, shown, sure } from './table.ts';

const marks = (part: string): Marks => ({
  begin: `<!-- ${part}: written by npm run bench -- --save -->`,
  end: `<!-- end of ${part} -->`,
});
const MARKS = { results: marks('results'), machines: marks('machines'), peers: marks('peers') } as const;

/** The table and the chart are of the machine with the most cores; of several such, of the last one measured. */
export function mainOf(all: readonly Results[]): Results {
  const [main] = all.toSorted(
    (a, b) => b.machine.cores - a.machine.cores || newestAt(b).localeCompare(newestAt(a)),
  );
  if (main === undefined) throw new Error('bench/results has no results');
  return main;
}

/** The document with these results in their places. */
export function withResults(document: string, all: readonly Results[]): string {
  const main = mainOf(all);
  const parts = [
    [MARKS.results, markdownTable(main)],
    [MARKS.machines, machinesTable([main, ...all.filter((results) => results !== main)])],
    [
      MARKS.peers,
      all
        .filter((results) => peersOf(results).length > 0)
        .map(peersTable)
        .join('\n\n'),
    ],
  ] as const;
  return parts.reduce((text, [mark, part]) => withMarked(text, mark, part), document);
}

function machinesTable(all: readonly Results[]): string {
  const rows = all.map((results) => new Map(rowsOf(results).map((row) => [named(row), row])));
  // A row that one machine alone has stands with its target too.
  const byName = new Map(rows.flatMap((own) => [...own]));
  const inOrder = [...byName].toSorted(([, a], [, b]) => a.target - b.target);
  return [
    markdownLine(['', 'target', ...all.map(({ machine }) => kindName(machine))]),
    `|--:|---|${all.map(() => '---|').join('')}`,
    ...inOrder.map(([name, { target }]) => {
      const judgements = rows.map((own) => {
        const row = own.get(name);
        if (row?.verdict === undefined) return '';
        return `${sure(row.verdict)} ≤ ${shown(row.verdict.limit)}: ${judged(row)}`;
      });
      return markdownLine([String(target), name, ...judgements]);
    }),
    '',
    all.slice(1).flatMap(describeRuns).join('\\\n'),
  ].join('\n');
}

function peersTable(results: Results): string {
  const figure = (summary: Summary | undefined, which: 'p50' | 'p99') =>
    summary === undefined ? '' : shown(summary[which]);
  const line = ({ name, afterStart, afterSilence, steady, idleMb }: Peer) =>
    markdownLine([
      ...[name, figure(afterStart, 'p50'), figure(afterSilence, 'p50')],
      ...[figure(steady, 'p50'), figure(steady, 'p99'), figure(idleMb, 'p50')],
    ]);
  const own = results.parts.filter(({ peers }) => peers !== undefined);
  return [
    markdownLine([
      '',
      'first after the start',
      'first after a silence',
      'p50 at 50/s',
      'p99 at 50/s',
      'MB idle',
    ]),
    '|---|--:|--:|--:|--:|--:|',
    ...peersOf(results).map(line),
    '',
    describeRuns({ ...results, parts: own }).join('\\\n'),
  ].join('\n');
}
