/**
 * `defaults:` by type, put below each destination before anything else looks at it: what a destination says itself
 * counts, mappings of options merge key by key, lists and `body` are replaced. An inherited value keeps its own place.
 */
import type { z } from 'zod';
import type { AnyDestinationType, DestinationRegistry } from '../destinations/registry.ts';
import { isRecord } from '../platform/wire-values.ts';
import { type Located, mappingOf, nodeAt } from './located.ts';
import { fragmentOf, ignoresCase, optionsIn } from './option-groups.ts';
import type { Finding, Path } from './problem.ts';
import type { DestinationShape } from './schema.ts';

/** The config with every destination complete. */
export function withDefaults(root: Located, types: DestinationRegistry): Located {
  const defaults = root.children.get('defaults');
  const destinations = root.children.get('destinations');
  if (!isRecord(defaults?.value) || !isRecord(destinations?.value)) return root;
  const usable = new Map<unknown, Fallback>();
  for (const [name, node] of defaults.children) {
    const type = types.get(String(name));
    if (type === undefined || !isRecord(node.value)) continue;
    const { schema, alternatives = [] } = type;
    usable.set(name, { ...{ schema, alternatives }, node: soundPart(node, schema.shape) });
  }
  const merged = Array.from(destinations.children, ([name, own]): [string | number, Located] => {
    const fallback = usable.get(own.children.get('type')?.value);
    return [name, fallback === undefined ? own : complete(own, fallback)];
  });
  const children = new Map(root.children).set('destinations', mappingOf(destinations, new Map(merged)));
  return mappingOf(root, children);
}

interface Fallback extends Required<Pick<AnyDestinationType, 'schema' | 'alternatives'>> {
  readonly node: Located;
}

function complete(own: Located, { node, schema, alternatives }: Fallback): Located {
  const chosen = alternatives.find((keys) => keys.some((key) => own.children.has(key)));
  const excluded = new Set(chosen && alternatives.filter((keys) => keys !== chosen).flat());
  const fitting = [...node.children].filter(([key]) => !excluded.has(String(key)));
  return below(own, new Map(fitting), (key) => schema.shape[key]);
}

type Schemas = (key: string) => z.core.$ZodType | undefined;

function below(own: Located, base: Located['children'], schemas: Schemas, withoutCase = false): Located {
  const children = new Map(own.children);
  const written = new Map([...own.children.keys()].map((key) => [fold(key, withoutCase), key]));
  for (const [key, inherited] of base) {
    const mine = own.children.get(written.get(fold(key, withoutCase)) ?? key);
    if (mine === undefined) {
      children.set(key, inherited);
      continue;
    }
    const inner = optionsIn(schemas(String(key)));
    if (inner !== undefined && isRecord(mine.value) && isRecord(inherited.value))
      children.set(key, below(mine, inherited.children, inner, ignoresCase(String(key))));
  }
  return mappingOf(own, children);
}

const fold = (key: string | number, withoutCase: boolean) =>
  withoutCase ? String(key).toLowerCase() : String(key);

/** Without what is wrong in it, which is reported where it stands and must not be reported again for each destination. */
function soundPart(node: Located, shape: DestinationShape): Located {
  const { error } = fragmentOf(shape).safeParse(node.value);
  const unknown = new Set<string>();
  const wrong = new Set<string>();
  for (const issue of error?.issues ?? [])
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys) unknown.add(JSON.stringify([...issue.path, key]));
    else wrong.add(JSON.stringify(issue.path));
  return wrong.size + unknown.size === 0 ? node : pruned(node, []);

  function pruned(part: Located, path: Path): Located {
    if (wrong.has(JSON.stringify(path)))
      return part.with({ value: undefined, children: new Map(), broken: true });
    if (!isRecord(part.value)) return part;
    const kept = [...part.children]
      .map(([key, child]) => [key, child, [...path, key]] as const)
      .filter(([, , inner]) => !unknown.has(JSON.stringify(inner)))
      .map(([key, child, inner]) => [key, pruned(child, inner)] as const);
    return mappingOf(part, new Map(kept));
  }
}

/** Of what is found at inherited values: once, with the destinations that it is about; nothing that is reported of `defaults` itself. */
export function onceForAll(findings: readonly Finding[], root: Located): Finding[] {
  const names = new Map<string, Set<string>>();
  const own = new Set(findings.filter(({ path }) => path[0] === 'defaults').map(keyOf));
  const kept = findings.filter((finding) => {
    const origin = originOf(finding.path, root);
    if (origin === undefined) return true;
    const key = keyOf({ ...finding, path: origin });
    if (own.has(key)) return false;
    const seen = names.get(key) ?? new Set();
    names.set(key, seen.add(String(finding.path[1])));
    return seen.size === 1;
  });
  return kept.map((finding) => {
    const origin = originOf(finding.path, root);
    const about = origin && names.get(keyOf({ ...finding, path: origin }));
    return about === undefined ? finding : { ...finding, message: `${finding.message}${forWhom(about)}` };
  });
}

const keyOf = ({ path, message }: Pick<Finding, 'path' | 'message'>) => JSON.stringify([path, message]);

/** The place in `defaults` at which an inherited value of a destination stands. */
function originOf([section, name = '', ...rest]: Path, root: Located): Path | undefined {
  if (section !== 'destinations' || rest.length === 0) return undefined;
  const type = nodeAt(root, ['destinations', name, 'type']).node.value;
  if (typeof type !== 'string') return undefined;
  const origin: Path = ['defaults', type, ...rest];
  const { node } = nodeAt(root, origin);
  return node === nodeAt(root, ['destinations', name, ...rest]).node ? origin : undefined;
}

function forWhom(names: ReadonlySet<string>): string {
  const [first = ''] = names;
  const others = names.size - 1;
  const more = others === 0 ? '' : others === 1 ? ' and another' : ` and ${others} others`;
  return ` (for ${first}${more})`;
}
