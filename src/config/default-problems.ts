/** Hints for keys that `defaults:` does not have: most are options that miss their type, or a type that is called otherwise. */
import type { DestinationRegistry } from '../destinations/registry.ts';
import { nearest } from '../platform/suggest.ts';
import { type Located, nodeAt } from './located.ts';
import { insteadOf } from './other-types.ts';
import type { Path } from './problem.ts';

const SECTIONS = /^(feeds?|rules?|alerts?|store|server|log|templates?)$/;

/** `undefined`: the usual suggestion says it. */
export function defaultsHint(
  [, key = '', option, ...deeper]: Path,
  root: Located,
  types: DestinationRegistry,
): string | undefined {
  if (option !== undefined)
    return option === 'type' && deeper.length === 0
      ? `remove it: these are already the defaults of type ${String(key)}`
      : undefined;
  const word = String(key);
  const names = [...types.keys()];
  const type = nodeAt(root, ['destinations', word, 'type']);
  if (type.exact)
    return `defaults are given by type, not by name: ${word} is of type ${String(type.node.value)}`;
  if (SECTIONS.test(word)) return `defaults are only for destinations, by type: ${names.join(', ')}`;
  if (nearest(word, names) !== undefined) return undefined;
  const having = names.filter((name) => Object.hasOwn(types.get(name)?.schema.shape ?? {}, word));
  if (having.length > 0)
    return `options stand under their type: ${having[0]}: { ${word}: … } (types: ${names.join(', ')})`;
  const instead = insteadOf(word, types);
  return instead?.replace(/^write type: (\w+)$/, 'write $1') ?? `known here, by type: ${names.join(', ')}`;
}
