/** Which names and sites may ask, what needs the token, and what a read-only bridge refuses. */
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/platform/secret.ts';
import { LoginLimit } from '../../src/web/guard/login-limit.ts';
import type { ServerOptions } from '../../src/web/options.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { BEARER, Browser, LOCAL, LOCAL_WITH_TOKEN, PUBLIC, TOKEN, webOf } from '../support/web.ts';

const PROXIED: ServerOptions = { ...LOCAL_WITH_TOKEN, hosts: ['bridge.example.com'] };

describe('the name that a browser calls the bridge by', () => {
  test.each([
    ['loopback', LOCAL, 'localhost:8787', 200],
    ['loopback', LOCAL, 'bridge.example.com', 421],
    ['loopback', LOCAL, '192.168.1.5:8787', 421],
    ['a proxy', PROXIED, 'Bridge.Example.com', 200],
    ['a proxy', PROXIED, '127.0.0.1:8787', 200],
    ['a proxy', PROXIED, 'evil.bridge.example.com', 421],
    ['everywhere', PUBLIC, 'anything.example.com', 200],
    ['everywhere, by name', { ...PUBLIC, hosts: ['bridge.lan'] }, 'anything.example.com', 421],
    ['everywhere, by name', { ...PUBLIC, hosts: ['bridge.lan'] }, 'bridge.lan:8787', 200],
    ['everywhere, by name', { ...PUBLIC, hosts: ['bridge.lan'] }, '10.0.0.7:8787', 200],
    ['everywhere, by name', { ...PUBLIC, hosts: ['bridge.lan'] }, '[fd00::7]:8787', 200],
  ] as const)('listens on %s: %s %s', async (_, options, host, status) => {
    expect((await webOf(options).request('/healthz', { headers: { host } })).status).toBe(status);
  });
});

describe('reading is free only for who is on this machine', () => {
  test.each([
    ['directly', LOCAL_WITH_TOKEN, { host: 'localhost' }, 200],
    ['through a proxy', LOCAL_WITH_TOKEN, { host: 'localhost', 'x-forwarded-for': '8.8.8.8' }, 401],
    ['through a proxy that is configured', PROXIED, { host: '127.0.0.1:8787' }, 401],
    ['through a proxy, with the token', PROXIED, { host: 'bridge.example.com', ...BEARER }, 200],
    ['through a proxy, without a token in the config', LOCAL, { host: 'localhost', via: '1.1 caddy' }, 403],
  ])('%s', async (_, options, headers, status) => {
    const response = await webOf(options).request('/api/status', { headers });
    expect(response.status).toBe(status);
    if (status !== 200) expect(await response.json()).toMatchObject({ ok: false });
  });

  test('a wrong token is refused in words, for people and for programs', async () => {
    const program = await webOf(PUBLIC).request('/api/status', { headers: { authorization: 'Bearer no' } });
    expect(program.headers.get('www-authenticate')).toBe('Bearer');
    expect([program.status, await program.json()]).toEqual([
      401,
      {
        ok: false,
        problem: 'this needs the header: Authorization: Bearer <server.token>',
        code: 'unauthorized',
      },
    ]);
    const person = await new Browser(webOf(PUBLIC)).submit('/-/reload', {});
    expect(person.headers.get('content-type')).toContain('text/html');
    expect(await person.text()).toContain('log in first, with server.token of the config [unauthorized]');
  });

  test.each([
    'Bearer',
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
    `bearer${TOKEN}`,
    TOKEN,
    `Basic ${btoa(`:${TOKEN}`)}`,
  ])('no token: %s', async (authorization) => {
    expect((await webOf(PUBLIC).request('/metrics', { headers: { authorization } })).status).toBe(401);
  });
});

describe('a page of another site', () => {
  const CROSS = { host: '127.0.0.1:8787', 'sec-fetch-site': 'cross-site' };
  const ask = async (method: string, path: string, headers: Readonly<Record<string, string>>) =>
    (await webOf(LOCAL_WITH_TOKEN).request(path, { method, headers })).status;

  test('may link here, and nothing else', async () => {
    expect(await ask('GET', '/api/status', { ...CROSS, 'sec-fetch-mode': 'no-cors' })).toBe(403);
    expect(await ask('GET', '/metrics', { ...CROSS, 'sec-fetch-mode': 'cors' })).toBe(403);
    expect(await ask('OPTIONS', '/-/reload', { ...CROSS, 'sec-fetch-mode': 'cors' })).toBe(403);
    expect(await ask('POST', '/login', { ...CROSS, 'sec-fetch-mode': 'navigate' })).toBe(403);
    expect(await ask('POST', '/login', { host: '127.0.0.1:8787', origin: 'https://evil.com' })).toBe(403);
    expect(await ask('GET', '/', { ...CROSS, 'sec-fetch-mode': 'navigate' })).toBe(200);
  });

  test('cached names and passwords of a proxy do not open the way; a bearer token does', async () => {
    const basic = { ...CROSS, authorization: 'Basic YTpi' };
    expect(await ask('POST', '/login', basic)).toBe(403);
    const program = { host: '127.0.0.1:8787', origin: 'chrome-extension://abc', ...BEARER };
    expect(await ask('POST', '/-/reload', program)).toBe(200);
  });

  test('behind a proxy with a host header of its own, the public name counts', async () => {
    const browser = new Browser(webOf(PROXIED), 'https://bridge.example.com');
    const response = await browser.submit('/login', { token: TOKEN }, { host: '127.0.0.1:8787' });
    expect(response.status).toBe(303);
  });

  test('learns nothing by CORS, and no answer is embedded, kept or guessed', async () => {
    const { headers } = await webOf(LOCAL).request('/api/status', { headers: { host: 'localhost' } });
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      // `no-referrer` would hide the origin of our own forms as well.
      'referrer-policy': 'same-origin',
    });
  });
});

