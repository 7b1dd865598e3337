/** One fetch of a table, against servers that answer in every way there is. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Fetched, type FetchTask, fetchTable } from '../../src/tables/fetch.ts';
import { PackedTable } from '../../src/tables/packed.ts';
import { certificate } from '../support/awkward-feed.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { FakeClock } from '../support/fake-clock.ts';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const taskOf = (url: string, changes: Partial<FetchTask> = {}): FetchTask => ({
  ...{ url, headers: {}, userAgent: 'test', timeoutMs: 60_000, proxy: undefined, tls: { insecure: false } },
  ...{ read: {}, leastRows: 1, ...changes },
});

const LIST = JSON.stringify(['ABC', 'DEF']);

const answering =
  (body: string | Buffer, headers: Readonly<Record<string, string>> = {}, status = 200) =>
  (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };

const keysOf = (fetched: Fetched) =>
  fetched.kind === 'rows' ? [...new PackedTable(fetched.bytes).keys()] : fetched;

describe('rows', () => {
  test.each<[string, RequestListener]>([
    ['plain', answering(LIST)],
    ['gzip', answering(gzipSync(LIST), { 'content-encoding': 'gzip' })],
    ['deflate', answering(deflateSync(LIST), { 'content-encoding': 'deflate' })],
    ['brotli', answering(brotliCompressSync(LIST), { 'content-encoding': 'br' })],
    [
      'in pieces',
      (_, response) => {
        for (const char of LIST) response.write(char);
        response.end();
      },
    ],
    ['with a byte order mark', answering(`\ufeff${LIST}`)],
    ['CSV by its type', answering('a,b\nABC,1\nDEF,2\n', { 'content-type': 'text/csv; charset=utf-8' })],
    ['lines', answering('ABC\nDEF\n', { 'content-type': 'text/plain' })],
    ['JSON without a type', answering(LIST, { 'content-type': '' })],
  ])('%s', async (_, listener) => {
    expect(keysOf(await fetchTable(taskOf(await serve(listener))))).toEqual(['abc', 'def']);
  });

  test('of a key that comes again the first counts, and that is in the answer', async () => {
    const rows = ['1', '2', '1'].map((symbol, n) => ({ base: n === 2 ? 'DEF' : 'ABC', symbol }));
    const read = { key: 'base', value: 'symbol' };
    const fetched = await fetchTable(taskOf(await serve(answering(JSON.stringify(rows))), { read }));
    expect(fetched).toMatchObject({
      duplicates: { count: 1, examples: [{ key: 'ABC', counts: '1', ignored: '2' }] },
      unusable: 0,
    });
    expect(fetched.kind === 'rows' && new PackedTable(fetched.bytes).get('abc')).toBe('1');
  });

  test('what the server says of their version comes with them, and is asked again', async () => {
    const asked: IncomingMessage['headers'][] = [];
    const url = await serve((request, response) => {
      asked.push(request.headers);
      if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
      else
        answering(LIST, { etag: '"1"', 'last-modified': 'Thu, 26 Nov 2026 00:00:00 GMT' })(request, response);
    });
    const first = await fetchTable(taskOf(url));
    expect(first).toMatchObject({ kind: 'rows', etag: '"1"', lastModified: 'Thu, 26 Nov 2026 00:00:00 GMT' });
    const { etag, lastModified } = first.kind === 'rows' ? first : {};
    expect(await fetchTable(taskOf(url, { validators: { etag, lastModified } }))).toMatchObject({
      kind: 'unchanged',
    });
    expect(asked.at(-1)).toMatchObject({ 'if-none-match': '"1"', 'if-modified-since': lastModified });
    expect(asked[0]?.['if-none-match']).toBeUndefined();
  });
});

describe('regression: the way is the configured one', () => {
  test('through a proxy, past which nothing goes; a proxy that refuses is named', async () => {
    await using proxy = await startConnectProxy({ resolve: () => '127.0.0.1' });
    const { port } = new URL(await serve(answering(LIST)));
    const task = taskOf(`http://only-the-proxy-knows.test:${port}/`, {
      proxy: `http://127.0.0.1:${proxy.port}`,
    });
    expect(keysOf(await fetchTable(task))).toEqual(['abc', 'def']);
    expect(proxy.asked).toEqual([`only-the-proxy-knows.test:${port}`]);
    expect(proxy.others).toEqual([]);
    await using refusing = await startConnectProxy({ answer: 'HTTP/1.1 403 Blocked\r\n\r\n' });
    expect(await fetchTable({ ...task, proxy: `http://127.0.0.1:${refusing.port}` })).toMatchObject({
      kind: 'failed',
      fault: expect.stringMatching(
        /^The proxy 127.0.0.1:\d+ refuses to connect to .*: permit the address there/,
      ),
    });
  });

  test('with an authority of its own, or any certificate; else the words say which key is missing', async () => {
    const made = await certificate();
    const server = createSecureServer(made, answering(LIST)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const rows = (tls: FetchTask['tls']) => fetchTable(taskOf(url, { tls })).then(keysOf);
    expect(await rows({ insecure: false, authority: made.cert })).toEqual(['abc', 'def']);
    expect(await rows({ insecure: true })).toEqual(['abc', 'def']);
    const untrusted = { kind: 'failed', fault: expect.stringContaining('in `tls.ca`') };
    expect(await rows({ insecure: false })).toMatchObject(untrusted);
    expect(await rows({ insecure: false, authority: (await certificate()).cert })).toMatchObject(untrusted);
  });
});

describe('redirects', () => {
  test('are followed three times; headers stay at home', async () => {
    const elsewhere: IncomingMessage['headers'][] = [];
    const other = await serve((request, response) => {
      elsewhere.push(request.headers);
      answering(LIST)(request, response);
    });
    const url = await serve((request, response) => {
      const step = Number(request.url?.slice(1) ?? 0);
      response.writeHead(302, { location: step < 2 ? `/${step + 1}` : `${other}/list` }).end();
    });
    const headers = { authorization: 'Bearer sesame' };
    expect(keysOf(await fetchTable(taskOf(`${url}/0`, { headers })))).toEqual(['abc', 'def']);
    expect(elsewhere.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test.each<[string, string]>([
    ['/', 'redirects more than 3 times'],
    ['file:///etc/passwd', 'redirects to file://, which is not encrypted: write that address if it is right'],
    ['http://[', 'redirects to what is no address'],
  ])('to %s', async (location, fault) => {
    const url = await serve((_, response) => response.writeHead(301, { location }).end());
    expect(await fetchTable(taskOf(url))).toEqual({ kind: 'failed', fault });
  });
});

describe('faults', () => {
  test.each<[string, RequestListener, string | RegExp]>([
    ['an error', answering('oops', {}, 500), 'answers 500 Internal Server Error'],
    ['not there', answering('', {}, 404), 'answers 404 Not Found'],
    ['no rows', answering('[]'), 'it has no rows'],
    [
      'a web page',
      answering('<!DOCTYPE html><html>', { 'content-type': 'text/html' }),
      /^it is a web page, not/,
    ],
    ['broken JSON', answering('["ABC", '), /^it is not valid JSON: /],
    ['the wrong JSON', answering('{"code":-1}'), /./],
    [
      'unasked 304',
      answering('', {}, 304),
      'answers 304 (not modified) to a request that did not ask for it',
    ],
    ['damaged gzip', answering(gzipSync(LIST).subarray(0, -9), { 'content-encoding': 'gzip' }), /./],
    ['what is no gzip', answering(LIST, { 'content-encoding': 'gzip' }), /./],
    [
      'an unknown packing',
      answering(LIST, { 'content-encoding': 'zpaq' }),
      'the answer is packed as zpaq, which cannot be unpacked here',
    ],
    [
      'a bomb',
      answering(gzipSync(Buffer.alloc(21_000_000, 'A')), { 'content-encoding': 'gzip' }),
      'the answer is larger than 20 MB',
    ],
    [
      'cut off',
      (_, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write(LIST, () => response.destroy());
      },
      /./,
    ],
    ['no answer', (request) => request.socket.destroy(), /socket hang up|ECONNRESET/],
  ])('%s', async (name, listener, fault) => {
    const fetched = await fetchTable(
      taskOf(await serve(listener), { read: { rows: name === 'the wrong JSON' ? 'symbols' : undefined } }),
    );
    expect(fetched).toEqual({
      kind: 'failed',
      fault: typeof fault === 'string' ? fault : (expect.stringMatching(fault) as string),
    });
  });

  test('nobody there', async () => {
    expect(await fetchTable(taskOf('http://127.0.0.1:1/'))).toMatchObject({
      kind: 'failed',
      fault: expect.stringContaining('ECONNREFUSED') as string,
    });
  });

  test('the server names the time of the next request', async () => {
    const url = await serve(answering('', { 'retry-after': '120' }, 429));
    expect(await fetchTable(taskOf(url))).toEqual({
      kind: 'failed',
      fault: 'answers 429 Too Many Requests',
      retryAfterMs: 120_000,
    });
  });

  test('an answer that never ends is cut at `timeout`', async () => {
    const clock = new FakeClock();
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const url = await serve((_, response) => {
      response.write('["ABC",');
      resolve();
    });
    const fetched = fetchTable(taskOf(url, { timeoutMs: 5000 }), clock);
    await asked;
    await clock.advance(5000);
    expect(await fetched).toEqual({ kind: 'failed', fault: 'no whole answer within 5s' });
  });

  test('suddenly far fewer rows are kept out', async () => {
    const url = await serve(answering(LIST));
    expect(await fetchTable(taskOf(url, { leastRows: 3 }))).toEqual({
      ...{ kind: 'failed', isShrunk: true },
      fault: 'has only 2 rows, less than half of those before',
    });
  });
});
