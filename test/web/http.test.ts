/** The HTTP side: permissions, readiness, and hostile requests. */
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Status, StatusInput } from '../../src/ops/status.ts';
import { Secret } from '../../src/platform/secret.ts';
import type { ServerOptions } from '../../src/web/options.ts';
import { startServer } from '../../src/web/server.ts';
import { NO_STATUS, type StatusParts, statusWith } from '../support/status.ts';
import { BEARER, idleOps, LOCAL, PUBLIC, TOKEN, webOf } from '../support/web.ts';

const appOf = (
  options: ServerOptions,
  status: Status = NO_STATUS,
  failed: (error: unknown) => void = () => undefined,
) => webOf(options, { ...idleOps(status), failed });

const lane = (reason?: string): StatusInput['destinations'][number]['lane'] =>
  ({
    held: 0,
    inFlight: 0,
    pausedUntilMs: 0,
    nearBanUntilMs: 0,
    suspended:
      reason === undefined ? undefined : { reason, words: `It is not there. [${reason}]`, sinceMs: 0 },
  }) as StatusInput['destinations'][number]['lane'];

const destination = (name: string, suspended?: string) => ({ name, type: 'webhook', lane: lane(suspended) });
const rule = (name: string, ...to: readonly string[]) => ({ name, send: to.map((one) => ({ to: one })) });

describe('regression: ready', () => {
  test.each([
    [
      'one of two destinations of a rule is suspended',
      { destinations: [destination('a', 'gone'), destination('b')], rules: [rule('r', 'a', 'b')] },
      true,
    ],
    [
      'a rule can send to nobody',
      { destinations: [destination('a', 'gone'), destination('b')], rules: [rule('r', 'a'), rule('s', 'b')] },
      false,
    ],
    [
      'every destination is suspended',
      { destinations: [destination('a', 'gone')], rules: [rule('r', 'a')] },
      false,
    ],
    ['a rule sends to nobody on purpose', { destinations: [destination('a')], rules: [rule('quiet')] }, true],
    [
      'a destination without a rule is suspended',
      { destinations: [destination('a', 'gone'), destination('b')], rules: [rule('r', 'b')] },
      true,
    ],
    [
      'the file was refused',
      { config: { file: 'c', current: false, rejected: ['bad'], needsRestart: [] } },
      false,
    ],
    [
      'a change waits for a restart',
      { config: { file: 'c', current: true, rejected: undefined, needsRestart: ['log'] } },
      true,
    ],
    [
      'the file was edited and not reloaded',
      { config: { file: 'c', current: false, rejected: undefined, needsRestart: [] } },
      true,
    ],
    ['the store cannot be written', { store: { path: 'x', fault: 'disk full' } }, false],
  ] as readonly (readonly [string, StatusParts, boolean])[])('%s', async (_, input, ready) => {
    const status = statusWith(input);
    expect(status.ready).toBe(ready);
    expect((await appOf(LOCAL, status).request('/readyz', { headers: { host: 'localhost' } })).status).toBe(
      ready ? 200 : 503,
    );
  });

  test('says which rule can send to nobody, and what only waits', () => {
    const { problems } = statusWith({
      destinations: [destination('a', 'gone')],
      rules: [rule('orders', 'a')],
    });
    expect(problems).toEqual([
      'rule orders can send nowhere: all of its destinations are suspended (a)',
      'destination a is suspended. It is not there. [gone]',
    ]);
    const { notes } = statusWith({
      config: { file: 'c', current: false, rejected: undefined, needsRestart: ['log'] },
    });
    expect(notes).toHaveLength(2);
  });

  test('is small, however many destinations there are', async () => {
    const destinations = Array.from({ length: 3000 }, (_, index) => destination(`webhook-${index}`, 'gone'));
    const status = statusWith({
      destinations,
      rules: [rule('all', ...destinations.map(({ name }) => name))],
    });
    const response = await appOf(LOCAL, status).request('/readyz', { headers: { host: 'localhost' } });
    const text = await response.text();
    expect(text.length).toBeLessThan(4000);
    expect(JSON.parse(text)).toMatchObject({
      ready: false,
      problems: expect.arrayContaining(['… and 2981 more: see /api/status']),
    });
  });
});

