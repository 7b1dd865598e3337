/** The session of a browser: how it begins, what it may do, and everything that ends it. */
import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/platform/secret.ts';
import { Sessions } from '../../src/web/guard/sessions.ts';
import type { AccessOptions, ServerOptions } from '../../src/web/options.ts';
import { ASSETS } from '../../src/web/page/assets.ts';
import { FORM_TOKEN, FORM_TOKEN_HEADER, type Visitor, type WebEnv } from '../../src/web/visitor.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Browser, LOCAL, LOCAL_WITH_TOKEN, PUBLIC, TOKEN, webOf } from '../support/web.ts';

interface SceneOptions {
  readonly options?: ServerOptions;
  readonly access?: () => AccessOptions;
  readonly origin?: string;
}

/** A browser before a bridge whose page shows who asks, and has one form. */
function scene({ options = LOCAL_WITH_TOKEN, access = () => options, origin }: SceneOptions = {}) {
  const clock = new FakeClock();
  const pages = new Hono<WebEnv>()
    .get('/', (context) => context.json(context.var.visitor))
    .post('/change', (context) => context.text('changed'));
  const web = webOf(options, { clock }, { access, pages });
  const browser = new Browser(web, origin);
  const visitor = async () => (await (await browser.get('/')).json()) as Visitor;
  const logIn = () => browser.submit('/login', { token: TOKEN, next: '/' });
  const change = async (headers?: Readonly<Record<string, string>>) =>
    (await browser.submit('/change', { [FORM_TOKEN]: (await visitor()).formToken ?? '' }, headers)).status;
  return { clock, web, browser, visitor, logIn, change };
}

describe('login', () => {
  test('the page asks for the token once, and goes where the visitor wanted', async () => {
    const { browser } = scene({ options: PUBLIC, origin: 'http://bridge.lan:8787' });
    const first = await browser.get('/?a=b');
    expect([first.status, first.headers.get('location')]).toEqual([303, '/login?next=%2F%3Fa%3Db']);
    const page = await browser.get('/login?next=%2F%3Fa%3Db');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self'");
    expect(await page.text()).toContain('name="next" value="/?a=b"');
    const wrong = await browser.submit('/login', { token: 'wrong', next: '/?a=b' });
    expect([wrong.status, browser.cookies.size]).toEqual([401, 0]);
    expect(await wrong.text()).toContain('role="alert"');
    const right = await browser.submit('/login', { token: TOKEN, next: '/?a=b' });
    expect([right.status, right.headers.get('location')]).toEqual([303, '/?a=b']);
    const status = await browser.get('/api/status');
    expect(status.status).toBe(200);
    expect((await browser.get('/login')).headers.get('location')).toBe('/');
  });

  test('the cookie is for this host, no script and no other site; by https only where it came by https', async () => {
    const { browser } = scene();
    const plain = await browser.submit('/login', { token: TOKEN });
    expect(plain.headers.get('set-cookie')).toMatch(
      /^listing_bridge8787=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const secure = await browser.submit('/login', { token: TOKEN }, { 'x-forwarded-proto': 'https' });
    expect(secure.headers.get('set-cookie')).toMatch(
      /^__Host-listing_bridge8787=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
  });

  test.each([
    ['https://evil.com/', '/'],
    ['//evil.com', '/'],
    ['/\\evil.com', '/'],
    ['/a\r\nset-cookie: a=b', '/'],
    ['/logout', '/'],
    ['/deliveries?state=dead', '/deliveries?state=dead'],
  ])('no login leads to another site: %j', async (next, to) => {
    const response = await scene().browser.submit('/login', { token: TOKEN, next });
    expect(response.headers.get('location')).toBe(to);
  });

  test('a program gets JSON; without a token in the config there is nothing to log in to', async () => {
    const { web } = scene({ options: LOCAL });
    const response = await web.request('/login', { method: 'POST', headers: { host: 'localhost' } });
    expect([response.status, await response.json()]).toEqual([
      403,
      {
        ok: false,
        problem: 'disabled: set server.token in the config to enable it',
        code: 'no_token',
      },
    ]);
    const wrong = await scene().web.request('/login', { method: 'POST', headers: { host: 'localhost' } });
    expect([wrong.status, await wrong.json()]).toMatchObject([401, { ok: false, code: 'wrong_token' }]);
  });

  test('before it there is its own style, and no other asset', async () => {
    const browser = new Browser(webOf(PUBLIC));
    const page = await (await browser.get('/login')).text();
    const style = /href="([^"]+\.css)"/.exec(page)?.[1] ?? '';
    expect((await browser.get(style)).headers.get('content-type')).toContain('text/css');
    const script = ASSETS.script.url;
    expect((await browser.get(script)).status).toBe(303);
    expect((await new Browser(webOf(LOCAL)).get(script)).status).toBe(200);
  });

  test('a huge login is not read', async () => {
    const { browser } = scene();
    expect((await browser.submit('/login', { token: 'x'.repeat(10_000) })).status).toBe(413);
  });

  test('a wrong token is reported: the first, and the one after which no more are tried', async () => {
    const reported: unknown[] = [];
    const clock = new FakeClock();
    const browser = new Browser(webOf(LOCAL_WITH_TOKEN, { clock, loginFailed: (one) => reported.push(one) }));
    for (let n = 0; n < 8; n++) await browser.submit('/login', { token: `guess ${n}` });
    const [first, last] = [
      { tries: 1, isBlocked: false },
      { tries: 5, isBlocked: true },
    ];
    expect(reported).toEqual([
      { address: '', ...first },
      { address: '', ...last },
    ]);
    await clock.advance(60_001);
    await browser.submit('/login', { token: 'guess' });
    expect(reported.slice(2)).toEqual([{ address: '', ...first }]);
    expect(JSON.stringify(reported)).not.toContain('guess');
    await browser.submit('/login', { token: TOKEN });
    expect(reported).toHaveLength(3);
  });

  test('wrong tokens: after five a minute even the right one waits, and is told how long', async () => {
    const { browser, clock, logIn } = scene();
    for (let tries = 0; tries < 5; tries++)
      expect((await browser.submit('/login', { token: 'wrong' })).status).toBe(401);
    const refused = await logIn();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    expect(await refused.text()).toContain('try again in 60 s');
    // The bearer token of a program is not locked out with it.
    const bearer = { headers: { authorization: `Bearer ${TOKEN}`, host: 'localhost' } };
    expect((await scene().web.request('/-/reload', { ...bearer, method: 'POST' })).status).toBe(200);
    await clock.advance(60_000);
    expect((await logIn()).status).toBe(303);
  });
});

