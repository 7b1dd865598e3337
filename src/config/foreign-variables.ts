/** Errors: variables as shells and other programs write them. Here they would be used as they stand. */

import { nodesWhere } from './every-node.ts';
import type { Located } from './located.ts';
import type { Finding, Path } from './problem.ts';
import type { SecretKnowledge } from './secret-knowledge.ts';
import { isSecretPlace } from './secret-places.ts';
import { foreignVariable, readsAsName } from './variable-forms.ts';

/** Within an address or a header. */
const INSIDE = /(?<=[\s/=:@?&])\$([A-Z][A-Z0-9_]{2,})(?![\w{])|(?<=[\s/=:@?&])%([A-Z][A-Z0-9_]{2,})%/;

/** Where secrets are kept: `vault:secret/bridge#key`, `op://vault/item/field`. */
const KEPT_ELSEWHERE = /^(?:vault|op|aws-?sm|gcp-?sm|doppler|sops|arn:aws):\S/i;

/** Where people write what they like, or what goes out as it stands. */
const OWN_TEXTS: ReadonlySet<unknown> = new Set([
  'rules',
  'templates',
  'tests',
  'extract',
  'groups',
  'version',
]);
const SENT: ReadonlySet<unknown> = new Set(['body', 'buttons', 'threadName', 'username', 'name', 'hello']);

/** `isSet`: there is such a variable. */
export function* foreignVariables(
  root: Located,
  known: SecretKnowledge,
  isSet: (name: string) => boolean,
): Iterable<Finding> {
  const isUsed = ({ value, literal }: Located, path: Path) =>
    typeof value === 'string' &&
    literal === value &&
    !OWN_TEXTS.has(path[0]) &&
    !path.some((step) => SENT.has(step)) &&
    !isRow(path);
  for (const { node, path } of nodesWhere(root, isUsed)) {
    const value = String(node.value);
    const isSecret = isSecretPlace(path, known);
    const name = nameIn(value, isSecret);
    if (name !== undefined)
      yield {
        path,
        message: `${labelOf(path)} holds a variable as another program writes it: here it would be used literally`,
        hint: `write \${${isSet(name) || readsAsName(name) ? name : 'NAME'}}`,
      };
    else if (isSecret && KEPT_ELSEWHERE.test(value))
      yield {
        path,
        message: `${labelOf(path)} names a place of another program: here it would be used literally`,
        hint: `let that program put the value into the environment or a file, and write \${NAME} or \${file:/run/secrets/name}`,
      };
  }
}

/** Of a table that stands in the config: `$BTC` is one of its symbols there. */
const isRow = ([section, , key]: Path) =>
  section === 'tables' && !['url', 'file', 'headers', 'proxy'].includes(String(key));

function nameIn(value: string, isSecret: boolean): string | undefined {
  const whole = foreignVariable(value);
  if (whole !== undefined) return whole;
  const inside = isSecret ? INSIDE.exec(value) : null;
  return inside?.[1] ?? inside?.[2];
}

const labelOf = (path: Path) => `\`${String(path.findLast((step) => typeof step === 'string'))}\``;
