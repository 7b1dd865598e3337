/** The faults of a test's result in words: for `test`, and in one line for `check`. */
import { isRecord } from '../platform/wire-values.ts';
import { rejections } from '../routing/rule-reasons.ts';
import type { PayloadDifference } from '../rule-tests/payload.ts';
import type { Because, Verdict } from '../rule-tests/run.ts';

/** A rule with its place: `"spot" (config.yaml:12)`. */
export type RuleText = (name: string) => string;

/** The sentence after the name of the destination. */
export function verdictText(verdict: Verdict, ruleText: RuleText): string {
  switch (verdict.kind) {
    case 'right':
      return `by ${ruleText(verdict.rule)}`;
    case 'unexpected':
      return `not expected, but ${ruleText(verdict.rule)} sends to it`;
    case 'missing':
      return `expected, but gets nothing: ${becauseText(verdict.because, ruleText)}`;
    case 'count':
      return `expected ${counted(verdict.expected, 'request')}, got ${verdict.got}, by ${ruleText(verdict.rule)}`;
    case 'different':
      return `${verdict.ticker === undefined ? '' : `for ${verdict.ticker}, `}another payload than expected, by ${ruleText(verdict.rule)}`;
    default:
      return verdict satisfies never;
  }
}

function becauseText({ withheld, nearest }: Because, ruleText: RuleText): string {
  if (withheld !== undefined) return `${ruleText(withheld.rule)} matches, but ${withheld.reason}`;
  if (nearest === undefined) return 'no rule sends to it';
  const { rule, stoppedBy } = nearest;
  const reasons = rejections({ ...nearest, stoppedBy: undefined }).join('; ');
  if (stoppedBy === undefined) return `${ruleText(rule)} does not match: ${reasons}`;
  const stopped = rejections(nearest).join('; ');
  return `${ruleText(rule)} is ${stopped}${reasons === '' ? '' : `; nor does it match: ${reasons}`}`;
}

/** Each part of a payload that is not as expected. */
export const differencesOf = (verdict: Verdict): readonly string[] =>
  verdict.kind === 'different' ? verdict.differences.map(differenceText) : [];

/** `symbol: expected "ABCUSDT", got "ABC"`. */
function differenceText({ steps, expected, got, lengths }: PayloadDifference): string {
  const where = steps.length === 0 ? 'payload' : pathText(steps);
  if (lengths !== undefined) {
    const [wanted, found] = lengths;
    return `${where}: expected ${wanted === 1 ? '1 entry' : `${wanted} entries`}, got ${found}: ${valueText(got)}`;
  }
  const part = steps.length === 0 && typeof expected === 'string' ? 'a text with ' : '';
  const isOtherKind = typeof expected !== typeof got && String(expected) === String(got);
  return `${where}: expected ${part}${expectedText(expected)}${isOtherKind ? ` (${kindOf(expected)})` : ''}, got ${
    got === undefined ? 'nothing' : valueText(got)
  }${isOtherKind ? ` (${kindOf(got)})` : ''}`;
}

/** `embeds[0].title` */
const pathText = (steps: PayloadDifference['steps']) =>
  steps
    .map((step) =>
      typeof step === 'number'
        ? `[${step}]`
        : /^[\w-]+$/.test(step)
          ? `.${step}`
          : `.${JSON.stringify(step)}`,
    )
    .join('')
    .replace(/^\./, '');

const kindOf = (value: unknown) => (typeof value === 'string' ? 'text' : `a ${typeof value}`);

const expectedText = (expected: unknown) =>
  isRecord(expected) && Object.keys(expected).length === 1 && typeof expected['matches'] === 'string'
    ? `what matches ${JSON.stringify(expected['matches'])}`
    : valueText(expected);

/** More of a value is for `explain`. */
const LONGEST = 300;

function valueText(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

export const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** For one line: the first thing that is wrong, and how many more there are. */
export function failureText(verdicts: readonly Verdict[], ruleText: RuleText): string {
  const wrong = verdicts.filter(({ kind }) => kind !== 'right');
  const [first] = wrong;
  if (first === undefined) return '';
  const [difference] = differencesOf(first);
  const text = `${first.destination}: ${verdictText(first, ruleText)}${difference === undefined ? '' : `: ${difference}`}`;
  return wrong.length === 1 ? text : `${text}; and ${wrong.length - 1} more`;
}
