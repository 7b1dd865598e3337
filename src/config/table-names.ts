/** The tables that rules and templates name: whether they are there. Errors; and tables that nothing names. Warnings. */
import type { TextConditionTree } from '../matching/options.ts';
import { didYouMean } from '../platform/suggest.ts';
import { lookupsIn } from '../templates/lookup.ts';
import { nodesWhere } from './every-node.ts';
import { FirstHints } from './first-hints.ts';
import { type Located, nodeAt } from './located.ts';
import { hasLeaf, leavesWhere, TEXT_FIELDS } from './match-words.ts';
import type { Finding, Path } from './problem.ts';
import type { ConfigSections } from './sections.ts';

interface Named {
  readonly table: string;
  readonly path: Path;
  readonly within?: Finding['within'];
  readonly isCondition: boolean;
}

export function* tableFaults(parts: ConfigSections, root: Located): Iterable<Finding> {
  const hints = new FirstHints();
  for (const { table, path, within, isCondition } of named(parts, root)) {
    if (parts.tables.has(table)) continue;
    yield {
      ...{ path, within, absent: true },
      message: `there is no table ${table}`,
      hint:
        hints.of(table, () => didYouMean(table, parts.tables.keys())) ?? (isCondition ? NO_TABLE : undefined),
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
    for (const field of TEXT_FIELDS) {
      const condition = rule?.match[field];
      if (condition !== undefined && hasLeaf(condition, isTable))
        yield* inCondition(condition, [...place, field]);
    }
    for (const [name, condition] of Object.entries(rule?.match.extract ?? NOTHING))
      yield* inCondition(condition, [...place, 'extract', name]);
  }
  for (const section of ['destinations', 'defaults', 'templates']) {
    const { node, exact } = nodeAt(root, [section]);
    if (!exact) continue;
    for (const { node: leaf, path } of nodesWhere(node, isText, [section]))
      yield* inTemplate(String(leaf.value), path);
  }
}

function* inCondition(condition: TextConditionTree, path: Path): Iterable<Named> {
  for (const leaf of leavesWhere(condition, isTable, path))
    yield { table: leaf.text, path: leaf.path, isCondition: true };
}

const NOTHING: Readonly<Record<string, TextConditionTree>> = {};

const isTable = (kind: string) => kind === 'table';

const isText = ({ value }: Located) => typeof value === 'string';

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
  return hasLeaf(condition, (kind, text) => kind === 'table' && !isKnown(text));
}
