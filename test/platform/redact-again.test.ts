/** Texts that are shown again and again are redacted once for each config. */
import { expect, test } from 'vitest';
import { createRedactor, redactingValues, redactValues } from '../../src/platform/redactor.ts';
import { LatestRedactor, type Redactor } from '../../src/platform/secret.ts';
import { whole } from '../../src/platform/steps.ts';

const counting = (hidden: string) => {
  const asked: string[] = [];
  const redact: Redactor = (text) => {
    asked.push(text);
    return text.replaceAll(hidden, '<redacted>');
  };
  return { asked, redact };
};

test('the same text is looked through once, until a reload brings other secrets', () => {
  const first = counting('one');
  const redactor = new LatestRedactor(first.redact);
  for (let n = 0; n < 100; n++) expect(redactor.redactAgain('at one and two')).toBe('at <redacted> and two');
  expect(first.asked).toHaveLength(1);
  redactor.learn(counting('two').redact);
  expect(redactor.redactAgain('at one and two')).toBe('at <redacted> and <redacted>');
});

test('it remembers a bounded number, and no long texts', () => {
  const { asked, redact } = counting('one');
  const { redactAgain } = new LatestRedactor(redact);
  const long = 'x'.repeat(1000);
  for (let n = 0; n < 3; n++) redactAgain(long);
  expect(asked).toHaveLength(3);
  for (let n = 0; n < 70_000; n++) redactAgain(`text ${n}`);
  asked.length = 0;
  redactAgain('text 0');
  redactAgain('text 69999');
  expect(asked.length).toBeLessThanOrEqual(1);
});

test('values in steps come out as they do at once', () => {
  const redact = createRedactor(['s3cret-of-mine-42']);
  const when = new Date(0);
  const value = {
    ...{ a: ['x s3cret-of-mine-42', 1, null, undefined, true], b: { c: { d: 's3cret-of-mine-42' } } },
    ...{ error: new Error('s3cret-of-mine-42'), when, empty: {}, none: [] },
    nodes: new Map([['id', 'b s3cret-of-mine-42']]),
  };
  const safe = whole(redactingValues(value, redact));
  expect(safe).toEqual(redactValues(value, redact));
  expect(JSON.stringify(safe)).not.toContain('s3cret');
  expect(safe).toHaveProperty('nodes', new Map([['id', `b ${redact('s3cret-of-mine-42')}`]]));
});
