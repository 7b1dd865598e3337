/** Which secrets stay hidden while configs come and go. */
import { expect, test } from 'vitest';
import { createRedactor } from '../../src/platform/redactor.ts';
import { LatestRedactor } from '../../src/platform/secret.ts';

test('regression: the secrets of the first config stay hidden over any number of reloads, beside the last two', () => {
  const redactor = new LatestRedactor(createRedactor(['first-secret']));
  expect(redactor.redact('first-secret')).toBe('<redacted>');
  for (const secret of ['second-secret', 'third-secret', 'fourth-secret'])
    redactor.learn(createRedactor([secret]));
  const text = 'first-secret second-secret third-secret fourth-secret';
  // The server keeps the token that it was started with.
  expect(redactor.redact(text)).toBe('<redacted> second-secret <redacted> <redacted>');
});
