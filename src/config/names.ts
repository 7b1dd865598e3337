/** Checks beyond the schema: names that must be unique, regular expressions, limits that contradict each other. All errors. */

import { INJECT } from '../feeds/index.ts';
import { MOST_REPEATED_IN_ANSWERS, patternFault } from '../matching/pattern-work.ts';
import { answerPatterns } from './answer-patterns.ts';
import { leavesWhere, TEXT_FIELDS } from './match-words.ts';
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
      const isMalformed = (kind: string, text: string) =>
        kind === 'pattern' && patternFault(text) !== undefined;
      for (const { text, path } of leavesWhere(condition, isMalformed, ['rules', index, 'match', field]))
        yield* patternFaults(text, path);
    }
  for (const { text, path } of answerPatterns(sections))
    yield* patternFaults(text, path, MOST_REPEATED_IN_ANSWERS);
}

export function* patternFaults(text: string, path: Path, most?: number): Iterable<Finding> {
  const fault = patternFault(text, most);
  if (fault !== undefined) yield { path, ...fault };
}