describe('who may read', () => {
  test('regression: a probe without a token gets the status alone, with one the reasons', async () => {
    const broken = statusWith({ store: { path: 'x', fault: 'disk full' } });
    const bare = await appOf(PUBLIC, broken).request('/readyz');
    expect([bare.status, await bare.text()]).toEqual([503, 'not ready\n']);
    const fine = await appOf(PUBLIC).request('/readyz');
    expect([fine.status, await fine.text()]).toEqual([200, 'ready\n']);
    const full = await appOf(PUBLIC, broken).request('/readyz', { headers: BEARER });
    expect(full.status).toBe(503);
    expect(await full.json()).toMatchObject({ problems: [expect.stringContaining('disk full')] });
    expect(
      (await appOf(PUBLIC).request('/readyz', { headers: { authorization: 'Bearer wrong' } })).status,
    ).toBe(401);
  });

  test('a page: free on loopback, elsewhere with the token, and nothing in it from elsewhere', async () => {
    const page = await appOf(LOCAL).request('/', { headers: { host: 'localhost' } });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect((await appOf(PUBLIC).request('/')).status).toBe(401);
    expect((await appOf(PUBLIC).request('/', { headers: BEARER })).status).toBe(200);
  });

  test('on loopback the reasons need none', async () => {
    const response = await appOf(LOCAL).request('/readyz', { headers: { host: '127.0.0.1:8787' } });
    expect(await response.json()).toMatchObject({ ready: true, problems: [], notes: [] });
  });

  test.each(['/api/status', '/metrics'])('%s of a public host needs one', async (path) => {
    expect((await appOf(PUBLIC).request(path)).status).toBe(401);
    expect((await appOf(PUBLIC).request(path, { headers: BEARER })).status).toBe(200);
  });

  test('regression: no title is a command to the terminal that shows the answer', async () => {
    const title = 'a\u009b31m\u202e\u001b[2J';
    const status = { ...NO_STATUS, announcements: [{ title }] } as unknown as Status;
    const response = await appOf(LOCAL, status).request('/api/status', { headers: { host: 'localhost' } });
    expect(response.headers.get('content-type')).toContain('application/json');
    const text = await response.text();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(JSON.parse(text)).toMatchObject({ announcements: [{ title }] });
  });

  test('a wrong method says which is right; a fault of ours is logged, not shown', async () => {
    const wrong = await appOf(LOCAL).request('/-/reload', { headers: { host: 'localhost' } });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
    const failures: unknown[] = [];
    const bad = {
      get ready(): boolean {
        throw new Error('a bug with a secret');
      },
    } as Status;
    const app = appOf(LOCAL, bad, (error) => failures.push(error));
    const response = await app.request('/readyz', { headers: { host: 'localhost' } });
    expect([response.status, await response.text()]).toEqual([500, 'internal error; see the log\n']);
    expect(failures).toHaveLength(1);
  });
});

async function raw(host: string, request: string): Promise<string> {
  const options: ServerOptions = { host, port: 0, token: new Secret(TOKEN) };
  const server = await startServer(options, appOf(options));
  onTestFinished(() => server.close());
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ''));
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
    socket.on('error', (error) => (text === '' ? reject(error) : resolve(text)));
    socket.write(request);
  });
}

const CLOSE = 'Connection: close\r\n\r\n';

describe('requests of all kinds', () => {
  test.each([
    ['127.0.0.1', `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:8787\r\n${CLOSE}`],
    ['localhost', `GET /healthz HTTP/1.1\r\nHost: localhost\r\n${CLOSE}`],
    ['::1', `GET /healthz HTTP/1.1\r\nHost: [::1]:8787\r\n${CLOSE}`],
    ['[::1]', `GET /healthz HTTP/1.1\r\nHost: [::1]\r\n${CLOSE}`],
    ['127.0.0.2', `GET /healthz HTTP/1.1\r\nHost: 127.0.0.2\r\n${CLOSE}`],
    ['0.0.0.0', `GET /healthz HTTP/1.1\r\nHost: bridge.example.com\r\n${CLOSE}`],
    ['127.0.0.1', 'GET /healthz HTTP/1.0\r\n\r\n'],
    ['127.0.0.1', `HEAD /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n${CLOSE}`],
  ])('regression: /healthz at server.host %s: %j', async (host, request) => {
    expect(await raw(host, request)).toMatch(/^HTTP\/1\.1 200 /);
  });

  test.each([
    ['a name of somebody else', `GET /healthz HTTP/1.1\r\nHost: evil.com\r\n${CLOSE}`, 421],
    ['a name that begins like ours', `GET /api/status HTTP/1.1\r\nHost: 127.0.0.1.evil.com\r\n${CLOSE}`, 421],
    ['two hosts', `GET /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.com\r\n${CLOSE}`, 421],
    ['a host that is none', `GET /api/status HTTP/1.1\r\nHost: evil@127.0.0.1\r\n${CLOSE}`, 400],
    ['a port that is none', `GET /api/status HTTP/1.1\r\nHost: 127.0.0.1:99999\r\n${CLOSE}`, 400],
    ['a very long header', `GET /healthz HTTP/1.1\r\nHost: ${'a'.repeat(20_000)}\r\n${CLOSE}`, 431],
    ['another method', `DELETE /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\n${CLOSE}`, 405],
    ['TRACE', `TRACE /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n${CLOSE}`, 405],
    ['a path that is not there', `GET /../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n${CLOSE}`, 404],
    ['no HTTP', 'hello\r\n\r\n', 400],
    [
      'a body that nobody reads',
      `POST /-/reload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000000\r\n${CLOSE}${'x'.repeat(200_000)}`,
      401,
    ],
  ])('%s', async (_, request, status) => {
    expect(await raw('127.0.0.1', request)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });
});
