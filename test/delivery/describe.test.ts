import { expect, test } from 'vitest';
import { ENDING_REASONS } from '../../src/delivery/delivery.ts';
import { describeAttempt, describeEnding, describeReason } from '../../src/delivery/describe.ts';
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
  const detail = 'Telegram answered 400: chat not found';
  expect(
    describeAttempt({ outcome: gone, status: 400, advice: 'Is chatId right?', detail }, 'run would retry'),
  ).toBe(`Is chatId right? (${detail}) [gone, HTTP 400; run would retry]`);
});

test('every reason has a sentence, and nothing else has', () => {
  for (const reason of [...RETRY_REASONS, ...REJECT_REASONS, ...AMBIGUOUS_REASONS, ...ENDING_REASONS])
    expect(describeReason(reason)).toMatch(/^[A-Z].*\.$/);
  expect(describeReason('constructor')).toBeUndefined();
  expect(describeEnding('max_age')).toMatch(/\. \[max_age\]$/);
  expect(describeEnding('a_word_of_later')).toBe('a_word_of_later');
});
