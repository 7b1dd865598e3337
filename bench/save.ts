/** Keeps the last results: as JSON, and drawn from that, the table of `docs/performance.md` and its chart. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withMarked } from '../tools/docs/marked.ts';
import { chart } from './chart.ts';
import type { Results } from './results.ts';
import { markdownTable } from './table.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
export const FILES = {
  results: path('results.json'),
  document: path('../docs/performance.md'),
  chart: path('../docs/performance.svg'),
} as const;

const MARKS = {
  begin: '<!-- results: written by npm run bench -- --save -->',
  end: '<!-- end of results -->',
} as const;

/** The document with the table of these results in its place. */
export function withResults(document: string, results: Results): string {
  return withMarked(document, MARKS, markdownTable(results));
}

export function save(results: Results): void {
  writeFileSync(FILES.results, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(FILES.document, withResults(readFileSync(FILES.document, 'utf8'), results));
  writeFileSync(FILES.chart, chart(results));
}
