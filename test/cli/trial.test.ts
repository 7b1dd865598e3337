/** A sample to a destination that is in no config yet. */
import { expect, test } from 'vitest';
import { tryDestination } from '../../src/cli/trial.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { FaultyServer } from '../support/faulty-server.ts';

const io = {
  clock: systemClock,
  random: () => 0.5,
  signal: new AbortController().signal,
  version: '0.0.0',
};

test('it arrives, marked as a sample', async () => {
  await using server = await FaultyServer.start({ status: 204 });
  const report = await tryDestination('bot', { type: 'webhook', url: server.origin }, io);
  expect(report).toMatchObject({
    mark: 'good',
    text: expect.stringMatching(/^delivered in .* \[HTTP 204\]$/),
  });
  expect(server.received[0]?.headers).toMatchObject({ 'x-listing-bridge-sample': 'true' });
});

test('a refusal is advice, and shows no secret', async () => {
  const token = '123456789:AAveryVerySecretBotToken_0123456789';
  const body = JSON.stringify({
    ok: false,
    error_code: 400,
    description: `Bad Request: chat not found ${token}`,
  });
  await using server = await FaultyServer.start({
    status: 400,
    headers: { 'content-type': 'application/json' },
    body,
  });
  const written = { type: 'telegram', botToken: token, chatId: '@nowhere', apiUrl: server.origin };
  const report = await tryDestination('channel', written, io);
  expect(report.mark).toBe('bad');
  expect(report.text).toMatch(
    /^not delivered\. Telegram does not know this chat: .* \[gone, HTTP 400; run would suspend it\]$/,
  );
  expect(JSON.stringify(report)).not.toContain('AAvery');
});

test('options that the type does not accept send nothing', async () => {
  expect(await tryDestination('bot', { type: 'webhook', url: 'nonsense' }, io)).toMatchObject({
    mark: 'warning',
    text: expect.stringMatching(/^not sent\. `url` is not accepted: .* \[bad_options\]$/),
  });
});
