/**
 * A part of a payload against the whole: every value that is written must be there, anything else may be. A mapping
 * is compared key by key, a list entry by entry, a text exactly; `{ matches: … }` is a pattern for a text.
 */
import { Pattern, Text } from '../matching/text.ts';
import { isRecord } from '../platform/wire-values.ts';

export interface PayloadDifference {
  /** `embeds`, 0, `title`; none is the whole payload. */
  readonly steps: readonly (string | number)[];
  /** As the test writes it. */
  readonly expected: unknown;
  /** `undefined`: there is no such key. */
  readonly got: unknown;
  /** Both are lists, of different lengths. */
  readonly lengths?: readonly [expected: number, got: number];
}

type Steps = PayloadDifference['steps'];

/** A whole payload: of a text, or where a text is expected of a tree, a part is enough. */
export function payloadDifferences(expected: unknown, got: unknown): readonly PayloadDifference[] {
  const pattern = patternIn(expected);
  if (typeof expected !== 'string' && (pattern === undefined || hasMatches(got)))
    return differences(expected, got, []);
  const found =
    pattern === undefined
      ? (text: string) => text.includes(String(expected))
      : (text: string) => pattern.foundIn(wholly(text));
  return textsIn(got).some(found) ? [] : [{ steps: [], expected, got }];
}

const hasMatches = (value: unknown) => isRecord(value) && 'matches' in value;

function differences(expected: unknown, got: unknown, steps: Steps): readonly PayloadDifference[] {
  const pattern = hasMatches(got) ? undefined : patternIn(expected);
  if (pattern !== undefined)
    return (typeof got === 'string' || typeof got === 'number') && pattern.foundIn(wholly(String(got)))
      ? []
      : [{ steps, expected, got }];
  if (Array.isArray(expected) && Array.isArray(got)) {
    if (expected.length !== got.length)
      return [{ steps, expected, got, lengths: [expected.length, got.length] }];
    return expected.flatMap((entry, index) => differences(entry, got[index], [...steps, index]));
  }
  if (isRecord(expected) && isRecord(got))
    return Object.entries(expected).flatMap(([key, value]) =>
      differences(value, Object.hasOwn(got, key) ? got[key] : undefined, [...steps, key]),
    );
  return Object.is(expected, got) ? [] : [{ steps, expected, got }];
}

/** An own message is looked at to its end, unlike a title that comes from elsewhere. */
const wholly = (text: string) => new Text(text, text.length);

/** `{ matches: "…" }`. The pattern has been checked at load. */
function patternIn(expected: unknown): Pattern | undefined {
  if (!isRecord(expected) || Object.keys(expected).length !== 1) return undefined;
  const { matches } = expected;
  return typeof matches === 'string' ? new Pattern(matches) : undefined;
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
