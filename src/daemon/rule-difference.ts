/** The changes among the rules of two configs: by their names; those without one by what they say, since their places move. */

import { isDeepStrictEqual } from 'node:util';
import { fingerprint } from '../platform/secret.ts';
import type { Steps } from '../platform/steps.ts';
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

/** A rule in a step. */
export function* ruleDifferenceInSteps(
  before: readonly RuleOptions[],
  after: readonly RuleOptions[],
): Steps<RuleDifference> {
  const contents = new Contents();
  const earlier = yield* byIdentity(before, contents);
  const later = yield* byIdentity(after, contents);
  const keys = new Map<string, readonly string[]>();
  const added = new Set<string>();
  let isReordered = false;
  let last = -1;
  for (const [identity, { rule }] of later) {
    yield;
    const same = earlier.get(identity);
    if (same === undefined) {
      added.add(rule.name);
      continue;
    }
    isReordered ||= same.at < last;
    last = same.at;
    const differing = contents.differingKeys(same.rule, rule);
    if (differing.length > 0) keys.set(rule.name, differing);
  }
  const removed = new Map<string, RuleOptions>();
  for (const [identity, { rule }] of earlier) if (!later.has(identity)) removed.set(rule.name, rule);
  // One without a name that was edited has left its place and taken it again.
  for (const { rule } of later.values()) {
    const left = added.has(rule.name) ? removed.get(rule.name) : undefined;
    if (left === undefined) continue;
    yield;
    keys.set(rule.name, contents.differingKeys(left, rule));
    added.delete(rule.name);
    removed.delete(rule.name);
  }
  return {
    added: [...added],
    changed: [...keys.keys()],
    removed: [...removed.keys()],
    keys,
    isReordered,
  };
}

interface Placed {
  readonly rule: RuleOptions;
  readonly at: number;
}

function* byIdentity(rules: readonly RuleOptions[], contents: Contents): Steps<ReadonlyMap<string, Placed>> {
  const placed = new Map<string, Placed>();
  for (const [at, rule] of rules.entries()) {
    placed.set(identityOf(rule, at, contents), { rule, at });
    yield;
  }
  return placed;
}

const UNNAMED = /^rule \d+$/;

const identityOf = (rule: RuleOptions, at: number, contents: Contents): string =>
  UNNAMED.test(rule.name) && rule.name === `rule ${at + 1}` ? contents.of(rule) : `name ${rule.name}`;

/** Of those that are compared as they are, the longest. */
const LONG_LIST = 100;

/** The contents of rules, without their names, as texts that are equal when the rules are. */
class Contents {
  /** Thousands of rules may share one list of thousands of destinations: it is written once. */
  readonly #lists = new Map<RuleOptions['send'], number>();
  readonly #written = new Map<string, number>();

  of({ name: _, send, ...rest }: RuleOptions): string {
    return `${this.#list(send)} ${fingerprint(rest)}`;
  }

  differingKeys(before: RuleOptions, after: RuleOptions): string[] {
    // Mostly they are the same, and this leaves no garbage.
    if (this.#isSameList(before.send, after.send)) {
      const [{ name: _, send: _one, ...earlier }, { name: __, send: _other, ...later }] = [before, after];
      if (isDeepStrictEqual(earlier, later)) return [];
    }
    const withList = ({ name: _, send, ...rest }: RuleOptions) => ({ ...rest, send: this.#list(send) });
    const differing = new Set(keysThatDiffer(withList(before), withList(after)));
    return Object.keys({ ...before, ...after }).filter((key) => differing.has(key));
  }

  #isSameList(one: RuleOptions['send'], other: RuleOptions['send']): boolean {
    return one.length < LONG_LIST ? isDeepStrictEqual(one, other) : this.#list(one) === this.#list(other);
  }

  #list(send: RuleOptions['send']): number {
    let place = this.#lists.get(send);
    if (place === undefined) {
      const text = fingerprint(send);
      place = this.#written.get(text) ?? this.#written.size;
      this.#written.set(text, place);
      this.#lists.set(send, place);
    }
    return place;
  }
}
