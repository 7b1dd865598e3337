/** Ten thousand rules, as a bridge that serves many people has them. */
import { expect, test } from 'vitest';
import { ruleOptions } from '../../bench/scenarios/rules.ts';
import { DESTINATIONS, ENV, FEEDS, load, problemsOf, warningsOf } from './load-text.ts';

const RULES = ruleOptions(10_000);
const configOf = (rules: readonly string[]) =>
  `${FEEDS}${DESTINATIONS}rules:\n${rules.map((rule) => `  - ${rule}\n`).join('')}`;

// Each compared with each took five minutes: far beyond the time that a test has.
test('regression: ten thousand rules are neither too large nor too slow to load', () => {
  const loaded = load(configOf(RULES), ENV);
  expect(problemsOf(loaded)).toEqual([]);
  expect(loaded.config?.rules).toHaveLength(10_000);
});

test('a rule that can never do anything is still found among them', () => {
  const some = [...RULES.slice(0, 2_000), ...RULES.slice(-1)];
  const last = some.length - 1;
  const twin = RULES[5]?.replace('rule 5,', 'twin,') ?? '';
  const name = RULES[7]?.match(/name: (rule \d+)/)?.[1] ?? '';
  const again = `{ name: ${name}, match: { ticker: ANEW }, send: [bot] }`;
  const behind = '{ name: behind, match: { ticker: LATE }, send: [bot] }';
  const loaded = load(configOf([...some.slice(0, last), twin, ...some.slice(last), behind]), ENV);
  const told = warningsOf(loaded).map((line) => line.replace(/^[\d:]+ /, ''));
  expect(told).toEqual([
    'rule "twin" is a duplicate of rule "rule 5"',
    'rule "behind" never sends anything: rules above already send the same announcements to bot',
  ]);
  const doubled = load(configOf([...some, again]), ENV);
  expect(problemsOf(doubled).map((line) => line.replace(/^[\d:]+ /, ''))).toEqual([
    expect.stringMatching(`^there is already a rule named ${name}, in line \\d+$`),
  ]);
});
