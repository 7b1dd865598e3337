/** Keeps results: each kind of machine in a file of its own, and drawn from these, `docs/performance.md` and its chart. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chart } from './chart.ts';
import { mainOf, withResults } from './document.ts';
import { kindOf } from './machine.ts';
import { merged, type Results } from './results.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
export const FILES = {
  results: path('results/'),
  document: path('../docs/performance.md'),
  chart: path('../docs/performance.svg'),
} as const;

/** Of every kind of machine. */
export const kept = (): Results[] =>
  readdirSync(FILES.results)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => read(`${FILES.results}${name}`));

/** The measured scenarios take the place of their earlier runs; the others stay. */
export function save(results: Results): void {
  const file = `${FILES.results}${kindOf(results.machine)}.json`;
  const all = merged(existsSync(file) ? read(file) : undefined, results);
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
  draw();
}

export function draw(): void {
  const all = kept();
  writeFileSync(FILES.document, withResults(readFileSync(FILES.document, 'utf8'), all));
  writeFileSync(FILES.chart, chart(mainOf(all)));
}

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Results;
