/** Guarantees for a user's receiver: headers, signatures, and its own definition of success. */
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/delivery/outcome.ts';
import { webhook } from '../../src/destinations/webhook/index.ts';
import { PoolRegistry } from '../../src/http/pool-registry.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { FaultyServer, type Received, type Reply } from '../support/faulty-server.ts';
import { TEST_MS } from '../support/limits.ts';
import { sendContext } from '../support/sending.ts';
import { webhookSecret, webhookSubject } from './subjects.ts';

const { message } = webhookSubject;
const otherSecret = `whsec_${Buffer.from('another very secret signing key').toString('base64')}`;

let scope = new AsyncDisposableStack();
afterEach(async () => {
  await scope.disposeAsync();
  scope = new AsyncDisposableStack();
});

async function facing(extra: object, { clock = systemClock, path = '/signal' } = {}) {
  const server = scope.use(await FaultyServer.start());
  const options = webhook.schema.parse({ type: 'webhook', url: server.origin + path, ...extra });
  const deps = {
    name: 'bot',
    clock,
    redact: (text: string) => text,
    version: '1.2.3',
    pools: new PoolRegistry({ clock: systemClock }),
  };
  const destination = await webhook.open(options, deps);
  scope.defer(() => destination.close());
  const send = (overrides: Parameters<typeof sendContext>[0] = {}) =>
    destination.send(message as never, sendContext(overrides));
  return { server, send };
}

const verify = (secret: string, { headers, body }: Received) =>
  new Webhook(secret).verify(body, headers as Record<string, string>);

describe('headers', () => {
  test('say which delivery and attempt it is and until when it is of use', async () => {
    const { server, send } = await facing({});
    const leftMs = 600_000;
    await send({ attempt: 3, expiresAtMs: systemClock.monotonicMs() + leftMs });
    const expiresMs = Date.parse(String(server.last.headers['x-listing-bridge-expires']));
    expect(Math.abs(expiresMs - systemClock.wallMs() - leftMs)).toBeLessThan(TEST_MS);
    expect(server.last.headers).toMatchObject({
      'webhook-id': '01ABC-1',
      'x-listing-bridge-attempt': '3',
      'x-listing-bridge-expires': expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      'user-agent': 'listing-bridge/1.2.3',
      'content-type': 'application/json',
    });
    expect(server.last.headers).not.toHaveProperty('webhook-signature');
    expect(server.last.body).toBe('{"symbol":"ABCUSDT"}');
  });

  test('regression: the end is told by the wall clock, and what is left of it by the steady one', async () => {
    // Set apart by years, as after a start with a wrong clock.
    const wallMs = Date.UTC(2031, 0, 1);
    const clock = { ...clockMethods(), wallMs: () => wallMs, monotonicMs: () => 7_000 };
    const { server, send } = await facing({}, { clock });
    await send({ expiresAtMs: 7_000 + 1_500 });
    expect(server.last.headers['x-listing-bridge-expires']).toBe('2031-01-01T00:00:01.500Z');
    expect(server.last.headers['webhook-timestamp']).toBe(String(wallMs / 1000));
  });

  test('say nothing of an end when there is none', async () => {
    const { server, send } = await facing({});
    await send();
    expect(server.last.headers).not.toHaveProperty('x-listing-bridge-expires');
  });

  test("take the user's own word, however it is spelled", async () => {
    const headers = { 'CONTENT-Type': 'application/cloudevents+json', 'X-Source': 'me' };
    const { server, send } = await facing({ headers });
    await send();
    expect(server.last.headers).toMatchObject({
      'content-type': 'application/cloudevents+json',
      'x-source': 'me',
    });
  });

  test('carry the user name and password of the url', async () => {
    const server = scope.use(await FaultyServer.start());
    const url = server.origin.replace('//', '//me:p%40ss@');
    const options = webhook.schema.parse({ type: 'webhook', url });
    const deps = {
      name: 'bot',
      clock: systemClock,
      redact: (text: string) => text,
      version: '1',
      pools: new PoolRegistry({ clock: systemClock }),
    };
    const destination = await webhook.open(options, deps);
    scope.defer(() => destination.close());
    await destination.send(message as never, sendContext());
    expect(server.last.headers.authorization).toBe(`Basic ${btoa('me:p@ss')}`);
  });
});

test.each(['PUT', 'PATCH'])('%s is sent as such, with the query', async (method) => {
  const { server, send } = await facing({ method }, { path: '/a/b?c=d%20e' });
  await send();
  expect(server.last).toMatchObject({ method, path: '/a/b?c=d%20e' });
});

