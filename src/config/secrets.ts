/**
 * What must never be shown of a config, decided by place and shape, so that it holds for a broken file
 * too: a secret is hidden even where its key is misspelled or the YAML does not parse.
 */
import { createRedactor, REDACTED, type Redactor, Secret } from '../platform/secret.ts';
import { everyNode, type Located, type Range } from './document.ts';
import { isOnlyReferences } from './interpolate.ts';
import type { Path } from './problem.ts';

const SECRET_KEY = /key|token|secret|passw|webhook|auth|cookie|credential|signature/i;

/** Keys, tokens and webhook URLs as the services make them. */
const SHAPES = [
  /dsk_[\w-]{6,}/g,
  /whsec_[\w+/=-]{6,}/g,
  /\d{6,}:[\w-]{20,}/g,
  /webhooks\/\d+\/[\w-]+/g,
  /\b(?:Bearer|Basic) [\w+/=.~-]{8,}/g,
] as const;

/** A long run of letters and digits mixed: nothing that a person would write. References are let be. */
const OPAQUE = /\$\{[^}]*\}|[\w+=-]{16,}/g;
/** Where every long word is suspect: part of a token may hold no digit. What reads as a key is let be. */
const SUSPECT = /\$\{[^}]*\}|[\w+/=-]{8,}/g;
/** Of a suspect word: a part of a token that long is hidden even without a digit in it. */
const LONG_CHARS = 12;
const isKey = (run: string, follows: string) => /^[A-Za-z]+$/.test(run) && /^ *:/.test(follows);
const mixed = (run: string) => /\d/.test(run) && /[A-Za-z]/.test(run);

/** Of one line. It has no places: what was commented out is often a secret, and may be broken in two. */
const COMMENT = /(?<=^|\s)#.*$/;

/** In one line. `strict`: the YAML does not parse, so places are unknown and shape must do. */
export function blotShapes(line: string, strict = false): string {
  let clean = line;
  for (const shape of SHAPES) clean = clean.replace(shape, REDACTED);
  if (strict) return blotRuns(clean, SUSPECT, LONG_CHARS);
  const speaksOfSecrets = (comment: string) => comment.includes(REDACTED) || SECRET_KEY.test(comment);
  return blotRuns(clean, OPAQUE, Number.POSITIVE_INFINITY).replace(COMMENT, (comment) =>
    speaksOfSecrets(comment) ? blotRuns(comment, SUSPECT, LONG_CHARS) : comment,
  );
}

/** Hides runs of letters and digits mixed, and of `longChars` or more whatever they are made of. */
function blotRuns(line: string, runs: RegExp, longChars: number): string {
  return line.replace(runs, (run: string, at: number) => {
    if (run.startsWith('$') || (run.length <= 16 && isKey(run, line.slice(at + run.length)))) return run;
    return mixed(run) || run.length >= longChars ? REDACTED : run;
  });
}

const lastKey = (path: Path) => path.findLast((step) => typeof step === 'string') ?? '';

export function isSecretPlace(path: Path): boolean {
  if (path.includes('headers') && lastKey(path) !== 'headers') return true;
  if (SECRET_KEY.test(lastKey(path))) return true;
  return path[0] === 'destinations' && lastKey(path) === 'url' && !path.includes('buttons');
}

/** Where the file shows secrets in clear. */
export function* secretRanges(root: Located): Iterable<Range> {
  for (const { node, path } of everyNode(root)) {
    if (node.children.size > 0 || !isSecretPlace(path)) continue;
    if (node.literal === undefined ? node.value !== null : !isOnlyReferences(node.literal)) yield node.range;
  }
}

/** A header that says nothing secret (`X-Source: listing-bridge`), which must not be blotted out of every log. */
const isPlainHeader = (path: Path, node: Located) =>
  path.includes('headers') &&
  !SECRET_KEY.test(lastKey(path)) &&
  node.outside.length === 0 &&
  blotShapes(String(node.value)) === String(node.value);

/** Tokens inside a URL. The path and query, when long enough to hold one; Discord's last part. */
function* partsOf(value: string): Iterable<string> {
  yield value;
  if (!/^[a-z]+:\/\//i.test(value) || !URL.canParse(value)) return;
  const { pathname, search, password } = new URL(value);
  if (pathname.length + search.length > 12) yield pathname + search;
  if (password !== '') yield password;
  const token = /\/webhooks\/\d+\/([\w-]+)/.exec(pathname)?.[1];
  if (token !== undefined) yield token;
}

/** Values to blot out of every text: what stands in a secret place, and what came from outside. */
export function* secretValues(root: Located): Iterable<string> {
  for (const { node, path } of everyNode(root)) {
    if (node.children.size > 0) continue;
    yield* node.outside;
    if (!isSecretPlace(path) || node.value === null || isPlainHeader(path, node)) continue;
    if (node.literal !== undefined) yield node.literal;
    if (node.value !== undefined) yield* partsOf(String(node.value));
  }
}

/** Every `Secret` in typed options, with its path. */
export function* secretsIn(value: unknown, path: Path = []): Iterable<{ secret: Secret; path: Path }> {
  if (value instanceof Secret) yield { secret: value, path };
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) yield* secretsIn(item, [...path, index]);
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) yield* secretsIn(item, [...path, key]);
}

/** For logs, errors and pages. `config` is the typed config, when there is one. */
export function redactorFor(root: Located | undefined, config: unknown): Redactor {
  const values = new Set(root === undefined ? [] : secretValues(root));
  for (const { secret, path } of secretsIn(config)) {
    if (path.includes('headers')) continue; // told apart by `secretValues`
    for (const part of partsOf(secret.reveal())) values.add(part);
  }
  // A value that is only a reference is no secret itself.
  const hidden = [...values].filter((value) => !isOnlyReferences(value));
  // "\ud800" in YAML makes half a character, which no output can hold.
  return createRedactor(hidden.map((value) => value.toWellFormed()));
}
