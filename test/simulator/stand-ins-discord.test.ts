/** The Discord stand-in takes and refuses what Discord does. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { startDiscordServer } from '../../src/simulator/discord-server.ts';
import type { StandInOptions } from '../../src/simulator/stand-in.ts';
import { ManualClock } from './clock.ts';
import { post } from './stand-ins-post.ts';

async function start(options: StandInOptions = {}) {
  const server = await startDiscordServer(options);
  onTestFinished(() => server.close());
  const hook = server.webhookUrl.replace('/api/', '/api/v10/');
  const messages = `${server.apiUrl}/v10/channels/${server.channelId}/messages`;
  return { server, hook, messages, authorization: { authorization: `Bot ${server.botToken}` } };
}

describe('a webhook', () => {
  test('takes a message: 204, or the message with wait=true', async () => {
    const { server, hook } = await start();
    expect(await post(hook, { content: 'quiet' })).toMatchObject({ status: 204, body: '' });
    const told = await post(`${hook}?wait=true&thread_id=9`, { content: 'told', embeds: [{ title: 'T' }] });
    expect(told).toMatchObject({ status: 200, body: { content: 'told', channel_id: '9' } });
    expect(server.received).toMatchObject([
      { content: 'quiet', title: '', threadId: undefined },
      { content: 'told', title: 'T', threadId: '9', id: (told.body as { id: string }).id },
    ]);
    expect((told.body as { id: string }).id).toMatch(/^\d{19}$/);
  });

  test('shows link buttons only with with_components=true', async () => {
    const { server, hook } = await start();
    const body = { content: 'x', components: [{ type: 1 }] };
    await post(hook, body);
    await post(`${hook}?with_components=true`, body);
    expect(server.received.map(({ components }) => components)).toEqual([[], [{ type: 1 }]]);
  });

  test('only under version 10', async () => {
    const { server, hook } = await start();
    for (const url of [server.webhookUrl, hook.replace('v10', 'v6'), `${server.url}/`])
      expect(await post(url, { content: 'x' }), url).toMatchObject({ status: 404, body: { code: 0 } });
    expect(server.received).toEqual([]);
  });

  test('unknown, gone, or with another token', async () => {
    const { server, hook } = await start();
    const other = server.addWebhook().replace('/api/', '/api/v10/');
    expect(await post(`${other}?wait=true`, { content: 'x' })).toMatchObject({ status: 200 });
    server.removeWebhook(other);
    expect(await post(other, { content: 'x' })).toMatchObject({ status: 404, body: { code: 10015 } });
    expect(await post(`${hook}x`, { content: 'x' })).toMatchObject({ status: 401, body: { code: 50027 } });
    expect(await post(hook, undefined, { method: 'GET' })).toMatchObject({ status: 200, body: { type: 1 } });
  });

  test('refuses what is no JSON, and what is empty', async () => {
    const { server, hook } = await start({ limits: false });
    expect(await post(hook, '{"content":')).toMatchObject({ status: 400, body: { code: 50109 } });
    const asText = { headers: { 'content-type': 'text/plain' } };
    expect(await post(hook, '{"content":"x"}', asText)).toMatchObject({ status: 400, body: { code: 50109 } });
    for (const body of [{}, { content: ' ' }, { embeds: [] }, { embeds: [{}] }])
      expect(await post(hook, body), JSON.stringify(body)).toMatchObject({
        status: 400,
        body: { code: 50006 },
      });
    expect(server.received).toEqual([]);
  });

  const long = (length: number) => 'x'.repeat(length);
  const embed = (fields: object) => ({ embeds: [fields] });
  const inEmbed = (tree: object) => ({ embeds: { 0: tree } });
  const tooLong = (length: number) => ({
    _errors: [{ code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${length} or fewer in length.` }],
  });
  const required = { _errors: [{ code: 'BASE_TYPE_REQUIRED', message: 'This field is required' }] };
  test.each([
    ['content', { content: long(2001) }, { content: tooLong(2000) }],
    ['title', embed({ title: long(257) }), inEmbed({ title: tooLong(256) })],
    ['description', embed({ description: long(4097) }), inEmbed({ description: tooLong(4096) })],
    ['footer', embed({ footer: { text: long(2049) } }), inEmbed({ footer: { text: tooLong(2048) } })],
    ['author', embed({ author: { name: long(257) } }), inEmbed({ author: { name: tooLong(256) } })],
    [
      'fields',
      embed({ fields: [{ name: '', value: long(1025) }] }),
      inEmbed({ fields: { 0: { name: required, value: tooLong(1024) } } }),
    ],
    [
      'number of fields',
      embed({ fields: Array.from({ length: 26 }, () => ({ name: 'n', value: 'v' })) }),
      inEmbed({ fields: tooLong(25) }),
    ],
    [
      'number of embeds',
      { embeds: Array.from({ length: 11 }, () => ({ title: 't' })) },
      { embeds: tooLong(10) },
    ],
    [
      'all embeds',
      { embeds: [{ description: long(4000) }, { description: long(2001) }] },
      { embeds: { _errors: [expect.objectContaining({ code: 'MAX_EMBED_SIZE_EXCEEDED' })] } },
    ],
    [
      'color and url',
      embed({ title: 't', color: 0x1000000, url: 'javascript:1' }),
      inEmbed({ color: { _errors: [expect.anything()] }, url: { _errors: [expect.anything()] } }),
    ],
    [
      'mentions',
      { content: 'x', allowed_mentions: { parse: ['all'] } },
      { allowed_mentions: { parse: { 0: { _errors: [expect.anything()] } } } },
    ],
    [
      'username',
      { content: 'x', username: 'My Discord' },
      { username: { _errors: [expect.objectContaining({ code: 'USERNAME_INVALID_CONTAINS' })] } },
    ],
  ])('refuses a bad form, all flaws in a tree: %s', async (_, body, errors) => {
    const { server, hook } = await start();
    const { status, body: answer } = await post(hook, body);
    expect(status).toBe(400);
    expect(answer).toEqual({ message: 'Invalid Form Body', code: 50035, errors });
    expect(server.received).toEqual([]);
  });

  test('takes each of these at its longest', async () => {
    const { server, hook } = await start();
    expect((await post(hook, { content: '😀'.repeat(2000) })).status).toBe(204);
    const largest = { title: long(256), description: long(3696), footer: { text: long(2048) } };
    expect((await post(hook, { embeds: [largest] })).status).toBe(204);
    expect(server.received).toHaveLength(2);
  });
});

describe('the limits', () => {
  test('5 per 2 s a webhook, told by the headers; the 6th is a 429', async () => {
    const clock = new ManualClock();
    const { server, hook } = await start({ clock });
    const remaining: unknown[] = [];
    for (let count = 0; count < 5; count += 1) {
      const { headers } = await post(hook, { content: 'x' });
      expect(headers['x-ratelimit-limit']).toBe('5');
      remaining.push(headers['x-ratelimit-remaining']);
      await clock.advance(100);
    }
    expect(remaining).toEqual(['4', '3', '2', '1', '0']);
    const refused = await post(hook, { content: 'x' });
    expect(refused).toMatchObject({
      status: 429,
      body: { retry_after: 1.5, global: false },
      headers: { 'retry-after': '2', 'x-ratelimit-reset-after': '1.500', 'x-ratelimit-remaining': '0' },
    });
    expect(server.limitViolations).toBe(1);
    const other = server.addWebhook().replace('/api/', '/api/v10/');
    expect((await post(other, { content: 'x' })).status).toBe(204);
    await clock.advance(1500);
    expect((await post(hook, { content: 'x' })).status).toBe(204);
    expect(server.received).toHaveLength(7);
  });

  test('30 per 60 s that no header announces', async () => {
    const clock = new ManualClock();
    const { server, hook } = await start({ clock });
    for (let count = 0; count < 30; count += 1) {
      expect((await post(hook, { content: 'x' })).status).toBe(204);
      await clock.advance(500);
    }
    expect(await post(hook, { content: 'x' })).toMatchObject({ status: 429, body: { retry_after: 45 } });
    expect(server.limitViolations).toBe(1);
  });

  test('none with limits: false', async () => {
    const { server, hook } = await start({ limits: false });
    const answers = await Promise.all(Array.from({ length: 60 }, () => post(hook, { content: 'x' })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    expect(server.limitViolations).toBe(0);
  });
});

describe('a bot', () => {
  test('needs its token, a known channel, and posts', async () => {
    const { server, messages, authorization } = await start();
    expect(await post(messages, { content: 'x' })).toMatchObject({ status: 401 });
    const elsewhere = messages.replace(server.channelId, '123456789012345678');
    expect(await post(elsewhere, { content: 'x' }, { headers: authorization })).toMatchObject({
      status: 404,
      body: { code: 10003 },
    });
    expect(await post(messages, { content: 'x' }, { headers: authorization })).toMatchObject({ status: 200 });
    expect(server.received).toMatchObject([{ target: server.channelId, content: 'x' }]);
  });

  test('an enforced nonce makes a repeat harmless', async () => {
    const { server, messages, authorization } = await start();
    const once = { content: 'x', nonce: 'abc', enforce_nonce: true };
    const first = await post(messages, once, { headers: authorization });
    const second = await post(messages, once, { headers: authorization });
    expect(second.body).toEqual(first.body);
    expect(server.received).toHaveLength(1);
    const tooLong = { content: 'x', nonce: 'n'.repeat(26) };
    expect((await post(messages, tooLong, { headers: authorization })).status).toBe(400);
  });
});
