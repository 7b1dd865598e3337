/** The names of `extract:`: those that rules and templates use must be there. Errors, and warnings of what is never used or may be missing from an order. */
import { didYouMean } from '../platform/suggest.ts';
import { isRecord } from '../platform/wire-values.ts';
import { membersNamed } from '../templates/members.ts';
import { everyNode, type Located, nodeAt } from './document.ts';
import { leavesOf } from './match-words.ts';
import { patternFault } from './names.ts';
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
    if (exact && typeof node.value === 'string') yield* patternFault(node.value, [...path, 'matches']);
  }
  yield* patternsOfRules(parts);
  for (const { name, path, within } of [...usesInRules(parts), ...usesInTemplates(parts, root)])
    if (!names.has(name))
      yield {
        path,
        ...(within === undefined ? { at: 'key' as const } : { within }),
        message:
          name === '' ? '"extract" needs a name, such as {{ extract.pair }}' : `there is no extract ${name}`,
        hint: didYouMean(name, names.keys()) ?? DEFINE,
      };
}

const DEFINE = 'define it at the top level: extract: { name: { matches: "…" } }';

function* patternsOfRules({ rules }: ConfigSections): Iterable<Finding> {
  for (const [index, rule] of rules.entries())
    for (const [name, condition] of Object.entries(rule?.match.extract ?? {}))
      for (const { kind, text, path } of leavesOf(condition, ['rules', index, 'match', 'extract', name]))
        if (kind === 'pattern') yield* patternFault(text, path);
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
  const { rules, destinations, types } = parts;
  for (const [index, rule] of rules.entries())
    for (const { to, template } of rule?.send ?? []) {
      const type = types.get(destinations.get(to)?.type ?? '');
      if (type?.form !== 'order') continue;
      const starts =
        template === undefined
          ? type.templated.map((key): Path => ['destinations', to, key])
          : [['templates', template]];
      const asked = new Set(Object.keys(rule?.match.extract ?? {}));
      const missing = starts.flatMap((start) => usesAt(start, root)).find(({ name }) => !asked.has(name));
      if (missing !== undefined && missing.name !== '')
        yield {
          path: ['rules', index, 'match'],
          at: 'key',
          message: `${to} names extract.${missing.name}, and this rule also matches titles without it: no order is sent for them`,
          hint: `add extract: { ${missing.name}: "*" } to \`match\``,
        };
    }
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
  return [...everyNode(node, start)].flatMap(({ node: leaf, path }) =>
    typeof leaf.value === 'string'
      ? membersNamed(leaf.value, 'extract').map(({ member, line, column }) => ({
          name: member,
          path,
          within: { line, column },
        }))
      : [],
  );
}
