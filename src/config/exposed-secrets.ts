/** Warnings: secrets that stand in the file itself, and secrets that are still the example's. */

import { nodesWhere } from './every-node.ts';
import { isExtension } from './extensions.ts';
import { hasReference } from './interpolate.ts';
import type { Located } from './located.ts';
import { isPlaceholder } from './placeholder-words.ts';
import type { Finding, Path } from './problem.ts';
import type { SecretKnowledge } from './secret-knowledge.ts';
import { isSecretName } from './secret-names.ts';
import { decoded, isOpaque, isWorded } from './secret-pieces.ts';
import { isSecretPlace, keysIn } from './secret-places.ts';
import { blotShapes } from './secret-shapes.ts';

export function* exposedSecrets(root: Located, known: SecretKnowledge): Iterable<Finding> {
  const isStandIn = ({ value }: Located, path: Path) =>
    isSecretPlace(path, known) && isPlaceholder(String(value));
  const isExposed = (node: Located, path: Path) =>
    !(node.children.size > 0 || node.broken || isObject(node.value)) &&
    (isStandIn(node, path) || isInClear(node, path, known));
  for (const { node, path } of nodesWhere(root, isExposed)) {
    const label = `\`${String(path.findLast((step) => typeof step === 'string'))}\``;
    if (isStandIn(node, path))
      yield {
        path,
        message: `${label} is still a placeholder`,
        hint: 'replace it: in .env, or where this variable is set',
      };
    else
      yield {
        path,
        message: `${label} is written in the file in clear text`,
        hint: `put it into the environment or .env and write \${${variableFor(path)}} here`,
      };
  }
}

/** Of a leaf: nothing, an empty list or mapping. */
const isObject = (value: unknown) => typeof value === 'object';

/** A template is no secret: it is filled in when something is sent. */
function isInClear({ literal, written, value }: Located, path: Path, known: SecretKnowledge): boolean {
  const text = literal ?? written ?? '';
  // `proxy: false`
  if (typeof value === 'boolean') return false;
  if (text === '' || hasReference(text) || text.includes('{{')) return false;
  return isSecretPlace(path, known)
    ? isTelling(path, text, known.patterns)
    : keysIn(text, path, known).length > 0;
}

/** Addresses and headers may say nothing secret; what looks opaque does. */
function isTelling(path: Path, text: string, patterns: SecretKnowledge['patterns']): boolean {
  const key = String(path.at(-1));
  if (path.includes('headers')) return isSecretName(key) || blotShapes(text, patterns) !== text;
  const address = key === 'proxy' && !text.includes('://') ? `http://${text}` : text;
  if (!/^(?:https?|socks\w*):/i.test(address) || !URL.canParse(address)) return true;
  const { pathname, searchParams, password } = new URL(address);
  return (
    password !== '' ||
    pathname
      .split('/')
      .map(decoded)
      .some((segment) => isOpaque(segment) && !isWorded(segment)) ||
    [...searchParams].some(([name, value]) => isSecretName(name) || isOpaque(value))
  );
}

const ABOUT_NOTHING = ['destinations', 'defaults', 'feeds', 'headers', 'body'];

/** `botToken` of `vip` → `VIP_BOT_TOKEN`. */
function variableFor(path: Path): string {
  const words = path.filter(
    (step) => typeof step === 'string' && !ABOUT_NOTHING.includes(step) && !isExtension(step),
  );
  return words
    .map((word) =>
      String(word)
        .replace(/([a-z])([A-Z])/g, '$1_$2')
        .replace(/\W/g, '_')
        .toUpperCase(),
    )
    .join('_');
}
