/** The names of `extract:`: those that rules and templates use must be there. Errors, and warnings of what is never used or may be missing from an order. */
import { didYouMean } from '../platform/suggest.ts';
import { isRecord } from '../platform/wire-values.ts';
import type { SendTarget } from '../routing/options.ts';
import { membersNamed } from '../templates/members.ts';
import { nodesWhere } from './every-node.ts';
import { FirstHints } from './first-hints.ts';
import { type Located, nodeAt } from './located.ts';
import { leavesWhere } from './match-words.ts';
import { patternFaults } from './names.ts';
import type { Finding, Path } from './problem.ts';
import type { ConfigSections } from './sections.ts';

interface Use {
  readonly name: string;
  readonly path: Path;
  readonly within?: { readonly line: number; readonly column: number };
}

export function* extractFaults(parts: ConfigSections, root: Located): Iterable<Finding> {
  const names = namesIn(root);
  for (const path of names.values()) {
    const { node, exact } = nodeAt(root, [...path, 'matches']);
    if (exact && typeof node.value === 'string') yield* patternFaults(node.value, [...path, 'matches']);
  }
  yield* patternsOfRules(parts);
  const hints = new FirstHints();
  for (const { name, path, within } of [...usesInRules(parts), ...usesInTemplates(parts, root)])
    if (!names.has(name))
      yield {
        path,
        ...(within === undefined ? { at: 'key' as const } : { within }),
        message:
          name === '' ? '"extract" needs a name, such as {{ extract.pair }}' : `there is no extract ${name}`,
        hint: hints.of(name, () => didYouMean(name, names.keys())) ?? DEFINE,
      };
}

const DEFINE = 'define it at the top level: extract: { name: { matches: "…" } }';

const isPattern = (kind: string) => kind === 'pattern';

function* patternsOfRules({ rules }: ConfigSections): Iterable<Finding> {
  for (const [index, rule] of rules.entries())
    for (const [name, condition] of Object.entries(rule?.match.extract ?? {}))
      for (const { text, path } of leavesWhere(condition, isPattern, [
        ...['rules', index, 'match', 'extract', name],
      ]))
        yield* patternFaults(text, path);
}

export function* extractWarnings(parts: ConfigSections, root: Located): Iterable<Finding> {
  const uses = [...usesInRules(parts), ...usesInTemplates(parts, root)];
  const used = new Set(uses.map(({ name }) => name));
  const names = namesIn(root);
  // A misspelled name may be the one that means it.
  const isSpelled = uses.every(({ name }) => names.has(name));
  for (const [name, path] of isSpelled ? names : [])
    if (!used.has(name)) yield { path, at: 'key', message: `nothing uses the extract ${name}` };
  yield* ordersWithout(parts, root);
}

/** An order that names what the title need not have is not sent then: a rule that asks for it does not try. */
function* ordersWithout(parts: ConfigSections, root: Located): Iterable<Finding> {
  const ordersOf = ordersIn(parts, root);
  for (const [index, rule] of parts.rules.entries())
    for (const { to, names } of ordersOf(rule?.send ?? [])) {
      const missing = names.find((name) => rule?.match.extract?.[name] === undefined);
      if (missing !== undefined && missing !== '')
        yield {
          path: ['rules', index, 'match'],
          at: 'key',
          message: `${to} names extract.${missing}, and this rule also matches titles without it: no order is sent for them`,
          hint: `add extract: { ${missing}: "*" } to \`match\``,
        };
    }
}

interface Order {
  readonly to: string;
  /** The extracts that it names. */
  readonly names: readonly string[];
}

/** Of a list of `send`, the orders that name an extract. Thousands of rules may share a list of thousands. */
function ordersIn({ destinations, types }: ConfigSections, root: Located) {
  const bySend = new Map<readonly SendTarget[], readonly Order[]>();
  const byForm = new Map<string, readonly string[]>();
  const namesOf = ({ to, template }: SendTarget): readonly string[] => {
    const type = types.get(destinations.get(to)?.type ?? '');
    if (type?.form !== 'order') return [];
    const key = JSON.stringify([template === undefined ? to : '', template]);
    const known = byForm.get(key);
    if (known !== undefined) return known;
    const starts: readonly Path[] =
      template === undefined
        ? type.templated.map((option) => ['destinations', to, option])
        : [['templates', template]];
    const names = starts.flatMap((start) => usesAt(start, root)).map(({ name }) => name);
    byForm.set(key, names);
    return names;
  };
  return (send: readonly SendTarget[]): readonly Order[] => {
    const orders =
      bySend.get(send) ??
      send.map((entry) => ({ to: entry.to, names: namesOf(entry) })).filter(({ names }) => names.length > 0);
    bySend.set(send, orders);
    return orders;
  };
}

function namesIn(root: Located): ReadonlyMap<string, Path> {
  const { node, exact } = nodeAt(root, ['extract']);
  const value = exact && isRecord(node.value) ? node.value : {};
  return new Map(Object.keys(value).map((name) => [name, ['extract', name]]));
}

function* usesInRules({ rules }: ConfigSections): Iterable<Use> {
  for (const [index, rule] of rules.entries())
    for (const name of Object.keys(rule?.match.extract ?? {}))
      yield { name, path: ['rules', index, 'match', 'extract', name] };
}

function* usesInTemplates({ destinations, templates, types }: ConfigSections, root: Located): Iterable<Use> {
  for (const [name, options] of destinations)
    for (const key of types.get(options?.type ?? '')?.templated ?? [])
      yield* usesAt(['destinations', name, key], root);
  for (const name of templates.keys()) yield* usesAt(['templates', name], root);
}

function usesAt(start: Path, root: Located): Use[] {
  const { node, exact } = nodeAt(root, start);
  if (!exact) return [];
  const isText = ({ value }: Located) => typeof value === 'string';
  return nodesWhere(node, isText, start).flatMap(({ node: leaf, path }) =>
    membersNamed(String(leaf.value), 'extract').map(({ member, line, column }) => ({
      name: member,
      path,
      within: { line, column },
    })),
  );
}
