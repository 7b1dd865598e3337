/**
 * The outcome of the rules for one announcement, as the store keeps it beside the announcement: one line of JSON, at most
 * `LONGEST_TRACE` characters, all of them ASCII.
 *
 *   v  version of this form
 *   c  digest of the rules (`kept-rules.ts`)         s  in force since, ms on the bridge's timeline
 *   n  number of rules                               x  place of the rule whose `stop` ended the evaluation
 *   o  outcomes that occur: the conditions that do not hold, in one text; '' of a rule that matches
 *   r  for each rule a character, the place of its outcome in `o`
 *   p  instead of `r` when there are too many rules: [place, outcome] of those that match and of those that nearly do
 *   m  with `p`, number of rules that match
 *   d  number of deliveries that were planned
 *   w  destinations that a rule named and that got nothing: [destination, reason]; of more, their number in `e`
 */
import { z } from 'zod';

/** In characters. */
export const LONGEST_TRACE = 1000;

const VERSION = 1 as const;

/** Reasons for which a destination of a rule that matches gets nothing. */
export type WithheldReason = 'redacted' | 'no_ticker' | 'unknown';

/** The outcome of a rule: the conditions that do not hold. */
export interface RuleOutcome {
  /** Of the rule in its config, from 0. */
  readonly place: number;
  readonly failing: readonly string[];
}

export interface Trace {
  readonly digest: string;
  /** The rules have been in force since. Ms on the bridge's timeline. */
  readonly sinceMs: number;
  readonly ruleCount: number;
  /** Of all rules, or of those that match and those that nearly do. */
  readonly outcomes: readonly RuleOutcome[];
  /** There are more that match than `outcomes` has. */
  readonly matchedCount: number;
  /** Place of the rule whose `stop` ended the evaluation. */
  readonly stoppedBy: number | undefined;
  readonly planned: number;
  readonly withheld: readonly { readonly destination: string; readonly reason: string }[];
  /** Number of those of which only the number is known. */
  readonly furtherWithheld: number;
}

/** One for each character of `r`. */
const LETTERS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Withheld destinations by name. */
const NAMED = 8;

const form = z.object({
  v: z.literal(VERSION),
  c: z.string(),
  s: z.number(),
  n: z.int().nonnegative(),
  x: z.int().nonnegative().optional(),
  o: z.array(z.string()),
  r: z.string().optional(),
  p: z.array(z.tuple([z.int().nonnegative(), z.int().nonnegative()])).optional(),
  m: z.int().nonnegative().optional(),
  d: z.int().nonnegative(),
  w: z.array(z.tuple([z.string(), z.string()])).optional(),
  e: z.int().nonnegative().optional(),
});

type Form = z.output<typeof form>;

/** Of `outcomes` that are of all rules the least telling are left out if there is no room for all: the last of those that do not match. */
export function traceText(trace: Trace): string {
  const { outcomes, ruleCount } = trace;
  if (outcomes.length === ruleCount) {
    const all = whole(trace);
    const text = all && JSON.stringify(all);
    if (text !== undefined && text.length <= LONGEST_TRACE) return text;
  }
  const isMatch = ({ failing }: RuleOutcome) => failing.length === 0;
  const telling = [...outcomes.filter(isMatch), ...nearest(outcomes.filter((one) => !isMatch(one)))];
  let most = Math.min(telling.length, MOST_TELLING);
  for (;;) {
    const text = JSON.stringify(partly(trace, telling.slice(0, most)));
    if (text.length <= LONGEST_TRACE || most === 0) return text;
    most -= Math.ceil(most / 8);
  }
}

/** None more would fit. */
const MOST_TELLING = 120;

/** Of rules that do not match, so many that come closest are kept. */
const NEAREST = 20;

const nearest = (outcomes: readonly RuleOutcome[]): readonly RuleOutcome[] =>
  outcomes.toSorted((a, b) => a.failing.length - b.failing.length || a.place - b.place).slice(0, NEAREST);

function whole(trace: Trace): Form | undefined {
  const { o, placeOf } = outcomesOf(trace.outcomes);
  if (o.length > LETTERS.length) return undefined;
  return { ...common(trace), o, r: trace.outcomes.map((one) => LETTERS[placeOf(one)]).join('') };
}

function partly(trace: Trace, telling: readonly RuleOutcome[]): Form {
  const { o, placeOf } = outcomesOf(telling);
  const p = telling.map((one): [number, number] => [one.place, placeOf(one)]);
  return { ...common(trace), o, p, m: trace.matchedCount };
}

const common = ({ digest, sinceMs, ruleCount, stoppedBy, planned, ...trace }: Trace) => ({
  v: VERSION,
  c: digest,
  s: Math.round(sinceMs),
  n: ruleCount,
  ...(stoppedBy !== undefined && { x: stoppedBy }),
  d: planned,
  ...withheldIn(trace),
});

function withheldIn({ withheld, furtherWithheld }: Pick<Trace, 'withheld' | 'furtherWithheld'>) {
  if (withheld.length === 0) return {};
  const w = withheld
    .slice(0, NAMED)
    .map(({ destination, reason }): [string, string] => [destination, reason]);
  const further = furtherWithheld + withheld.length - w.length;
  return { w, ...(further > 0 && { e: further }) };
}

function outcomesOf(outcomes: readonly RuleOutcome[]) {
  const places = new Map<string, number>();
  const textOf = ({ failing }: RuleOutcome) => failing.join(' ');
  for (const one of outcomes) {
    const text = textOf(one);
    if (!places.has(text)) places.set(text, places.size);
  }
  return { o: [...places.keys()], placeOf: (one: RuleOutcome) => places.get(textOf(one)) ?? 0 };
}

/** `undefined`: it is damaged, or of a later version. */
export function traceIn(text: string): Trace | undefined {
  const read = form.safeParse(parsed(text));
  if (!read.success) return undefined;
  const { c, s, n, x, o, r, p, m, d, w = [], e = 0 } = read.data;
  const pairs =
    p ?? Array.from(r ?? '', (letter, place): [number, number] => [place, LETTERS.indexOf(letter)]);
  const outcomes: RuleOutcome[] = [];
  for (const [place, at] of pairs) {
    const outcome = o[at];
    if (outcome === undefined || place >= n) return undefined;
    outcomes.push({ place, failing: outcome === '' ? [] : outcome.split(' ') });
  }
  if (p === undefined && outcomes.length !== n) return undefined;
  return {
    digest: c,
    sinceMs: s,
    ruleCount: n,
    outcomes: outcomes.sort((one, other) => one.place - other.place),
    matchedCount: m ?? outcomes.filter(({ failing }) => failing.length === 0).length,
    stoppedBy: x,
    planned: d,
    withheld: w.map(([destination, reason]) => ({ destination, reason })),
    furtherWithheld: e,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
