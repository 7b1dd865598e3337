/** The changes among the rules of two configs: by their names; those without one by what they say, since their places move. */

import { fingerprint } from '../platform/secret.ts';
import type { RuleOptions } from '../routing/options.ts';
import { keysThatDiffer } from './differing-keys.ts';

export interface RuleDifference {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Of those that changed, what did. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
  /** Those in both are asked in another order. */
  readonly isReordered: boolean;
}

export function ruleDifference(
  before: readonly RuleOptions[],
  after: readonly RuleOptions[],
): RuleDifference {
  const earlier = new Map(before.map((rule, at) => [identityOf(rule, at), { rule, at }]));
  const later = new Map(after.map((rule, at) => [identityOf(rule, at), { rule, at }]));
  const keys = new Map<string, readonly string[]>();
  const added: string[] = [];
  let isReordered = false;
  let last = -1;
  for (const [identity, { rule }] of later) {
    const same = earlier.get(identity);
    if (same === undefined) {
      added.push(rule.name);
      continue;
    }
    isReordered ||= same.at < last;
    last = same.at;
    const differing = differingKeys(same.rule, rule);
    if (differing.length > 0) keys.set(rule.name, differing);
  }
  const removed = [...earlier].filter(([identity]) => !later.has(identity)).map(([, { rule }]) => rule.name);
  // One without a name that was edited has left its place and taken it again.
  const edited = added.filter((name) => removed.includes(name));
  for (const name of edited) keys.set(name, editedKeys(name, before, after));
  return {
    added: added.filter((name) => !edited.includes(name)),
    changed: [...keys.keys()],
    removed: removed.filter((name) => !edited.includes(name)),
    keys,
    isReordered,
  };
}

const UNNAMED = /^rule \d+$/;

const identityOf = (rule: RuleOptions, at: number): string =>
  UNNAMED.test(rule.name) && rule.name === `rule ${at + 1}` ? contentOf(rule) : `name ${rule.name}`;

const contentOf = ({ name: _, ...rule }: RuleOptions): string => fingerprint(rule);

function differingKeys(before: RuleOptions, after: RuleOptions): string[] {
  if (contentOf(before) === contentOf(after)) return [];
  return keysThatDiffer(before, after).filter((key) => key !== 'name');
}

function editedKeys(name: string, before: readonly RuleOptions[], after: readonly RuleOptions[]): string[] {
  const [one, other] = [before, after].map((rules) => rules.find((rule) => rule.name === name));
  return one === undefined || other === undefined ? [] : differingKeys(one, other);
}
