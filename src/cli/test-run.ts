/** The tests of a config and their results, with the places of what they are about. */

import { destinationNames } from '../config/destination-names.ts';
import type { RequiredConfig } from '../config/load.ts';
import type { ConfigPlace, Path } from '../config/problem.ts';
import type { Config } from '../config/schema.ts';
import { compileConfig } from '../daemon/ready-config.ts';
import type { Redactor } from '../platform/secret.ts';
import type { RuleTest } from '../rule-tests/options.ts';
import { runTest, type TestedConfig, type TestResult, type Verdict } from '../rule-tests/run.ts';
import { testTables } from '../rule-tests/tables.ts';
import type { RuleText } from './test-words.ts';

export interface RunTest extends TestResult {
  readonly test: RuleTest;
  /** In `tests` of the config. */
  readonly index: number;
}

/** Ready for any number of tests. */
function testedConfig(config: Config, redact: Redactor): TestedConfig {
  const names = destinationNames(config);
  const tables = testTables(config.liveTables);
  return {
    ...{ rules: config.rules, redact, find: (written) => names.find(written) },
    ...compileConfig({ ...config, tableOf: tables.tableOf }),
    tables,
  };
}

/** `nowMs`: of tests that say no time; epoch ms. */
export function runTests(
  config: Config,
  redact: Redactor,
  nowMs: number,
  isWanted: (test: RuleTest) => boolean = () => true,
): readonly RunTest[] {
  const wanted = [...config.tests.entries()].filter(([, test]) => isWanted(test));
  if (wanted.length === 0) return [];
  const tested = testedConfig(config, redact);
  return wanted.map(([index, test]) => ({ test, index, ...runTest(test, tested, nowMs) }));
}

/** Where the expectation that a verdict is about stands, as a path in the config. */
export function expectationPath({ test, index }: Pick<RunTest, 'test' | 'index'>, verdict: Verdict): Path {
  const own: Path = ['tests', index];
  if (verdict.kind === 'different' || verdict.kind === 'count')
    return [...own, 'expectPayload', ...verdict.expectation];
  if (test.expectNone === true) return [...own, 'expectNone'];
  const place = test.expect?.indexOf(verdict.destination) ?? -1;
  if (test.expect === undefined) return [...own, 'expectPayload'];
  return place === -1 ? [...own, 'expect'] : [...own, 'expect', place];
}

/** Names rules with file and line. */
export function ruleTextIn(config: Config, where: RequiredConfig['where']): RuleText {
  const indexes = new Map(config.rules.map(({ name }, index) => [name, index]));
  return (name) => {
    const index = indexes.get(name);
    const place = index === undefined ? undefined : where(['rules', index]);
    return `rule ${JSON.stringify(name)}${place === undefined ? '' : ` (${placeText(place)})`}`;
  };
}

export const placeText = ({ file, line }: ConfigPlace) => `${file}:${line}`;
