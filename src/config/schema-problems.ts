/**
 * Turns zod's issues into findings for people: unions are narrowed to the intended branch, library words are
 * replaced, unknown keys get a suggestion, and one mistake is reported once.
 */
import { z } from 'zod';
import type { DestinationRegistry } from '../destinations/registry.ts';
import { nearest } from '../platform/suggest.ts';
import { defaultsHint } from './default-problems.ts';
import { durationHint } from './duration-hint.ts';
import { extensionHint } from './extensions.ts';
import { feedTypeProblem, keyOfOtherType } from './feed-problems.ts';
import { foreignKeyHint } from './foreign-keys.ts';
import { formHint } from './form-hints.ts';
import { idHint } from './id-hints.ts';
import { keySlip, mappingHint } from './key-slips.ts';
import { type Located, nodeAt } from './located.ts';
import { quoteHint } from './odd-characters.ts';
import { insteadOf } from './other-types.ts';
import type { Finding, Path } from './problem.ts';
import type { SecretKnowledge } from './secret-knowledge.ts';
import { isSecretPlace } from './secret-places.ts';
import { testHint } from './test-faults.ts';
import { joinTornRules } from './torn-rules.ts';

type Issue = z.core.$ZodIssue;

/** The keys that a config can have. */
export interface KnownKeys {
  readonly types: DestinationRegistry;
  readonly secrets: SecretKnowledge;
}

/** Separates the keys that `explainIssue` smuggles out in a message: only there is the schema at hand. */
const KEYS = '\n';

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys to values',
  record: 'a mapping of names to values',
};

/** Replaces zod's own words; a schema's own message goes before it. */
export function issueMessage(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPE_NAMES[issue.expected] ?? issue.expected}`;
    case 'invalid_value': {
      const words = issue.values.map(String);
      return words.length === 1 ? `must be ${words[0]}` : `must be one of: ${words.join(', ')}`;
    }
    case 'unrecognized_keys':
      return issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape).join(KEYS) : '';
    case 'too_small':
      if (Number(issue.minimum) === 1 && issue.origin !== 'number') return 'must not be empty';
      return `must be at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'array'
        ? `must have at most ${issue.maximum} entries`
        : `must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`;
    default:
      return 'is not valid here';
  }
}

export function schemaProblems(issues: readonly Issue[], root: Located, known: KnownKeys): Finding[] {
  const flat = issues.flatMap((issue) => narrow(issue, []));
  const unknownAt = new Set(
    flat.filter(({ code }) => code === 'unrecognized_keys').map(({ path }) => where(path)),
  );
  const findings: Finding[] = [];
  for (const issue of flat) {
    // A remark on the whole follows from the unknown key or unset variable that was reported.
    if (issue.code === 'custom' && (unknownAt.has(where(issue.path)) || hasBroken(root, issue.path)))
      continue;
    if (isBroken(root, issue.path) || mayBeMerged(root, issue.path)) continue;
    findings.push(...explainOne(issue, root, known));
  }
  // A key that is missing is the one that was misspelled beside it.
  const suggested = new Set(
    findings.flatMap(({ at, path, hint = '' }) =>
      at === 'key' ? [where([...path.slice(0, -1), hint])] : [],
    ),
  );
  const left = findings.filter(({ at, path }) => {
    const slip = `did you mean \`${String(path.at(-1))}\`?`;
    return !(at === 'missing' && suggested.has(where([...path.slice(0, -1), slip])));
  });
  return joinTornRules(left);
}

const where = (path: readonly PropertyKey[]) => JSON.stringify(path.map(String));
const plain = (path: readonly PropertyKey[]): Path =>
  path.map((step) => (typeof step === 'number' ? step : String(step)));

function isBroken(root: Located, path: readonly PropertyKey[]): boolean {
  const { node, exact } = nodeAt(root, plain(path));
  return exact && node.broken;
}

