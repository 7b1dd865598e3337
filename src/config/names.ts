/** Checks beyond the schema: names that must be unique, regular expressions, limits that contradict each other. All errors. */

import { INJECT } from '../feeds/index.ts';
import { Pattern } from '../matching/text.ts';
import { messageOf } from '../platform/message-of.ts';
import { answerPatterns } from './answer-patterns.ts';
import { leavesOf, TEXT_FIELDS } from './match-words.ts';
import type { Finding, Path } from './problem.ts';
import type { ConfigSections } from './sections.ts';
import { checkTimes } from './times.ts';

export function* checkNames(parts: ConfigSections): Iterable<Finding> {
  yield* duplicates(
    'feed',
    parts.feeds.map((feed) => feed?.name),
    'feeds',
    'give one of them another name: it tells them apart in rules, logs and metrics',
  );
  yield* duplicates(
    'rule',
    parts.rules.map((rule) => rule?.name),
    'rules',
    'names tell rules apart in logs and metrics',
  );
  yield* patterns(parts);
  yield* checkTimes(parts);
  for (const [index, feed] of parts.feeds.entries()) {
    if (feed?.name === INJECT)
      yield {
        path: ['feeds', index, 'name'],
        message: `${INJECT} is the name of what the command \`inject\` brings`,
        hint: 'give the feed another name',
      };
  }
}

export function* duplicates(
  what: string,
  names: readonly (string | undefined)[],
  section: string,
  hint: string,
): Iterable<Finding> {
  const seen = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    if (name === undefined) continue;
    const first = seen.get(name);
    if (first === undefined) seen.set(name, index);
    else
      yield {
        path: [section, index, 'name'],
        other: [section, first, 'name'],
        message: `there is already a ${what} named ${name}`,
        hint,
      };
  }
}

function* patterns(sections: ConfigSections): Iterable<Finding> {
  for (const [index, rule] of sections.rules.entries())
    for (const field of TEXT_FIELDS) {
      const condition = rule?.match[field];
      if (condition === undefined) continue;
      for (const { kind, text, path } of leavesOf(condition, ['rules', index, 'match', field]))
        if (kind === 'pattern') yield* patternFault(text, path);
    }
  for (const { text, path } of answerPatterns(sections)) yield* patternFault(text, path);
}

export function* patternFault(text: string, path: Path): Iterable<Finding> {
  try {
    new Pattern(text);
  } catch (error) {
    // RE2JS quotes the part at fault, with the flags that it was given.
    const reason = messageOf(error);
    const fault = reason.replace(/^error parsing regexp: /, '').replace('`(?i)', '`');
    yield { path, message: `not a valid regular expression: ${fault}`, hint: patternHint(text) };
  }
}

function patternHint(text: string): string | undefined {
  if (/^[*?+]/.test(text))
    return `a pattern is found anywhere, without wildcards: write ${JSON.stringify(text.replace(/^[*?+]+|\*$/g, ''))}`;
  if (/\(\?<?[=!]/.test(text) || /\\[1-9]/.test(text))
    return 'the engine is linear-time (RE2): no lookahead, lookbehind or backreferences';
  return undefined;
}