/** Every path that takes a change; a new one is found here without being written down. */
const changes = (web: ReturnType<typeof webOf>) =>
  web.routes.filter(({ method, path }) => !['GET', 'ALL'].includes(method) && !HARMLESS.has(path));

/** Those that change nothing of the bridge. */
const HARMLESS = new Set(['/login', '/logout', '/api/explain']);

describe('what changes something', () => {
  const pathOf = (path: string) => path.replace(/:\w+/g, 'x');

  test('wants the token on loopback too', async () => {
    const web = webOf(LOCAL_WITH_TOKEN);
    expect(changes(web).length).toBeGreaterThan(1);
    for (const { method, path } of changes(web)) {
      const response = await web.request(pathOf(path), { method, headers: { host: 'localhost' } });
      expect([path, response.status]).toEqual([path, 401]);
    }
  });

  test('is refused by a read-only bridge, which says so, with any token; reading goes on', async () => {
    const web = webOf({ ...LOCAL_WITH_TOKEN, readOnly: true });
    for (const { method, path } of changes(web)) {
      const response = await web.request(pathOf(path), {
        method,
        headers: { host: 'localhost', ...BEARER, accept: 'application/json' },
      });
      expect([path, response.status]).toEqual([path, 403]);
      expect(await response.json()).toMatchObject({ ok: false, code: 'read_only' });
    }
    expect((await web.request('/api/status', { headers: { host: 'localhost' } })).status).toBe(200);
  });
});

describe('methods', () => {
  test.each([
    ['OPTIONS', '/api/announcements', 204],
    ['OPTIONS', '/metrics', 204],
    ['PUT', '/api/status', 405],
    ['DELETE', '/', 405],
    ['GET', '/-/reload', 405],
    ['GET', '/nothing', 404],
    ['OPTIONS', '/nothing', 404],
  ])('%s %s: %i', async (method, path, status) => {
    const response = await webOf(LOCAL).request(path, { method, headers: { host: 'localhost' } });
    expect(response.status).toBe(status);
    expect(response.headers.has('allow')).toBe(status !== 404);
  });

  test('HEAD is GET without the body', async () => {
    const headers = { host: 'localhost' };
    const head = await webOf(LOCAL).request('/api/status', { method: 'HEAD', headers });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(head.headers.get('content-type')).toBe('application/json');
  });
});

test('wrong logins: few from one network, more from all, and a bounded memory', async () => {
  const clock = new FakeClock();
  const limit = new LoginLimit(clock);
  for (let tries = 0; tries < 5; tries++) limit.failed(`2001:db8:1:2::${tries}`);
  expect(limit.waitMs('2001:db8:1:2:ffff::1')).toBe(60_000);
  expect(limit.waitMs('::ffff:10.0.0.1')).toBe(0);
  for (let tries = 0; tries < 5; tries++) limit.failed('10.0.0.1');
  expect(limit.waitMs('::ffff:10.0.0.1')).toBe(60_000);
  for (let from = 0; from < 40; from++) limit.failed(`10.0.1.${from}`);
  expect(limit.waitMs('10.9.9.9')).toBe(60_000);
  await clock.advance(60_000);
  expect(limit.waitMs('10.9.9.9')).toBe(0);
});

test('a config in force decides: a token, names and read-only of a reload count at once', async () => {
  let access: Omit<ServerOptions, 'host' | 'port'> = { token: new Secret('first-token') };
  const web = webOf(LOCAL, {}, { access: () => access });
  const reload = async (token: string, host = 'localhost') =>
    (await web.request('/-/reload', { method: 'POST', headers: { host, authorization: `Bearer ${token}` } }))
      .status;
  expect(await reload('first-token')).toBe(200);
  access = { token: new Secret('second-token'), hosts: ['bridge.example.com'] };
  expect([await reload('first-token'), await reload('second-token', 'bridge.example.com')]).toEqual([
    401, 200,
  ]);
  access = { ...access, readOnly: true };
  expect(await reload('second-token')).toBe(403);
});