/** It is missing where a `<<` could have brought it. */
function mayBeMerged(root: Located, path: readonly PropertyKey[]): boolean {
  const { node, exact } = nodeAt(root, plain(path));
  return !exact && node.partial === true;
}

function hasBroken(root: Located, path: readonly PropertyKey[]): boolean {
  const { node, exact } = nodeAt(root, plain(path));
  return exact && [...node.children.values()].some((child) => child.broken);
}

/** Paths of nested issues are relative to their union. */
export function narrow(issue: Issue, prefix: readonly PropertyKey[]): Issue[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'invalid_union') {
    const meant = issue.errors.find((branch) => branch.length > 0 && !branch.some(isOtherKind));
    const whole = { ...issue, path };
    if (meant === undefined) return [whole];
    // "…, or false" says more than the branch alone.
    const [only, other] = meant;
    const isLess = other === undefined && only?.path.length === 0 && issue.message.startsWith(only.message);
    if (isLess && hintOf(only) === undefined) return [whole];
    return meant.flatMap((inner) => narrow(inner, path));
  }
  return [{ ...issue, path }];
}

/** The value is not of this branch's kind at all. */
function isOtherKind(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union') return issue.errors.every((branch) => branch.some(isOtherKind));
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

function explainOne(issue: Issue, root: Located, known: KnownKeys): Finding[] {
  const path = plain(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.message.split(KEYS);
    return issue.keys.map((key) => unknownKey([...path, key], key, keys, root, known.types));
  }
  if (issue.code === 'invalid_key') {
    const message = issue.issues[0]?.message ?? 'is not a valid name';
    return [{ path, at: 'key', message: join(`the name \`${String(path.at(-1))}\``, message) }];
  }
  const { node, exact } = nodeAt(root, path);
  if (issue.code === 'invalid_union' && path.at(-1) === 'type' && path[0] === 'destinations')
    return [
      typeProblem(path, nodeAt(root, path.slice(0, -1)).node, exact ? node.value : undefined, known.types),
    ];
  if (issue.code === 'invalid_union' && path.at(-1) === 'type' && path[0] === 'feeds')
    return [feedTypeProblem(path, node.value)];
  if (!exact)
    return [{ path, at: 'missing', message: `${labelOf(path)} is missing`, hint: asHint(issue.message) }];
  if (issue.code !== 'custom' && node.value === null)
    return [{ path, message: `${labelOf(path)} has no value`, hint: asHint(issue.message) }];
  return [
    {
      path,
      message: join(labelOf(path), mistyped(issue.message, node.value)),
      hint: hintFor(issue, node, path, known.secrets),
    },
  ];
}

function unknownKey(
  path: Path,
  key: string,
  known: readonly string[],
  root: Located,
  types: DestinationRegistry,
): Finding {
  const [section, index] = path;
  const isOfFeed = section === 'feeds' && path.length === 3;
  const other = isOfFeed ? keyOfOtherType(nodeAt(root, [section, index ?? 0]).node, key) : undefined;
  if (other !== undefined) return { path, at: 'key', message: `unknown key \`${key}\``, hint: other };
  const special =
    section === 'defaults' ? defaultsHint(path, root, types) : (testHint(path) ?? extensionHint(path));
  if (special !== undefined) return { path, at: 'key', message: `unknown key \`${key}\``, hint: special };
  const slip = keySlip(path, key, root) ?? foreignKeyHint(path);
  const isPlain = /^[\w.-]+$/.test(key);
  const best = slip === undefined || isPlain ? nearest(key, known) : undefined;
  const own = path.length === 1 ? '; a key of your own starts with x-' : '';
  const hint =
    best === undefined ? (slip ?? `known here: ${known.join(', ')}${own}`) : `did you mean \`${best}\`?`;
  return { path, at: 'key', message: `unknown key \`${key}\``, hint };
}

const ANY_PROGRAM = 'any program that takes an HTTP request is a webhook: type: webhook, with its `url`';

/** Told by what else is there. */
function typeProblem(path: Path, destination: Located, value: unknown, types: DestinationRegistry): Finding {
  const names = [...types.keys()];
  const guess = names.find((name) =>
    types.get(name)?.patterns.keys.some((key) => destination.children.has(key)),
  );
  if (value === undefined || value === null) {
    const hint = guess === undefined ? undefined : `add \`type: ${guess}\``;
    return {
      path,
      at: 'missing',
      message: `\`${String(path.at(-2))}\` needs a type: ${names.join(', ')}`,
      hint,
    };
  }
  const best = typeof value === 'string' ? nearest(value, names) : undefined;
  const instead = typeof value === 'string' ? insteadOf(value, types) : undefined;
  return {
    path,
    message: `\`type\` must be one of: ${names.join(', ')}`,
    hint: instead ?? (best === undefined ? ANY_PROGRAM : `did you mean \`${best}\`?`),
  };
}

/** The nearest key's name; what is in a list is an entry of it. */
function labelOf(path: Path): string {
  const index = path.findLastIndex((step) => typeof step === 'string');
  if (index === -1) return 'the config';
  const label = `\`${String(path[index])}\``;
  return index === path.length - 1 ? label : `an entry of ${label}`;
}

/** For what other checks say of a value: names it, when the words begin with what it must be. */
export const labelled = (path: Path, message: string) =>
  BEGINS_WITH_VERB.test(message) ? `${labelOf(path)} ${message}` : message;

const BEGINS_WITH_VERB = /^(must|is|are|works?|has|cannot|needs?)\b/;

const join = (label: string, message: string) =>
  BEGINS_WITH_VERB.test(message) ? `${label} ${message}` : `${label}: ${message}`;

const asHint = (message: string) => (message.startsWith('must be ') ? `it ${message}` : message);

/** Text that YAML reads as something else is the commonest slip. */
function mistyped(message: string, value: unknown): string {
  if (message !== 'must be text') return message;
  if (typeof value === 'number') return 'must be text (in quotes), not a number';
  if (typeof value === 'boolean') return 'must be text (in quotes), not true or false';
  return Array.isArray(value) ? 'must be text, not a list' : 'must be text, not a mapping';
}

/** That of the schema itself. */
function hintOf(issue: Issue): string | undefined {
  const hint: unknown = issue.code === 'custom' ? issue.params?.['hint'] : undefined;
  return typeof hint === 'string' ? hint : undefined;
}

/** An option that knows one word only. */
function onlyWord(issue: Issue, value: unknown): string | undefined {
  if (issue.code !== 'invalid_value' || issue.values.length !== 1 || value === null) return undefined;
  const [word] = issue.values;
  return typeof word === 'string' && typeof value !== 'string' ? `write ${word}` : undefined;
}

function hintFor(issue: Issue, node: Located, path: Path, secrets: SecretKnowledge): string | undefined {
  // The schema knows best what was meant.
  const own =
    quoteHint(node.value, isSecretPlace(path, secrets)) ??
    hintOf(issue) ??
    idHint(path.at(-1), node.value, node.written) ??
    formHint(issue.message, path, node.value) ??
    onlyWord(issue, node.value);
  if (own !== undefined) return own;
  const only: unknown = Array.isArray(node.value) && node.value.length === 1 ? node.value[0] : node.value;
  if (issue.code === 'invalid_value' && typeof only === 'string') {
    const best = nearest(only, issue.values.map(String));
    if (best !== undefined) return `did you mean \`${best}\`?`;
  }
  if (issue.message.includes('duration')) return durationHint(String(node.value), path.at(-1));
  if (/^must be a mapping/.test(issue.message) && !isSecretPlace(path, secrets))
    return mappingHint(path, node.value);
  if (node.written !== undefined && issue.message.startsWith('must be text') && !isSecretPlace(path, secrets))
    return `put it in quotes: "${node.written}"`;
  return undefined;
}
