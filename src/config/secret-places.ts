/**
 * Decides which values of a config must never be shown, by place, name and shape, so that it holds for a broken
 * file too: a secret is hidden even where its key is misspelled or the YAML does not parse.
 */
import { redactorInSteps, type SecretWords } from '../platform/redactor.ts';
import { type Redactor, Secret } from '../platform/secret.ts';
import { whole } from '../platform/steps.ts';
import { aroundTags } from '../templates/tags.ts';
import { writtenWhere } from './every-node.ts';
import { isExtension } from './extensions.ts';
import { isOnlyReferences } from './interpolate.ts';
import type { Located } from './located.ts';
import { isEmptyWord } from './placeholder-words.ts';
import type { Path, Range } from './problem.ts';
import type { SecretKnowledge } from './secret-knowledge.ts';
import { isSecretName } from './secret-names.ts';
import { isOpaque, isWorded, keysInAddress, secretPieces } from './secret-pieces.ts';
import { blotShapes } from './secret-shapes.ts';
import { foreignVariable, readsAsName } from './variable-forms.ts';

function lastKey(path: Path): string {
  for (let at = path.length - 1; at >= 0; at--) {
    const step = path[at];
    if (typeof step === 'string') return step;
  }
  return '';
}

export function isSecretPlace(path: Path, { keys }: SecretKnowledge): boolean {
  // A payload is expected to hold the name of a coin under `token`.
  if (path[0] === 'tests') return false;
  if (path.includes('headers') && lastKey(path) !== 'headers') return true;
  // `key` is a column there, and the entries are symbols.
  if (path[0] === 'tables') return path[2] === 'proxy';
  if (isSecretName(lastKey(path))) return true;
  const [section] = path;
  if (section === 'rules' || path.includes('buttons')) return false;
  const key = lastKey(path);
  if (section === 'destinations' || section === 'defaults') return keys.destinations.has(key);
  if (section === 'feeds' || section === 'cluster') return keys[section].has(key);
  // An anchor under `x-…` may belong to either.
  return isExtension(section) && (keys.destinations.has(key) || keys.feeds.has(key));
}

/** A message of a feed to its source: a key may stand in it beside plain words. */
const isGreeting = (path: Path) => path[0] === 'feeds' && (path[2] === 'hello' || path[2] === 'ping');

const keysInWords = (text: string) => text.split(/[\s"'=:,;]+/).filter(isOpaque);

/** Keys in a value that is not secret as a whole. */
export function keysIn(value: string, path: Path, { patterns }: SecretKnowledge): readonly string[] {
  const keys = keysInAddress(value, patterns);
  return isGreeting(path) ? [...keys, ...keysInWords(value)] : keys;
}

/** Where the file shows secrets in clear. */
export function secretRanges(root: Located, known: SecretKnowledge): readonly Range[] {
  const isShown = ({ children, literal, value }: Located, path: Path) =>
    children.size === 0 &&
    (isSecretPlace(path, known) || keysIn(literal ?? '', path, known).length > 0) &&
    (literal === undefined ? typeof value !== 'object' : !isOnlyReferences(literal));
  return writtenWhere(root, isShown).map(({ node }) => node.range);
}

/** A header without a secret (`X-Source: listing-bridge`), which must not be redacted from every log. */
const isPlainHeader = (path: Path, node: Located, { patterns }: SecretKnowledge) =>
  path.includes('headers') &&
  !isSecretName(lastKey(path)) &&
  node.outside.length === 0 &&
  blotShapes(String(node.value), patterns) === String(node.value);

/** A number is an id where nothing says that it is a secret. */
const isId = (value: string) => /^-?\d{1,20}$/.test(value);

/** Text between templates: what these bring in is known only when something is sent. */
const aroundTemplates = (value: string) => aroundTags(value).filter((part) => part !== '');

/**
 * Values to remove from every text: what stands in a secret place, what opens something in any address, and what
 * came from a file or from a variable whose name announces a secret. Other variables bring names, hosts, ids.
 */
function* secretValues(root: Located, known: SecretKnowledge): Iterable<string> {
  const mayHave = ({ children, outside, value }: Located, path: Path) =>
    children.size === 0 &&
    (outside.length > 0 || isSecretPlace(path, known) || keysIn(String(value), path, known).length > 0);
  for (const { node, path } of writtenWhere(root, mayHave)) {
    const isHere = isSecretPlace(path, known) && !isPlainHeader(path, node, known);
    for (const { value, name } of node.outside)
      if (isHere || name === undefined || (isSecretName(name) && !isId(value))) yield value;
    const { value } = node;
    if (value === undefined || typeof value === 'object' || typeof value === 'boolean') continue;
    if (isHere) yield* [node.literal ?? '', String(value)].flatMap(aroundTemplates);
    else yield* keysIn(String(value), path, known);
  }
}

/** Every `Secret` in typed options, but for headers, which `secretValues` has classified. */
function secretsIn(options: unknown, take: (secret: Secret) => void): void {
  // Rules that send to a group share one list: it is looked through once.
  const seen = new Set<object>();
  const lookInList = (list: readonly unknown[]): void => {
    if (list.length > FEW && seen.has(list)) return;
    if (list.length > FEW) seen.add(list);
    for (const item of list) look(item);
  };
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (value instanceof Secret) take(value);
    else if (Array.isArray(value)) lookInList(value);
    else for (const key in value) if (key !== 'headers') look(value[key as keyof typeof value]);
  };
  look(options);
}

/** Shorter lists are looked through again as fast as they are known again. */
const FEW = 10;

/** Of another program, and so no secret itself. */
const isVariable = (value: string) => readsAsName(foreignVariable(value) ?? '');

/** For logs, errors and pages. `roots`: of all files; `config` is the typed config, when there is one. */
export const redactorFor = (
  roots: readonly Located[],
  config: unknown,
  known: SecretKnowledge,
): { readonly redact: Redactor; readonly words: SecretWords } => {
  const words = secretWords(roots, config, known);
  return { redact: whole(redactorInSteps(words)), words };
};

function secretWords(roots: readonly Located[], config: unknown, known: SecretKnowledge): SecretWords {
  const values = new Set(roots.flatMap((root) => [...secretValues(root, known)]));
  secretsIn(config, (secret) => values.add(secret.reveal()));
  // A value that is only a reference is no secret itself. "\ud800" in YAML makes half a character, which no output can hold.
  const secrets = [...values]
    .filter((value) => !isOnlyReferences(value) && !isEmptyWord(value) && !isVariable(value))
    .map((value) => secretPieces(value.toWellFormed(), known.patterns));
  return {
    parts: secrets.flatMap(({ parts }) => parts),
    wholes: secrets.flatMap(({ wholes }) => wholes),
    names: roots.flatMap((root) => [...namesIn(root, known)]),
  };
}

/** Names of feeds, destinations, groups and rules: they appear everywhere, and a receiver's path often has the same name. */
function* namesIn(root: Located, { patterns }: SecretKnowledge): Iterable<string> {
  for (const section of ['feeds', 'destinations', 'groups', 'tables', 'rules'])
    for (const [step, { children }] of root.children.get(section)?.children ?? []) {
      const node = children.get('name');
      const name = typeof step === 'string' ? step : node?.value;
      // Not one that is, or holds, a key that was put into the wrong place.
      const isOurs =
        node?.outside.every((from) => from.name !== undefined && !isSecretName(from.name)) ?? true;
      if (typeof name !== 'string' || name === '' || !isOurs) continue;
      if (isWorded(name) || blotShapes(name, patterns) === name) yield name;
    }
}
