/** Whether a receiver can be reached: its name, its port, its certificate, the way there; and never a request. */
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { generate } from 'selfsigned';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../src/platform/secret.ts';
import { startBotServer } from '../../src/simulator/bot-server.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { resettingOrigin, silentOrigin } from '../support/hostile-origins.ts';
import { refusingOrigin } from '../support/refusing-origin.ts';
import { inquired } from './inquire-support.ts';

const DAY_MS = 86_400_000;

async function listening(server: Server): Promise<number> {
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Its certificate ends in so many days; whatever is requested is counted. */
async function secureServer(days: number) {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    notBeforeDate: new Date(Date.now() - DAY_MS),
    notAfterDate: new Date(Date.now() + days * DAY_MS + 3_600_000),
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  const requests: unknown[] = [];
  const server = createHttpsServer({ key, cert }, (request, response) => {
    requests.push(request.method);
    response.end();
  });
  return { port: await listening(server), authority: cert, requests };
}

const webhook = (url: string, loaded: Readonly<Record<string, unknown>> = {}) =>
  inquired({ type: 'webhook', url }, { timeoutMs: 500, loaded });

/** As a loaded config has it: the file is read. */
const trusting = (authority: string) => ({ tls: { authority, insecure: false } });

const anonymous = (line: string | undefined) =>
  line
    ?.replace(/\d+(\.\d+)?ms/g, 'Nms')
    .replace(/:\d+/g, ':N')
    .replace(/\d{4}-\d\d-\d\d/g, 'DAY');

const NO_REQUEST = 'No request was made, since a bot may act on any: `send` makes one. [connected]';

test('plain HTTP: one connection, no request', async () => {
  const bot = await startBotServer();
  onTestFinished(() => bot.close());
  const remarks = await webhook(`${bot.url}/order`);
  expect(remarks.map(anonymous)).toEqual([`good: 127.0.0.1:N can be reached in Nms. ${NO_REQUEST}`]);
  expect([bot.connections.all.length, bot.requests]).toEqual([1, []]);
});

describe('TLS', () => {
  test('with the certificate that is trusted: until when it holds', async () => {
    const { port, authority, requests } = await secureServer(60);
    const remarks = await webhook(`https://127.0.0.1:${port}/order`, trusting(authority));
    expect(remarks.map(anonymous)).toEqual([
      `good: 127.0.0.1:N can be reached in Nms, TLSv1.3, certificate until DAY. ${NO_REQUEST}`,
    ]);
    expect(requests).toEqual([]);
  });

  test.each([
    [15, undefined],
    [13, 'expires in 13 days'],
    [1, 'expires in 1 day:'],
    [0, 'expires in 0 days'],
  ])('a certificate that ends in %d days', async (days, words) => {
    const { port, authority } = await secureServer(days);
    const [reached, ...more] = await webhook(`https://localhost:${port}/`, trusting(authority));
    expect(reached).toMatch(/^good: /);
    expect(more).toEqual(
      words === undefined
        ? []
        : [
            expect.stringMatching(
              new RegExp(`^warning: the certificate of localhost:\\d+ ${words}.*\\[certificate_expires\\]$`),
            ),
          ],
    );
  });

  test('with any certificate: nothing is said about it', async () => {
    const { port } = await secureServer(3);
    const remarks = await webhook(`https://127.0.0.1:${port}/`, { tls: { insecure: true } });
    expect(remarks.map(anonymous)).toEqual([
      `good: 127.0.0.1:N can be reached in Nms, TLSv1.3, any certificate is accepted (\`tls.insecure\`). ${NO_REQUEST}`,
    ]);
  });

  test('from an authority that nobody knows, and for another name', async () => {
    const { port, authority } = await secureServer(60);
    expect((await webhook(`https://127.0.0.1:${port}/`))[0]).toMatch(
      /^bad: The certificate of 127\.0\.0\.1:\d+ is not from an authority that this machine trusts .*: install one that is, .*`tls\.ca`\. \[unreachable\]$/,
    );
    const proxy = await startConnectProxy({ resolve: () => '127.0.0.1' });
    onTestFinished(() => proxy[Symbol.asyncDispose]());
    const way = { ...trusting(authority), proxy: new Secret(`http://127.0.0.1:${proxy.port}`) };
    expect((await webhook(`https://bot.test:${port}/`, way))[0]).toMatch(
      /^bad: The certificate at bot\.test:\d+ is for another name.* \[unreachable\]$/,
    );
    expect(proxy.asked).toEqual([`bot.test:${port}`]);
  });
});

describe('not reached', () => {
  test('nothing listens', async () => {
    expect((await webhook(await refusingOrigin()))[0]).toMatch(
      /^bad: Nothing listens at 127\.0\.0\.1:\d+ \(connect ECONNREFUSED\): start the bot or correct `url`\. \[unreachable\]$/,
    );
  });

  test('a port that does not speak TLS', async () => {
    const bot = await startBotServer();
    onTestFinished(() => bot.close());
    expect((await webhook(bot.url.replace('http:', 'https:')))[0]).toMatch(
      /^bad: 127\.0\.0\.1:\d+ does not speak TLS.*: write http:\/\/ instead of https:\/\/ in `url`.* \[unreachable\]$/,
    );
  });

  test('a TLS handshake that never ends, one that is cut, and one that is closed', async () => {
    await using scope = new AsyncDisposableStack();
    expect((await webhook(await silentOrigin(scope)))[0]).toMatch(
      /^bad: No connection to 127\.0\.0\.1:\d+ in time \(no connection within 500ms\): .* \[unreachable\]$/,
    );
    expect((await webhook(await resettingOrigin(scope)))[0]).toMatch(
      /^bad: 127\.0\.0\.1:\d+ closed the connection before it was encrypted.* \[unreachable\]$/,
    );
    const port = await listening(createServer((socket) => socket.on('error', () => undefined).end()));
    expect((await webhook(`https://127.0.0.1:${port}`))[0]).toMatch(
      /^bad: 127\.0\.0\.1:\d+ closed the connection before it was encrypted.* \[unreachable\]$/,
    );
  });

  test('a proxy that wants a password, and one that is not there', async () => {
    const proxy = await startConnectProxy({ credentials: 'trader:password' });
    onTestFinished(() => proxy[Symbol.asyncDispose]());
    const through = async (address: string) =>
      (await webhook('http://bot.test/', { proxy: new Secret(address) }))[0];
    expect(await through(`http://127.0.0.1:${proxy.port}`)).toMatch(
      /^bad: The proxy .* requires a user and a password .*: write http:\/\/user:password@host:port into `proxy`.* \[unreachable\]$/i,
    );
    expect(await through(await refusingOrigin())).toMatch(/^bad: .*cannot be reached.* \[unreachable\]$/);
    expect(proxy.others).toEqual([]);
  });
});