describe('signatures', () => {
  test('are made anew for each attempt, under one id', async () => {
    let wallMs = systemClock.wallMs();
    const clock = { ...clockMethods(), wallMs: () => wallMs };
    const { server, send } = await facing({ secret: webhookSecret }, { clock });
    await send({ attempt: 1 });
    wallMs += 2000;
    await send({ attempt: 2 });
    const [first, second] = server.received;
    if (first === undefined || second === undefined) throw new Error('two requests were expected');
    expect(verify(webhookSecret, first)).toEqual({ symbol: 'ABCUSDT' });
    expect(verify(webhookSecret, second)).toEqual({ symbol: 'ABCUSDT' });
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect(Number(second.headers['webhook-timestamp']) - Number(first.headers['webhook-timestamp'])).toBe(2);
    expect(second.headers['webhook-signature']).not.toBe(first.headers['webhook-signature']);
  });

  test('of several secrets stand side by side, so that keys can be changed', async () => {
    const { server, send } = await facing({ secret: [webhookSecret, otherSecret] });
    await send();
    expect(verify(webhookSecret, server.last)).toEqual({ symbol: 'ABCUSDT' });
    expect(verify(otherSecret, server.last)).toEqual({ symbol: 'ABCUSDT' });
    expect(String(server.last.headers['webhook-signature']).split(' ')).toHaveLength(2);
  });

  test('do not verify with another key', async () => {
    const { server, send } = await facing({ secret: webhookSecret });
    await send();
    expect(() => verify(otherSecret, server.last)).toThrow('No matching signature');
  });
});

describe('success', () => {
  const delivered: Outcome = { kind: 'delivered' };
  const unconfirmed: Outcome = { kind: 'reject', reason: 'unconfirmed', scope: 'message' };
  const ok = (body: string, status = 200): Reply => ({ status, body });

  test.each<[string, object, Reply, Outcome]>([
    ['any 2xx by default', {}, ok('{"error":"no"}', 299), delivered],
    ['the status asked for', { status: 201 }, ok('', 201), delivered],
    ['one of several', { status: [200, 202] }, ok('', 202), delivered],
    ['another status', { status: 201 }, ok('', 200), unconfirmed],
    [
      'the text asked for, in any case',
      { bodyMatches: '"SUCCESS": ?true' },
      ok('{"success":true}'),
      delivered,
    ],
    ['another text', { bodyMatches: '"success": ?true' }, ok('{"success":false}'), unconfirmed],
    ['the text, but another status', { status: 201, bodyMatches: 'ok' }, ok('ok'), unconfirmed],
  ])('%s', async (_name, success, reply, outcome) => {
    const { server, send } = await facing({ success });
    server.script(reply);
    expect((await send()).outcome).toEqual(outcome);
  });

  test('cannot be told from half a text', async () => {
    const { server, send } = await facing({ success: { bodyMatches: 'order taken' } });
    server.script({ fault: 'truncate', reply: ok('order ta') });
    expect((await send()).outcome).toEqual({ kind: 'ambiguous', reason: 'answer_unreadable' });
  });

  test('says what was answered instead', async () => {
    const { server, send } = await facing({ success: { bodyMatches: 'taken' } });
    server.script(ok('insufficient\nbalance'));
    expect((await send()).detail).toBe(
      'answered 200, which is not what "success" requires: insufficient balance',
    );
  });
});

test.each([
  [200, { kind: 'delivered' }],
  [500, { kind: 'retry', reason: 'server_error' }],
])(
  'regression: %i whose body never ends is settled by its status, and what the receiver is at is not cut',
  async (status, outcome) => {
    const { server, send } = await facing({ warm: false });
    server.script({ fault: 'stall-body', reply: { status, body: 'working' } });
    const deadline = new AbortController();
    const result = await send({ signal: deadline.signal });
    expect(result).toMatchObject({ outcome, status });
    server.script({ status: 200 });
    await send({ signal: deadline.signal });
    expect(server.open, 'the one that is still in use, and that of the next').toBe(2);
  },
);

test('regression: another URL is another far end, also in its path and query; other options are not', () => {
  const farEnd = (extra: object) =>
    webhook.budgets(webhook.schema.parse({ type: 'webhook', url: 'https://bot.example/a?b=c', ...extra }))
      .farEnd;
  const here = farEnd({});
  const others = ['https://bot.example/a?b=d', 'https://bot.example/b?b=c', 'https://other.example/a?b=c'];
  expect(new Set([here, ...others.map((url) => farEnd({ url }))]).size).toBe(4);
  expect(farEnd({ maxAge: '1s', headers: { 'X-A': '1' } })).toBe(here);
  expect(here).not.toContain('bot.example');
});

function clockMethods(): typeof systemClock {
  return {
    wallMs: () => systemClock.wallMs(),
    wallUs: () => systemClock.wallUs(),
    monotonicMs: () => systemClock.monotonicMs(),
    after: (...timer) => systemClock.after(...timer),
  };
}
