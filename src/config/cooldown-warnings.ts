/** A `cooldown` that does less than it says. */
import { formatDuration } from '../platform/duration.ts';
import type { RuleOptions } from '../routing/options.ts';
import type { Finding } from './problem.ts';
import type { ConfigSections } from './sections.ts';

/** `retentionMs`: of the store, if it is known. */
export function* cooldownWarnings(
  { rules }: Pick<ConfigSections, 'rules'>,
  retentionMs: number | undefined,
): Iterable<Finding> {
  for (const [index, rule] of rules.entries()) {
    if (rule?.cooldown === undefined) continue;
    const path = ['rules', index, 'cooldown'];
    if (rule.send.length === 0) {
      yield {
        path,
        message: `rule ${JSON.stringify(rule.name)} sends nothing, so there is nothing that its cooldown could hold back`,
        hint: 'add it to the rule that sends',
      };
      continue;
    }
    if (isNamedByPlace(rule, index))
      yield {
        path,
        message: `a cooldown goes by the name of its rule, and this one has none: it is ${rule.name} after its place, and another rule above it would change that`,
        hint: 'add a `name` to the rule',
      };
    const { for: forMs } = rule.cooldown;
    if (retentionMs !== undefined && forMs > retentionMs)
      yield {
        path: [...path, 'for'],
        message: `\`for\` is ${formatDuration(forMs)}, and the store keeps what was sent for ${formatDuration(retentionMs)}: a restart forgets what is older`,
        hint: 'shorten `for`, or lengthen `retention` of the store',
      };
  }
}

const isNamedByPlace = ({ name }: RuleOptions, index: number): boolean => name === `rule ${index + 1}`;
