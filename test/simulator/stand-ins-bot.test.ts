/** The bot stand-in, and what all stand-ins share: records, waiting, scripted faults. */
import { Webhook } from 'standardwebhooks';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type BotServerOptions, startBotServer } from '../../src/simulator/bot-server.ts';
import { post } from './stand-ins-post.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const ID = { headers: { 'webhook-id': 'msg-1' } };

async function start(options: BotServerOptions = {}) {
  const server = await startBotServer(options);
  onTestFinished(() => server.close());
  return server;
}

test('takes a request with a webhook-id, any path, JSON or text, and marks repeats', async () => {
  const server = await start();
  expect(await post(`${server.url}/a/b?c=1`, { x: 1 }, ID)).toMatchObject({
    status: 200,
    body: { ok: true },
  });
  await post(server.url, 'buy', { headers: { 'webhook-id': 'msg-1', 'content-type': 'text/plain' } });
  expect(server.received).toMatchObject([
    { id: 'msg-1', repeat: false, path: '/a/b', body: { x: 1 }, text: '{"x":1}' },
    { id: 'msg-1', repeat: true, body: undefined, text: 'buy' },
  ]);
  expect(await post(server.url, {})).toMatchObject({ status: 400, body: { ok: false } });
  expect(await post(server.url, {}, { ...ID, method: 'DELETE' })).toMatchObject({ status: 405 });
  expect((await post(server.url, undefined, { method: 'GET' })).status).toBe(204);
  expect(server.received).toHaveLength(2);
  expect(server.requests).toHaveLength(5);
});

describe('signatures', () => {
  const signed = (secret: string, body: string, at = new Date()) => ({
    headers: {
      'webhook-id': 'msg-1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign('msg-1', at, body),
    },
  });

  test('a right one is taken, also among several', async () => {
    const server = await start({ secret: SECRET });
    const { headers } = signed(SECRET, '{"가":1}');
    expect(await post(server.url, '{"가":1}', { headers })).toMatchObject({ status: 200 });
    const several = { ...headers, 'webhook-signature': `v1,AAAA ${headers['webhook-signature']}` };
    expect(await post(server.url, '{"가":1}', { headers: several })).toMatchObject({ status: 200 });
  });

  test('a missing, foreign, stale or misplaced one is 401', async () => {
    const server = await start({ secret: SECRET });
    const foreign = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
    const stale = new Date(Date.now() - 600_000);
    for (const options of [ID, signed(foreign, '{}'), signed(SECRET, '{}', stale), signed(SECRET, '{ }')])
      expect(await post(server.url, '{}', options), JSON.stringify(options)).toMatchObject({ status: 401 });
    expect(server.received).toEqual([]);
  });
});

describe('what every stand-in can do', () => {
  test('waits for a count or a fitting item, past ones too, and says what came instead', async () => {
    const server = await start();
    const heard: string[] = [];
    const off = server.onReceived(({ id }) => heard.push(id));
    const second = server.waitFor(({ id }) => id === 'b');
    await post(server.url, {}, { headers: { 'webhook-id': 'a' } });
    await post(server.url, {}, { headers: { 'webhook-id': 'b' } });
    expect((await second).id).toBe('b');
    expect(await server.waitFor(2)).toHaveLength(2);
    off();
    await post(server.url, {}, { headers: { 'webhook-id': 'c' } });
    expect(heard).toEqual(['a', 'b']);
    await expect(server.waitFor(4, 1)).rejects.toThrow(/4 bot request.*received 3.*'a'/s);
  });

  test('scripted answers come in order, then the usual ones', async () => {
    const server = await start();
    server.faults.push({ status: 429, headers: { 'retry-after': '3' }, body: { slow: 'down' } });
    server.faults.push({ status: 502, body: '<html>Bad Gateway</html>' });
    server.faults.push({ status: 500, accept: true });
    expect(await post(server.url, {}, ID)).toMatchObject({
      status: 429,
      headers: { 'retry-after': '3' },
      body: { slow: 'down' },
    });
    expect(await post(server.url, {}, ID)).toMatchObject({ status: 502, body: '<html>Bad Gateway</html>' });
    expect(server.received).toHaveLength(0);
    expect(await post(server.url, {}, ID)).toMatchObject({ status: 500 });
    expect(server.received).toHaveLength(1);
    expect(await post(server.url, {}, ID)).toMatchObject({ status: 200 });
    expect(server.limitViolations).toBe(0);
  });

  test('a reset loses the answer, and with accept only the answer', async () => {
    const server = await start();
    server.faults.push({ reset: true }, { reset: true, accept: true });
    await expect(post(server.url, {}, ID)).rejects.toThrow();
    expect(server.received).toHaveLength(0);
    await expect(post(server.url, {}, ID)).rejects.toThrow();
    expect(server.received).toHaveLength(1);
  });

  test.each(['answer', 'body'] as const)('a stalled %s never ends, and closing ends it', async (stall) => {
    const server = await start();
    server.faults.push({ stall, body: { ok: true } });
    const hanging = post(server.url, {}, ID);
    const ended = expect(hanging).rejects.toThrow();
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(server.received).toHaveLength(0);
    await server.close();
    await ended;
  });

  test('a delayed answer is the usual one, later', async () => {
    const server = await start();
    server.faults.push({ delayMs: 20 });
    const before = performance.now();
    expect(await post(server.url, {}, ID)).toMatchObject({ status: 200, body: { ok: true } });
    expect(performance.now() - before).toBeGreaterThanOrEqual(19);
    expect(server.received).toHaveLength(1);
  });
});
