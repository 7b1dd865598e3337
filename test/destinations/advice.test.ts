/**
 * Messages for a person when a connection or an answer fails: what happened, the address, the key to change; never
 * a secret.
 */
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Server } from 'node:net';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, test } from 'vitest';
import { describeAttempt } from '../../src/delivery/describe.ts';
import { DESTINATION_CODES } from '../../src/destinations/discord/codes.ts';
import type { DestinationTypeName } from '../../src/destinations/index.ts';
import { connectionAdvice } from '../../src/http/advice.ts';
import { FaultyServer } from '../support/faulty-server.ts';
import { distrustedOrigin, listen } from '../support/hostile-origins.ts';
import { refusingOrigin } from '../support/refusing-origin.ts';
import { sendContext } from '../support/sending.ts';
import { openSubject, type Subject, subjects } from './subjects.ts';

let scope = new AsyncDisposableStack();
afterEach(async () => {
  await scope.disposeAsync();
  scope = new AsyncDisposableStack();
});

async function said(subject: Subject, origin: string): Promise<string> {
  const destination = await openSubject({ ...subject.config(origin), warm: false }, subject.type);
  scope.defer(() => destination.close());
  const result = await destination.send(subject.message, sendContext());
  for (const secret of subject.secrets) expect(JSON.stringify(result)).not.toContain(secret);
  expect(result.detail).toMatch(/^[^\n]+$/);
  return describeAttempt(result);
}

const at = (port: number, scheme = 'http') => `${scheme}://127.0.0.1:${port}`;
const serving = async (server: Server, scheme?: string) => at(await listen(scope, server), scheme);
const answering = (bytes: Buffer | string) =>
  serving(
    createServer((socket) => socket.on('error', () => undefined).once('data', () => socket.end(bytes))),
  );

async function tlsWith(subject: object): Promise<Server> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], subject);
  return createHttpsServer({ key, cert }, (_, response) => response.end('ok'));
}

/** The option that holds the address. */
const KEYS = {
  webhook: 'url',
  telegram: 'apiUrl',
  discord: 'webhookUrl',
} satisfies Record<DestinationTypeName, string>;

describe.each(subjects)('$type', (subject) => {
  const key = `\`${KEYS[subject.type]}\``;
  test.each<readonly [string, () => Promise<string>, RegExp]>([
    [
      'nobody listens',
      refusingOrigin,
      /^Nothing listens at 127\.0\.0\.1:\d+ \(connect ECONNREFUSED\): start .* or correct KEY\. \[unreachable\]$/,
    ],
    [
      'no such name',
      async () => 'http://nonexistent.invalid',
      /^(There is no host with|The name) .*nonexistent\.invalid/,
    ],
    ['a certificate of its own', () => distrustedOrigin(scope), /^The certificate of 127.*`tls\.ca`/],
    [
      'TLS where there is none, and it hangs up',
      async () => scope.use(await FaultyServer.start()).origin.replace('http:', 'https:'),
      /closed the connection before .*write http:\/\/ instead of https:\/\/ in KEY/,
    ],
    [
      'TLS where there is none, and it answers',
      async () => (await answering('HTTP/1.1 400 Bad Request\r\n\r\n')).replace('http:', 'https:'),
      /does not speak TLS: write http:\/\/ instead of https:\/\/ in KEY/,
    ],
    [
      'no TLS where there is some, and it says so',
      () => answering(Buffer.from([0x15, 3, 1, 0, 2, 2, 10])),
      /expects TLS: write https:\/\/ instead of http:\/\/ in KEY/,
    ],
    [
      'no TLS where there is some, and it hangs up',
      async () => serving(await tlsWith({}), 'http'),
      /closed the connection before it answered.*expects TLS, write https:\/\/ in KEY/,
    ],
    ['another protocol', () => answering('220 mail ESMTP\r\n'), /does not speak HTTP: check the port in KEY/],
    [
      'a redirect',
      async () =>
        scope.use(
          await FaultyServer.start({ status: 308, headers: { location: 'https://new.example/token' } }),
        ).origin,
      /redirects(?: to https:\/\/new\.example|: correct).*\[redirected, HTTP 308\]$/,
    ],
    [
      'a login page',
      async () => scope.use(await FaultyServer.start({ status: 404, body: '<html>' })).origin,
      /\S/,
    ],
  ])('regression: %s', async (_, originOf, words) => {
    const sentence = await said(subject, await originOf());
    expect(sentence).toMatch(new RegExp(words.source.replaceAll('KEY', key)));
    expect(sentence).not.toContain('new.example/token');
  });

  test('every refusal of the destination has a sentence of its own, and says what to do', async () => {
    for (const [name, reply, outcome] of subject.refusals) {
      if (outcome.kind !== 'reject') continue;
      const server = scope.use(await FaultyServer.start(reply));
      const destination = await openSubject({ ...subject.config(server.origin), warm: false }, subject.type);
      scope.defer(() => destination.close());
      const { advice } = await destination.send(subject.message, sendContext({ plain: true }));
      if (outcome.scope === 'message') continue;
      expect(advice, name).toMatch(/^[A-Z].{30,}[.?]$/);
    }
  });
});

test('each code of Discord names a key, a permission or a place', () => {
  for (const [code, { advice }] of DESTINATION_CODES)
    expect(advice, String(code)).toMatch(/`\w+`|permission|Discord|thread/);
});

test.each([
  ['CERT_HAS_EXPIRED', /expired: renew it/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', /for another name/],
  ['ETIMEDOUT', /No connection to bot\.example:443 in time/],
  ['ENETUNREACH', /no route to bot\.example:443/],
  ['EMFILE', /LimitNOFILE/],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', /no TLS version or cipher in common/],
])('%s', (code, words) => {
  const farEnd = { origin: 'https://bot.example', key: 'url', receiver: 'the bot' };
  expect(connectionAdvice({ kind: 'unreachable', detail: 'x', code }, farEnd)).toMatch(words);
});
