import { expect, test } from 'vitest';
import { describeAttempt, describeReason } from '../../src/delivery/describe.ts';
import { AMBIGUOUS_REASONS, REJECT_REASONS, RETRY_REASONS } from '../../src/delivery/outcome.ts';

test('an attempt in words: the sentence first, the word last', () => {
  const gone = { kind: 'reject', reason: 'gone', scope: 'destination' } as const;
  expect(describeAttempt({ outcome: gone, status: 400, advice: 'Telegram does not know this chat.' })).toBe(
    'Telegram does not know this chat. [gone, HTTP 400]',
  );
  expect(describeAttempt({ outcome: { kind: 'ambiguous', reason: 'timeout' } })).toMatch(
    /^The request was sent .*\. \[timeout\]$/,
  );
  expect(describeAttempt({ outcome: { kind: 'delivered' }, status: 204 })).toBe('Delivered. [HTTP 204]');
});

test('every reason has a sentence, and nothing else has', () => {
  for (const reason of [...RETRY_REASONS, ...REJECT_REASONS, ...AMBIGUOUS_REASONS])
    expect(describeReason(reason)).toMatch(/^[A-Z].*\.$/);
  expect(describeReason('constructor')).toBeUndefined();
  expect(describeReason('max_age')).toBeUndefined();
});
