/**
 * A large value as JSON without secrets, written in bites: the status of many destinations, or of announcements that
 * went to many, is long, and an announcement that comes meanwhile must not wait for it.
 */
import { printableJson } from '../platform/printable.ts';
import { redactValues } from '../platform/redactor.ts';
import type { Redactor } from '../platform/secret.ts';

/** Characters written before others have their turn: a fraction of a millisecond's work. */
const BITE = 2000;

/**
 * `breathe` lets others have their turn; what they change meanwhile may show. The text can be shown on a terminal:
 * nothing in it is a command there.
 */
export async function jsonText(
  value: unknown,
  redact: Redactor,
  breathe: () => Promise<void>,
): Promise<string> {
  let text = '';
  let bite = '';
  for (const part of partsOf(value, remembering(redact))) {
    bite += part;
    if (bite.length < BITE) continue;
    text += printableJson(bite);
    bite = '';
    await breathe();
  }
  return text + printableJson(bite);
}

/** Longer texts are seldom there twice. */
const LONGEST_REMEMBERED = 64;

/** Names, types and states are there thousands of times, and to look for secrets is most of the work. */
export function remembering(redact: Redactor, longest = LONGEST_REMEMBERED): Redactor {
  const known = new Map<string, string>();
  return (text) => {
    if (text.length > longest) return redact(text);
    let safe = known.get(text);
    if (safe === undefined) {
      safe = redact(text);
      known.set(text, safe);
    }
    return safe;
  };
}

/** As `JSON.stringify`, for trees of plain values. No string is parted. */
function* partsOf(value: unknown, redact: Redactor): Generator<string, void> {
  if (typeof value !== 'object' || value === null || 'toJSON' in value || value instanceof Error)
    yield JSON.stringify(redactValues(value, redact)) ?? 'null';
  else if (Array.isArray(value)) {
    yield '[';
    // It may grow at its beginning meanwhile.
    for (const [index, item] of [...value].entries()) {
      if (index > 0) yield ',';
      yield* partsOf(item, redact);
    }
    yield ']';
  } else {
    let separator = '{';
    for (const [key, inner] of Object.entries(value)) {
      if (inner === undefined) continue;
      yield `${separator}${JSON.stringify(key)}:`;
      separator = ',';
      yield* partsOf(inner, redact);
    }
    yield separator === '{' ? '{}' : '}';
  }
}
