/** Hints for keys that stand in the wrong place, or that came out of an editor or a chat with something else in them. */
import { type Located, nodeAt } from './located.ts';
import { asMapping } from './mapping-hints.ts';
import { INVISIBLE } from './odd-words.ts';
import type { Path } from './problem.ts';

/** Blanks that look like a space and are none for YAML. */
const ODD_BLANK = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/;

/** Of a key that is not known where it stands; `undefined`: nothing special about it. */
export function keySlip(path: Path, key: string, root: Located): string | undefined {
  const slip = characterSlip(key);
  if (slip !== undefined || nodeAt(root, path.slice(0, -1)).node.children.size > MOST_KEYS) return slip;
  return listSlip(path, root) ?? indentSlip(path, root);
}

/** Of a mapping that is looked through for each unknown key of it; one with more holds something else. */
const MOST_KEYS = 200;

function characterSlip(key: string): string | undefined {
  if (ODD_BLANK.test(key))
    return 'there are no-break spaces in this line, as a chat or a page makes them: type its blanks again';
  if (INVISIBLE.test(key)) return 'there is an invisible character in this key: type it again';
  if (/[：，]/.test(key))
    return 'the colon or comma is a wide one: write : and , with the keyboard set to Latin letters';
  if (key.startsWith('//') || key.startsWith('/*')) return 'a comment starts with #';
  return undefined;
}

/** Destinations, where names are written as keys: `send: { team: , bot: }`. */
function listSlip(path: Path, root: Located): string | undefined {
  const { node } = nodeAt(root, path.slice(0, -1));
  const isSend = path.at(-2) === 'send' || path.at(-3) === 'send';
  const keys = [...node.children.keys()];
  if (!isSend || !keys.every((name) => nodeAt(node, [name]).node.value === null)) return undefined;
  return `names are a list: [${keys.join(', ')}]`;
}

/** It belongs into the empty mapping above, or to what holds this one. */
function indentSlip(path: Path, root: Located): string | undefined {
  const key = path.at(-1);
  const { node: holder } = nodeAt(root, path.slice(0, -1));
  let above: string | undefined;
  for (const [name, { value, broken }] of holder.children) {
    if (name === key) break;
    if (value === null && !broken) above = String(name);
  }
  if (above !== undefined) return `if it belongs to \`${above}\` above, indent it further than that`;
  const [section, , part] = path;
  const isDeep = path.length === 4 && section === 'rules' && (part === 'match' || part === 'send');
  if (isDeep && ['name', 'send', 'stop'].includes(String(key)))
    return `it belongs to the rule: indent it as far as \`${part}\``;
  if (isDeep && key === 'match') return 'one `match` is enough: write the conditions directly below it';
  return undefined;
}

/** Of a text where a mapping belongs, because its colons are none. */
function colonSlip(text: string): string | undefined {
  if (ODD_BLANK.test(text)) return keySlipOfBlank;
  const [, key = '', sign = ''] = /^([A-Za-z][\w-]*)\s*([:=：])/.exec(text) ?? [];
  if (sign === '' || /^[a-z]+:\/\//i.test(text)) return undefined;
  return `after a key comes a colon, then a space: ${key}: …`;
}

const keySlipOfBlank =
  'there are no-break spaces in it, as a chat or a page makes them: type its blanks again';

/** Of a section or an option that is a mapping, and what somebody wrote in one word. */
export function mappingHint(path: Path, value: unknown): string | undefined {
  if (typeof value === 'string') {
    const slip = colonSlip(value);
    if (slip !== undefined) return slip;
  }
  const written = asMapping(path.at(-1), value);
  if (written !== undefined) return written;
  const [section] = path;
  const isWord = typeof value === 'string' || typeof value === 'boolean';
  if (path.length === 1 && section === 'alerts')
    return `write alerts: { send: [${typeof value === 'string' ? value : 'the name of a destination'}] }`;
  if (path.length === 1 && section === 'log' && isWord) return 'write log: { level: debug }';
  if (path.length === 1 && section === 'store' && typeof value === 'string')
    return `write store: { path: ${value} }`;
  if (path.length === 2 && section === 'templates' && typeof value === 'string')
    return 'write the text below it, as text: "…"';
  if (path.length === 2 && section === 'destinations')
    return 'below the name of a destination, and indented further, come its options: type: …';
  return undefined;
}
