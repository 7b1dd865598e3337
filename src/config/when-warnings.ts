/** `when` without a time zone: right on one machine, and hours off on the next. */
import type { Finding } from './problem.ts';
import type { ConfigSections } from './sections.ts';

export function* whenWarnings({ rules }: Pick<ConfigSections, 'rules'>): Iterable<Finding> {
  for (const [index, rule] of rules.entries())
    if (rule?.when !== undefined && rule.when.timezone === undefined)
      yield {
        path: ['rules', index, 'when'],
        message: '`when` without `timezone` is by the clock of the machine, which is UTC on most servers',
        hint: 'add the place that is meant, such as timezone: Asia/Seoul',
      };
}