describe('a session', () => {
  test('reads, changes, and ends with the logout', async () => {
    const { browser, visitor, logIn, change } = scene();
    expect(await visitor()).toMatchObject({ who: 'reader', mayChange: false, canLogIn: true });
    expect(await change()).toBe(401);
    await logIn();
    const { formToken = '', ...owner } = await visitor();
    expect(owner).toMatchObject({ who: 'owner', mayChange: true });
    expect(await change()).toBe(200);
    expect((await browser.submit('/logout', {})).status).toBe(403);
    expect((await visitor()).who).toBe('owner');
    const cookies = new Map(browser.cookies);
    expect((await browser.submit('/logout', { [FORM_TOKEN]: formToken })).status).toBe(303);
    expect(browser.cookies.size).toBe(0);
    // Nor can it be gone on with by whoever has kept the cookie.
    for (const [name, value] of cookies) browser.cookies.set(name, value);
    expect((await visitor()).who).toBe('reader');
  });

  test('a new login ends the one before; its form token is another', async () => {
    const { browser, visitor, logIn } = scene();
    await logIn();
    const [before] = [...browser.cookies.values()];
    const { formToken } = await visitor();
    await logIn();
    expect((await visitor()).formToken).not.toBe(formToken);
    const [name = ''] = [...browser.cookies.keys()];
    browser.cookies.set(name, before ?? '');
    expect((await visitor()).who).toBe('reader');
  });

  test('ends after twelve hours, and when the token changes', async () => {
    let token = new Secret(TOKEN);
    const { visitor, logIn, clock } = scene({ access: () => ({ token }) });
    await logIn();
    await clock.advance(12 * 3_600_000 - 1);
    expect((await visitor()).who).toBe('owner');
    await clock.advance(1);
    expect((await visitor()).who).toBe('reader');
    await logIn();
    expect((await visitor()).who).toBe('owner');
    token = new Secret('another-token-of-some-length');
    expect((await visitor()).who).toBe('reader');
    token = new Secret(TOKEN);
    expect((await visitor()).who, 'an end is an end').toBe('reader');
  });

  test('there are at most a hundred: the oldest ends', () => {
    const sessions = new Sessions(new FakeClock());
    const token = new Secret(TOKEN);
    const ids = Array.from({ length: 101 }, () => sessions.begin(token));
    expect(sessions.size).toBe(100);
    expect(sessions.find(ids[0] ?? '', token)).toBeUndefined();
    expect(sessions.find(ids[1] ?? '', token)).toBeDefined();
  });

  test.each([
    ['from a page of the bridge', {}, 200],
    ['from another site', { origin: 'https://evil.com', 'sec-fetch-site': 'cross-site' }, 403],
    [
      'from another port of this machine',
      { origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-site' },
      403,
    ],
    ['from an old browser on another site', { origin: 'https://evil.com', 'sec-fetch-site': '' }, 403],
    ['without a word of where it comes from', { origin: '', 'sec-fetch-site': '' }, 403],
    ['from nowhere', { origin: 'null', 'sec-fetch-site': 'same-origin' }, 403],
  ])('a change %s', async (_, headers, status) => {
    const { logIn, change } = scene();
    await logIn();
    expect(await change(headers)).toBe(status);
  });

  test('a change needs the token of the form, as a field or a header, whole', async () => {
    const { browser, visitor, logIn } = scene();
    await logIn();
    const { formToken = '' } = await visitor();
    const of = async (fields: Record<string, string>, headers?: Record<string, string>) =>
      (await browser.submit('/change', fields, headers)).status;
    expect(await of({})).toBe(403);
    expect(await of({ [FORM_TOKEN]: formToken.slice(1) })).toBe(403);
    expect(await of({ [FORM_TOKEN]: '' }, { [FORM_TOKEN_HEADER]: 'wrong' })).toBe(403);
    expect(await of({}, { [FORM_TOKEN_HEADER]: formToken })).toBe(200);
    expect(await of({ [FORM_TOKEN]: formToken })).toBe(200);
    expect(await of({ [FORM_TOKEN]: formToken, much: 'x'.repeat(100_000) })).toBe(413);
  });
});
