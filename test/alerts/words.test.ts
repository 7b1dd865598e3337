/** An alert contains the receiver's words and what to do, with the code last, and the zone of its times. */
import { expect, test } from 'vitest';
import { FakeBridge, MINUTE } from './bridge.ts';

const GONE = {
  outcome: { kind: 'reject', reason: 'gone', scope: 'destination' },
  status: 400,
  detail: 'Telegram answered 400: Bad Request: chat not found',
  advice: 'Telegram does not know this chat: is `chatId` right?',
} as const;

const WORDS =
  'Telegram does not know this chat: is `chatId` right? (Telegram answered 400: Bad Request: chat not found) [gone, HTTP 400]';

const textOf = (bridge: FakeBridge) =>
  bridge.sent.map(({ alert }) => alert.paragraphs.join('\n')).join('\n\n');

test('regression: a delivery that has failed for good carries the answer to its last attempt', async () => {
  const bridge = new FakeBridge();
  bridge.attempted('bot', GONE.outcome, GONE);
  bridge.ended('bot', 'dead', 'gone');
  await bridge.advance(MINUTE);
  expect(textOf(bridge)).toContain(WORDS);
});

test('regression: and so does a destination that fails, again and again', async () => {
  const bridge = new FakeBridge();
  bridge.lane('bot');
  const unreachable = {
    outcome: { kind: 'retry', reason: 'unreachable' },
    advice: 'Nothing listens at 127.0.0.1:9000: start the bot or correct `url`.',
    detail: 'connect ECONNREFUSED 127.0.0.1:9000',
  } as const;
  for (let minute = 0; minute < 7; minute++) {
    bridge.attempted('bot', unreachable.outcome, unreachable);
    await bridge.advance(MINUTE);
  }
  expect(textOf(bridge)).toContain(
    'Nothing listens at 127.0.0.1:9000: start the bot or correct `url`. (connect ECONNREFUSED 127.0.0.1:9000) [unreachable]',
  );
});

test('regression: one that ended without an answer says why in a sentence', async () => {
  const bridge = new FakeBridge();
  bridge.attempted('bot', GONE.outcome, GONE);
  bridge.ended('bot', 'expired', 'max_age');
  bridge.ended('chat', 'dead', 'destination_removed');
  await bridge.advance(MINUTE);
  expect(textOf(bridge)).toMatch(/It became older than the `maxAge` .* \[max_age\]/);
  expect(textOf(bridge)).toMatch(/Its destination is no longer in the config\. .* \[destination_removed\]/);
});

test('regression: a suspended one too', async () => {
  const bridge = new FakeBridge();
  bridge.suspend('bot');
  await bridge.advance(MINUTE);
  expect(textOf(bridge)).toContain('It is gone. [gone]');
});

test('regression: times name their zone, as everywhere', async () => {
  const bridge = new FakeBridge();
  bridge.down('tokyo');
  await bridge.advance(2 * MINUTE);
  expect(textOf(bridge)).toMatch(/Since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d/);
});
