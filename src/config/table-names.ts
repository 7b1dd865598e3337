/** The tables that rules and templates name: whether they are there. Errors; and tables that nothing names. Warnings. */
import type { TextConditionTree } from '../matching/options.ts';
import { didYouMean } from '../platform/suggest.ts';
import { lookupsIn } from '../templates/lookup.ts';
import { type Located, nodeAt } from './document.ts';
import { everyNode } from './every-node.ts';
import { leavesOf, TEXT_FIELDS } from './match-words.ts';
import type { Finding, Path } from './problem.ts';
import type { ConfigSections } from './sections.ts';

interface Named {
  readonly table: string;
  readonly path: Path;
  readonly within?: Finding['within'];
  readonly isCondition: boolean;
}

export function* tableFaults(parts: ConfigSections, root: Located): Iterable<Finding> {
  for (const { table, path, within, isCondition } of named(parts, root)) {
    if (parts.tables.has(table)) continue;
    yield {
      ...{ path, within, absent: true },
      message: `there is no table ${table}`,
      hint: didYouMean(table, parts.tables.keys()) ?? (isCondition ? NO_TABLE : undefined),
    };
  }
}

const NO_TABLE = 'tables are defined under `tables:`; values themselves are written without `in`: [BTC, ETH]';

export function* unusedTables(parts: ConfigSections, root: Located): Iterable<Finding> {
  const used = new Set([...named(parts, root)].map(({ table }) => table));
  for (const table of parts.tables.keys())
    if (!used.has(table))
      yield { path: ['tables', table], at: 'key', message: `nothing uses the table ${table}` };
}

function* named({ rules }: ConfigSections, root: Located): Iterable<Named> {
  for (const [index, rule] of rules.entries()) {
    const place: Path = ['rules', index, 'match'];
    const conditions = [
      ...TEXT_FIELDS.map((field) => [rule?.match[field], [...place, field]] as const),
      ...Object.entries(rule?.match.extract ?? {}).map(
        ([name, condition]) => [condition, [...place, 'extract', name]] as const,
      ),
    ];
    for (const [condition, path] of conditions)
      for (const leaf of leavesOf(condition ?? [], path))
        if (leaf.kind === 'table') yield { table: leaf.text, path: leaf.path, isCondition: true };
  }
  for (const section of ['destinations', 'defaults', 'templates']) {
    const { node, exact } = nodeAt(root, [section]);
    if (!exact) continue;
    for (const { node: leaf, path } of everyNode(node, [section]))
      if (typeof leaf.value === 'string') yield* inTemplate(leaf.value, path);
  }
}

function* inTemplate(template: string, path: Path): Iterable<Named> {
  for (const { table, at } of lookupsIn(template)) {
    if (table === undefined) continue;
    const lines = template.slice(0, at).split('\n');
    const within = { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
    yield { table, path, within, isCondition: false };
  }
}

/** Whether a condition asks a table whose rows are not all in the config. */
export function asksOutside(condition: TextConditionTree, isKnown: (table: string) => boolean): boolean {
  return [...leavesOf(condition, [])].some(({ kind, text }) => kind === 'table' && !isKnown(text));
}
