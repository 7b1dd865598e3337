/** Conditions that cannot match, or match something else than was meant: each odd text, else the contradiction. Warnings. */

import type { TableOf } from '../matching/table.ts';
import type { RuleOptions } from '../routing/options.ts';
import { answerPatterns } from './answer-patterns.ts';
import { leavesWhere, TEXT_FIELDS } from './match-words.ts';
import { oddAnswerPattern } from './odd-patterns.ts';
import type { Finding } from './problem.ts';
import { contradictionIn, type KnownValues, oddityOf } from './satisfiable.ts';
import type { ConfigSections } from './sections.ts';

/** `tableOf`: the tables whose rows are all in the config. */
export function* oddConditions(
  rules: readonly (RuleOptions | undefined)[],
  tableOf: TableOf,
): Iterable<Finding> {
  const known: KnownValues = new Map();
  const rememberedOddity = remembered();
  for (const [index, rule] of rules.entries()) {
    if (rule === undefined) continue;
    const contradiction = contradictionIn(rule.match, known, tableOf);
    const odd = oddTexts(rule, index, contradiction?.field, rememberedOddity);
    yield* odd;
    if (contradiction !== undefined && !odd.some(({ never }) => never))
      yield {
        path: ['rules', index, 'match', contradiction.field],
        message: `rule ${JSON.stringify(rule.name)} never matches: ${contradiction.message}`,
        hint: 'remove the condition that excludes the others',
        never: true,
      };
  }
}

/** An order that is never confirmed is repeated or buried, although the receiver took it. */
export function* oddAnswers(sections: ConfigSections): Iterable<Finding> {
  for (const { text, path } of answerPatterns(sections)) {
    const odd = oddAnswerPattern(text);
    if (odd !== undefined)
      yield {
        path,
        message: `${odd.message}: no answer would count as a success`,
        hint: odd.hint,
      };
  }
}

/** `impossible`: the field for which no announcement has a value. */
function oddTexts(
  { match }: RuleOptions,
  index: number,
  impossible: string | undefined,
  find: OddityOf,
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const field of TEXT_FIELDS) {
    const condition = match[field];
    if (condition === undefined) continue;
    const isOdd = (kind: string, text: string) =>
      (kind === 'word' || kind === 'pattern') && find(field, kind, text) !== undefined;
    for (const { kind, text, path } of leavesWhere(condition, isOdd, ['rules', index, 'match', field])) {
      const oddity = kind === 'table' ? undefined : find(field, kind, text);
      if (oddity === undefined) continue;
      const never = impossible === field && oddity.never;
      const message = never
        ? `${oddity.message.replace(/, so it never matches$/, '')}: the rule never matches`
        : oddity.message;
      findings.push({ path, message, hint: oddity.hint, never });
    }
  }
  return findings;
}

type OddityOf = typeof oddityOf;

/** The same patterns are in many rules; a word is looked at as fast as it is known again. */
function remembered(): OddityOf {
  const known = new Map<string, ReturnType<OddityOf>>();
  return (field, kind, text) => {
    if (kind === 'word') return oddityOf(field, kind, text);
    const key = `${field} ${text}`;
    if (!known.has(key)) known.set(key, oddityOf(field, kind, text));
    return known.get(key);
  };
}
