/** Wrong tokens of programs: few from one address, by real connections; the clock alone is not real. */
import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import type { FailedLogin } from '../../src/web/guard/login-limit.ts';
import { startServer } from '../../src/web/server.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { LOCAL_WITH_TOKEN, PUBLIC, TOKEN, webOf } from '../support/web.ts';

interface Asked {
  readonly token?: string;
  readonly method?: string;
  readonly path?: string;
  /** Of the socket, on this machine. */
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answered {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

async function scene(options = PUBLIC) {
  const clock = new FakeClock();
  const reported: FailedLogin[] = [];
  const web = webOf(options, { clock, loginFailed: (one) => reported.push(one) });
  const server = await startServer({ ...options, host: '127.0.0.1' }, web);
  onTestFinished(() => server.close());
  const ask = async ({ token, method = 'POST', path = '/-/reload', from, headers }: Asked) => {
    const sent = request(new URL(path, server.url), {
      ...{ method, localAddress: from ?? '127.0.0.1', agent: false },
      headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
    }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const text = (await answer.setEncoding('utf8').toArray()).join('');
    return { status: answer.statusCode, headers: answer.headers, text } satisfies Answered;
  };
  const statuses = async (asked: readonly Asked[]): Promise<(number | undefined)[]> => {
    const all: (number | undefined)[] = [];
    for (const one of asked) all.push((await ask(one)).status);
    return all;
  };
  return { clock, reported, ask, statuses };
}

const guess = (n: number, more: Asked = {}): Asked => ({ token: `guess ${n}`, ...more });
const GUESSES = [1, 2, 3, 4, 5].map((n) => guess(n));
const RIGHT: Asked = { token: TOKEN };

test('after five a minute nothing from there is compared, and it is said how long; from elsewhere all is as ever', async () => {
  const { clock, ask, statuses } = await scene();
  expect(await statuses(GUESSES)).toEqual([401, 401, 401, 401, 401]);
  await clock.advance(20_500);
  const refused = await ask(guess(6, { headers: { accept: 'application/json' } }));
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '40']);
  expect(JSON.parse(refused.text)).toEqual({
    ok: false,
    problem: 'Too many wrong tokens: try again in 40 s.',
    code: 'too_many_tries',
  });
  // Else its answer would tell the right guess from the others.
  expect(await statuses([RIGHT, { ...RIGHT, method: 'GET', path: '/api/status' }])).toEqual([429, 429]);
  expect(await statuses([{ ...RIGHT, from: '127.0.0.2' }, guess(1, { from: '127.0.0.2' })])).toEqual([
    200, 401,
  ]);
  await clock.advance(39_500);
  expect(await statuses([RIGHT])).toEqual([200]);
});

test('logins and programs share the tries of an address', async () => {
  const login = { path: '/login' };
  const [one, other] = [await scene(), await scene()];
  expect(await one.statuses([...GUESSES, login])).toEqual([401, 401, 401, 401, 401, 429]);
  const logins = GUESSES.map(() => login);
  expect(await other.statuses([...logins, RIGHT])).toEqual([401, 401, 401, 401, 401, 429]);
});

test('a program with an old token keeps nobody out: it is one guess, however often it comes', async () => {
  const { clock, reported, statuses } = await scene();
  const old = { token: 'the token of last year' };
  expect(await statuses(Array(8).fill(old))).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
  expect(await statuses([RIGHT, guess(1), guess(2), guess(3), RIGHT])).toEqual([200, 401, 401, 401, 200]);
  expect(await statuses([guess(4), RIGHT])).toEqual([401, 429]);
  expect(reported.map(({ tries, isBlocked }) => [tries, isBlocked])).toEqual([
    [1, false],
    [5, true],
    [9, true],
  ]);
  await clock.advance(60_000);
  expect(await statuses([old, RIGHT])).toEqual([401, 200]);
});

test('each address is logged, the token never; a flood fills neither the log nor the memory', async () => {
  const { reported, statuses } = await scene();
  await statuses([...GUESSES, guess(6)]);
  expect(reported).toEqual([
    { address: '127.0.0.1', tries: 1, isBlocked: false },
    { address: '127.0.0.1', tries: 5, isBlocked: true },
  ]);
  await statuses(Array.from({ length: 60 }, (_, n) => guess(n, { from: `127.0.1.${n + 1}` })));
  expect(reported).toHaveLength(2 + 45);
  expect(JSON.stringify(reported)).not.toContain('guess');
  expect(await statuses([{ ...RIGHT, from: '127.0.2.1' }])).toEqual([200]);
});

test('those who come by a proxy share its address; a program beside it is not kept out by them', async () => {
  const { statuses } = await scene();
  const headers = { 'x-forwarded-for': '203.0.113.7' };
  await statuses(GUESSES.map((one) => ({ ...one, headers })));
  const other = { 'x-forwarded-for': '198.51.100.1' };
  expect(await statuses([{ ...RIGHT, headers: other }, RIGHT])).toEqual([429, 200]);
});

test('where reading is free it stays so, and health is never refused; to change something waits', async () => {
  const { statuses } = await scene(LOCAL_WITH_TOKEN);
  const read = { ...guess(9), method: 'GET' };
  await statuses(GUESSES);
  expect(
    await statuses([{ ...read, path: '/api/status' }, { ...read, path: '/healthz' }, guess(9), RIGHT]),
  ).toEqual([200, 200, 429, 429]);
});

test('the login of a proxy (Basic) is no token of ours', async () => {
  const { reported, statuses } = await scene();
  const headers = { authorization: 'Basic dXNlcjpwYXNz' };
  expect(await statuses(Array(7).fill({ headers }))).toEqual(Array(7).fill(401));
  expect(reported).toEqual([]);
  expect(await statuses([{ headers: { authorization: `bearer ${TOKEN}` } }])).toEqual([200]);
});
