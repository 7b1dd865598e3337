/**
 * Every way in which a delivery can fail without an answer, as `send` puts it: a sentence, what to do, the code last.
 * Each row against a real server, before each type.
 */
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { createServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { generate } from 'selfsigned';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AMBIGUOUS_REASONS } from '../../src/delivery/outcome.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type Behaviour, FaultyServer } from '../support/faulty-server.ts';
import { deafOrigin, distrustedOrigin, listen, silentOrigin } from '../support/hostile-origins.ts';
import { refusingOrigin } from '../support/refusing-origin.ts';
import { type Kind, said, seen } from './send-advice.ts';

beforeAll(() => seen.clear());

let scope = new AsyncDisposableStack();
afterEach(async () => {
  await scope.disposeAsync();
  scope = new AsyncDisposableStack();
});

const trusted = getCACertificates('default');
afterAll(() => setDefaultCACertificates(trusted));

/** Of an authority that this process trusts, so that only what `options` says is wrong. */
async function certified(
  options: { notBeforeDate?: Date; notAfterDate?: Date },
  name = '127.0.0.1',
): Promise<string> {
  const authority = await generate([{ name: 'commonName', value: 'An authority' }], {
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, digitalSignature: true, critical: true },
    ],
  });
  const isAddress = /^[\d.]+$/.test(name);
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
    ...options,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'subjectAltName', altNames: [isAddress ? { type: 7, ip: name } : { type: 2, value: name }] },
    ],
  });
  setDefaultCACertificates([...trusted, authority.cert]);
  return secured({ key, cert });
}

const secured = async (options: ServerOptions): Promise<string> =>
  `https://127.0.0.1:${await listen(
    scope,
    createHttpsServer(options, (_, response) => response.end('ok')),
  )}`;
const DAY_MS = 86_400_000;
const answering = async (bytes: string | Buffer, scheme = 'http') =>
  `${scheme}://127.0.0.1:${await listen(
    scope,
    createServer((socket) => socket.once('data', () => socket.end(bytes))),
  )}`;
const behaving = async (behaviour: Behaviour) => scope.use(await FaultyServer.start(behaviour)).origin;

const KEYS: Partial<Record<Kind, string>> = {
  webhook: '`url`',
  discord: '`webhookUrl`',
  telegram: '`apiUrl`',
};

describe.each(['webhook', 'discord', 'telegram'] as const)('the network before %s', (kind) => {
  test.each<readonly [string, () => Promise<string>, RegExp, string]>([
    [
      'nobody listens',
      refusingOrigin,
      /Nothing listens at 127\.0\.0\.1:\d+ \(connect ECONNREFUSED\): start .* or correct KEY\./,
      'unreachable',
    ],
    [
      'no such name',
      async () => 'http://no-such-host.nowhere',
      /(There is no host with the name|The name) no-such-host\.nowhere\b.*: (correct KEY|this machine's DNS)/,
      'unreachable',
    ],
    [
      'self-signed',
      () => distrustedOrigin(scope),
      /certificate of 127\.0\.0\.1:\d+ is not from an authority that this machine trusts \(self-signed certificate\): install one that is/,
      'unreachable',
    ],
    [
      'expired',
      () =>
        certified({
          notBeforeDate: new Date(Date.now() - 9 * DAY_MS),
          notAfterDate: new Date(Date.now() - DAY_MS),
        }),
      /certificate of 127\.0\.0\.1:\d+ has expired: renew it\. [^(]*$/,
      'unreachable',
    ],
    [
      'not yet valid',
      () =>
        certified({
          notBeforeDate: new Date(Date.now() + DAY_MS),
          notAfterDate: new Date(Date.now() + 9 * DAY_MS),
        }),
      /is not valid yet.*: the clock of this machine/,
      'unreachable',
    ],
    [
      'for another name',
      () => certified({}, 'bot.example'),
      /is for another name: put that name into KEY, or correct the certificate\. \(Hostname/,
      'unreachable',
    ],
    [
      'TLS where there is none',
      () => answering('HTTP/1.1 400 Bad Request\r\n\r\n', 'https'),
      /does not speak TLS: write http:\/\/ instead of https:\/\/ in KEY/,
      'unreachable',
    ],
    [
      'no TLS where there is some',
      () => answering(Buffer.from([0x15, 3, 1, 0, 2, 2, 10])),
      /expects TLS: write https:\/\/ instead of http:\/\/ in KEY/,
      'answer_unreadable',
    ],
    [
      'another protocol',
      () => answering('220 mail ESMTP\r\n'),
      /does not speak HTTP: check the port in KEY/,
      'answer_unreadable',
    ],
    [
      'no version of TLS in common',
      async () =>
        secured({
          ...(await own()),
          minVersion: 'TLSv1.1',
          maxVersion: 'TLSv1.1',
          ciphers: 'DEFAULT@SECLEVEL=0',
        }),
      /no TLS version or cipher in common: it may be very old/,
      'unreachable',
    ],
    [
      'a client certificate is required',
      async () => secured({ ...(await ownTrusted()), requestCert: true, rejectUnauthorized: true }),
      /client certificate/,
      'connection_lost',
    ],
    [
      'a reset',
      () => behaving({ fault: 'reset' }),
      /closed the connection before it answered.*: it may or may not have acted\. If it expects TLS, write https:\/\/ in KEY/,
      'connection_lost',
    ],
    [
      'a close',
      () => behaving({ fault: 'close' }),
      /closed the connection before it answered \(other side closed\): it may or may not have acted/,
      'connection_lost',
    ],
  ])('%s', async (_, originOf, words, reason) => {
    const line = await said(kind, await originOf());
    expect(line).toMatch(new RegExp(words.source.replaceAll('KEY', KEYS[kind] ?? '')));
    expect(line).toContain(` [${reason}; run would retry]`);
  });

  test.each<readonly [string, () => Promise<string>, RegExp, string]>([
    [
      'a connect that is never answered',
      () => deafOrigin(scope),
      /There is no connection to 127\.0\.0\.1:\d+, so the request was not sent within \d+s \(timeout\): it is down, a firewall drops the request, or KEY has the wrong port/,
      'unreachable',
    ],
    [
      'TLS that is never answered',
      () => silentOrigin(scope),
      /There is no connection to 127\.0\.0\.1:\d+, so the request was not sent within/,
      'unreachable',
    ],
    [
      'a request that is never answered',
      () => behaving({ fault: 'stall' }),
      /127\.0\.0\.1:\d+ has the request and gave no full answer within \d+s \(timeout\): it may or may not have acted\. .*`timeout`/,
      'timeout',
    ],
  ])('%s', async (_, originOf, words, reason) => {
    const clock = new FakeClock();
    const line = said(kind, await originOf(), { clock });
    let isDone = false;
    void line.finally(() => {
      isDone = true;
    });
    // Until its request, or the try to make a connection, is under way: then the time is up.
    for (let turn = 0; turn < 10_000 && !isDone; turn++) {
      await setImmediate();
      if (turn > 200) await clock.advance(100);
    }
    expect(await line).toMatch(new RegExp(words.source.replaceAll('KEY', KEYS[kind] ?? '')));
    expect(await line).toContain(` [${reason}; run would retry]`);
  });
});

async function own(): Promise<ServerOptions> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
  return { key, cert };
}

async function ownTrusted(): Promise<ServerOptions> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  setDefaultCACertificates([...trusted, cert]);
  return { key, cert };
}

test('every reason that has no answer has been seen', () => {
  expect([...seen].sort()).toEqual(['unreachable', ...AMBIGUOUS_REASONS].sort());
});
