/**
 * The verdict on two runs of the tests: nothing that failed twice passes, and nothing that failed once goes
 * unnamed.
 */
import { expect, test } from 'vitest';
import { failedFiles, outcomeOf, type TestReport } from '../../tools/test-outcome.ts';

const ROOT = '/checkout';

/** `tests`: names, with the message of those that failed. */
function report(
  files: Readonly<Record<string, readonly (readonly [string, string?])[] | string>>,
): TestReport {
  return {
    testResults: Object.entries(files).map(([name, tests]) => ({
      name: `${ROOT}/${name}`,
      status:
        typeof tests === 'string' || tests.some(([, failure]) => failure !== undefined) ? 'failed' : 'passed',
      message: typeof tests === 'string' ? tests : '',
      assertionResults:
        typeof tests === 'string'
          ? []
          : tests.map(([fullName, failure]) => ({
              fullName,
              status: failure === undefined ? 'passed' : 'failed',
              failureMessages: failure === undefined ? [] : [failure],
            })),
    })),
  };
}

const both = (first: Parameters<typeof report>[0], second?: Parameters<typeof report>[0]) =>
  outcomeOf(report(first), second && report(second), ROOT);

test('one run without a failure', () => {
  expect(both({ a: [['one'], ['two']], b: [['one']] })).toEqual({ passed: 3, failed: 0, lines: [] });
});

test('failed once, passed alone: counted as passed, and named with its message in one line', () => {
  const message = '\u001b[31mexpected 1\u001b[39m\n  to be 2\n    at file.ts:3:4';
  const first = { a: [['one', message], ['two']], b: [['one']] } as const;
  expect(failedFiles(report(first), ROOT)).toEqual(['a']);
  expect(both(first, { a: [['one'], ['two']] })).toEqual({
    passed: 3,
    failed: 0,
    lines: ['UNSTABLE: a > one: failed in one of two runs: expected 1 to be 2'],
  });
});

test('failed twice: failed', () => {
  expect(both({ a: [['one', 'no'], ['two']] }, { a: [['one', 'no again'], ['two']] })).toEqual({
    passed: 1,
    failed: 1,
    lines: ['FAILED: a > one: no'],
  });
});

test('passed, and failed when run again: named', () => {
  const { passed, failed, lines } = both(
    { a: [['one', 'no'], ['two']] },
    { a: [['one'], ['two', 'now it']] },
  );
  expect([passed, failed, lines.length]).toEqual([2, 0, 2]);
});

test('not run again, whatever the reason: failed', () => {
  expect(both({ a: [['one', 'no']] })).toMatchObject({ passed: 0, failed: 1 });
  expect(both({ a: [['one', 'no']] }, { a: [['two']] })).toMatchObject({ passed: 1, failed: 1 });
});

test('a file that could not be run counts as one; when it can, its tests count', () => {
  expect(failedFiles(report({ a: 'no such module' }), ROOT)).toEqual(['a']);
  expect(both({ a: 'no such module' }, { a: 'no such module' })).toMatchObject({ passed: 0, failed: 1 });
  expect(both({ a: 'no such module' }, { a: [['one'], ['two']] })).toEqual({
    passed: 2,
    failed: 0,
    lines: ['UNSTABLE: a: failed in one of two runs: no such module'],
  });
});

test('tests of one name are told apart', () => {
  expect(both({ a: [['one', 'no'], ['one']] }, { a: [['one', 'no'], ['one']] })).toMatchObject({
    passed: 1,
    failed: 1,
  });
});

test('of very many only some are named', () => {
  const many = { a: Array.from({ length: 50 }, (_, n) => [`${n}`, 'x'.repeat(1000)] as const) };
  const { failed, lines } = both(many, many);
  expect(failed).toBe(50);
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toBe('… and 30 more');
  for (const line of lines) expect(line.length).toBeLessThan(450);
});
