/** The imports of the files of `src/`, read from their text: types and dynamic imports too. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const source = resolve(import.meta.dirname, '../../src');

/** Every file, relative to `src/`. */
export const files: readonly string[] = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .sort();

export const text = (path: string): string => readFileSync(join(source, path), 'utf8');

export const withoutComments = (code: string): string =>
  code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[\s;])\/\/.*$/gm, '$1');

export interface Import {
  readonly from: string;
  /** A file relative to `src/`, or the name of a package. */
  readonly to: string;
  /** Gone at run time. */
  readonly typeOnly: boolean;
  /** Loaded when it is reached, not with the file. */
  readonly isDynamic: boolean;
}

/** With `verbatimModuleSyntax`, only `import type` and `export type` leave nothing behind. */
export function importsOf(path: string, code: string): Import[] {
  const statements = withoutComments(code).matchAll(
    /^\s*(?:import|export)\s+(type\s)?(?:[^'"`;()]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm,
  );
  return [...statements].map(([, type, still = '', dynamic]) => {
    const target = dynamic ?? still;
    const to = target.startsWith('.') ? join(dirname(path), target) : target;
    return { from: path, to, typeOnly: type !== undefined, isDynamic: dynamic !== undefined };
  });
}

/** Every import of `src/`, and among them those of its own files. */
export const imports: readonly Import[] = files.flatMap((path) => importsOf(path, text(path)));
export const ownImports: readonly Import[] = imports.filter(({ to }) => to.endsWith('.ts'));

type Edge = Pick<Import, 'from' | 'to'>;

export const shown = ({ from, to }: Edge): string => `${from} → ${to}`;

/** Files that import each other, however many are between: `a → b → a`. Of rings that share files, at least one. */
export function ringsOf(edges: readonly Edge[]): string[] {
  const graph = Map.groupBy(edges, ({ from }) => from);
  const done = new Set<string>();
  const rings: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) rings.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (done.has(path) || trail.includes(path)) return;
    for (const { to } of graph.get(path) ?? []) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return rings;
}

/** All files that are loaded, or known by their types, when `path` is. */
export function reachedFrom(path: string, edges: readonly Edge[]): ReadonlySet<string> {
  const graph = Map.groupBy(edges, ({ from }) => from);
  const reached = new Set<string>();
  const visit = (next: string) => {
    if (reached.has(next)) return;
    reached.add(next);
    for (const { to } of graph.get(next) ?? []) visit(to);
  };
  visit(path);
  return reached;
}
