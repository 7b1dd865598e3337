/** Recognises secrets by their shape alone, for text without known places: a broken file, a comment, a message. */
import type { TypePatterns } from '../destinations/type-patterns.ts';
import { REDACTED } from '../platform/secret.ts';

/** In a comment, or where nothing parses: any word of the kind, so that a misspelled key hides its value too. */
const SPEAKS_OF_SECRETS =
  /key|token|secret|passw|passphrase|passcode|webhook|auth|cookie|credential|signature/i;

/** Keys of the feed's service and of HTTP; those of platforms are with their destination types. */
const SHAPES = [/dsk_[\w-]{6,}/g, /\b(?:Bearer|Basic) [\w+/=.~-]{8,}/g] as const;

/** A long run of letters and digits mixed: nothing that a person would write. References are let be. */
const OPAQUE = /\$\{(?:(?!\$\{)[^}])*\}|[\w+=-]{16,}/g;
/** Where every long word is suspect: part of a token may hold no digit. A word that reads as a key is left alone. */
const SUSPECT = /\$\{(?:(?!\$\{)[^}])*\}|[\w+/=-]{8,}/g;
/** Of a suspect word: a part of a token that long is hidden even without a digit in it. */
const LONG_CHARS = 12;
const isKey = (run: string, follows: string) => /^[A-Za-z]+$/.test(run) && /^ *:/.test(follows);
const mixed = (run: string) => /\d/.test(run) && /[A-Za-z]/.test(run);

/** Of one line. It has no places: what was commented out is often a secret, and may be broken in two. */
const COMMENT = /(?<=^|\s)#.*/s;

/** In one line. `strict`: the YAML does not parse, so places are unknown and shape must do. */
export function blotShapes(line: string, patterns: readonly TypePatterns[], strict = false): string {
  let clean = line;
  for (const shape of SHAPES) clean = clean.replace(shape, REDACTED);
  for (const { secret } of patterns) if (secret !== undefined) clean = clean.replace(secret, REDACTED);
  if (strict) return blotRuns(clean, SUSPECT, LONG_CHARS);
  const speaksOfSecrets = (comment: string) => comment.includes(REDACTED) || SPEAKS_OF_SECRETS.test(comment);
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
