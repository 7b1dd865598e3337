/** Finds `{{ … }}` in places that are not templates, where it would be used literally, and placeholders of other tools, which are not Liquid. */
import type { DestinationRegistry } from '../destinations/registry.ts';
import { variablesOf } from '../templates/variables.ts';
import { nodesWhere, type PlacedNode } from './every-node.ts';
import { isExtension } from './extensions.ts';
import { hasReference } from './interpolate.ts';
import type { Located } from './located.ts';
import type { Finding, Path } from './problem.ts';

/** Also as a browser's address bar writes it. */
const LIQUID = /\{\{|\{%|%7B(?:%7B|%25)/i;
/** In what a variable brings, two braces may be chance; these are not. */
const PLAIN_LIQUID = /\{\{-?\s*[\w.]+\s*(\||-?\}\})|\{%-?\s*\w/;

/** Errors. */
export function* literalTemplates(root: Located, types: DestinationRegistry): Iterable<Finding> {
  const templated = templatedIn(types);
  for (const { node, path } of nodesWhere(root, hasLiquid)) {
    // An anchor there is a template where its alias stands in one.
    if (isExtension(path[0]) || isTitle(path)) continue;
    if (isTemplate(path, templated)) yield* liquidKeys(node, path);
    else if (typeof node.value === 'string') yield* liquidText(node, path, templated);
  }
}

/** An exchange may write anything. */
const isTitle = ([section, , key]: Path) => section === 'tests' && key === 'announcement';

const isLiquid = (text: string) => (text.includes('{') || text.includes('%')) && LIQUID.test(text);

function hasLiquid({ value, children }: Located): boolean {
  if (typeof value === 'string') return isLiquid(value);
  for (const key of children.keys()) if (typeof key === 'string' && isLiquid(key)) return true;
  return false;
}

/** Of all destination types. */
interface Templated {
  /** Options whose values are templates, in the order of the alphabet. */
  readonly options: ReadonlySet<string>;
  /** By an option that says where an order goes: the one that says what is in it. */
  readonly beside: ReadonlyMap<string, string>;
}

function templatedIn(types: DestinationRegistry): Templated {
  const all = [...types.values()];
  const beside = all
    .filter(({ form }) => form === 'order')
    .flatMap(({ templated: [own], patterns, schema }) =>
      [...patterns.keys, 'headers']
        .filter((key) => key in schema.shape)
        .flatMap((key) => (own === undefined ? [] : [[key, own] as const])),
    );
  return {
    options: new Set(all.flatMap(({ templated }) => templated).sort()),
    beside: new Map(beside),
  };
}

/** The values of these options, and of templates, are Liquid; nothing else is. */
function isTemplate([section, , key]: Path, templated: Templated): boolean {
  // A template that is no mapping is a problem of its own.
  if (section === 'templates') return key === undefined || key === 'text' || key === 'body';
  return isOfDestinations(section) && typeof key === 'string' && templated.options.has(key);
}

const isOfDestinations = (section: Path[number] | undefined) =>
  section === 'destinations' || section === 'defaults';

function* liquidKeys(node: Located, path: Path): Iterable<Finding> {
  for (const key of node.children.keys())
    if (typeof key === 'string' && isLiquid(key))
      yield {
        path: [...path, key],
        at: 'key',
        message: 'a key is not a template: Liquid in it would be used literally',
        hint: 'write the name literally; only values can be templates',
      };
}

function* liquidText(node: Located, path: Path, templated: Templated): Iterable<Finding> {
  const { value, literal } = node;
  if (typeof value !== 'string' || literal === undefined) return;
  const pattern = hasReference(literal) && !LIQUID.test(literal) ? PLAIN_LIQUID : LIQUID;
  const at = value.search(pattern);
  if (at === -1) return;
  yield {
    path,
    within: placeOf(value, at),
    message: `${labelOf(path)} is not a template: Liquid in it would be used literally`,
    hint: hintFor(path, templated),
  };
}

function placeOf(text: string, at: number) {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function labelOf(path: Path): string {
  const index = path.findLastIndex((step) => typeof step === 'string');
  return index === -1 ? 'the config' : `\`${String(path[index])}\``;
}

function hintFor([section, , key, , last]: Path, templated: Templated): string {
  if (section === 'rules' && (key === 'send' || last === 'template'))
    return 'a template is named here, and its text stands under `templates:`';
  if (section === 'rules' && key === 'cooldown') return 'write the word alone: ticker, title or rule';
  if (section === 'rules')
    return 'a condition compares with text, a list or { matches: "…" }; it cannot use values of the announcement';
  if (section === 'tests') return 'write what it becomes, such as ABCUSDT';
  if (!isOfDestinations(section)) return 'write the value literally, or read it from a variable';
  const own = templated.beside.get(String(key));
  if (own !== undefined)
    return `put it into \`${own}\`, whose values are templates; for another address make another destination`;
  const places = [...templated.options].map((place) => `\`${place}\``).join(', ');
  return `write the value literally; templates work in ${places} and \`templates\``;
}

/** `{ticker}`, `%ticker%`, `$ticker`, `[[ticker]]`, `<ticker>`: as other tools write it. */
const FOREIGN = /(?<![{$])\{(?:\s+\{)?\s*(\w+)(?:\s*\}){1,2}|%(\w+)%|\$(\w+)\b|\[\[\s*(\w+)\s*\]\]|<(\w+)>/g;

/** Words that mean a variable elsewhere. */
const MEANT: ReadonlySet<string> = new Set([
  ...[...variablesOf('ticker').keys()].map((name) => name.toLowerCase()),
  ...['symbol', 'symbols', 'coin', 'exchange'],
]);
/** Warnings: what is sent literally and was not meant so. */
export function* foreignPlaceholders(root: Located, types: DestinationRegistry): Iterable<Finding> {
  const templated = templatedIn(types);
  for (const { node, path } of sentTexts(root)) {
    const value = String(node.value);
    for (const match of value.matchAll(FOREIGN)) {
      const name = match.slice(1).find((word) => word !== undefined);
      // Markup has elements of such names.
      if (
        name === undefined ||
        !MEANT.has(name.toLowerCase()) ||
        (match[0].startsWith('<') && value.includes('</'))
      )
        continue;
      yield {
        path,
        within: placeOf(value, match.index),
        message: `${match[0]} is not a placeholder here: it would be sent literally`,
        hint: isTemplate(path, templated) ? `write {{ ${name} }}` : hintFor(path, templated),
      };
    }
  }
}

function sentTexts(root: Located): readonly PlacedNode[] {
  return ['defaults', 'destinations', 'templates'].flatMap((section) => {
    const node = root.children.get(section);
    return node === undefined ? [] : nodesWhere(node, isPlainText, [section]);
  });
}

/** Without variables. */
const isPlainText = ({ value, literal }: Located) => typeof value === 'string' && literal === value;
