/** Answers that come packed, in another charset, or larger than they should: read if they can be, within a bound. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { typeOf } from '../../src/destinations/registry.ts';
import { MOST_BODY_BYTES, readBody } from '../../src/http/body.ts';
import { FaultyServer, type Reply } from '../support/faulty-server.ts';
import { sendContext } from '../support/sending.ts';
import { typesWithScratch } from './scratch-type/index.ts';
import { everySubject, openSubject, type Subject, webhookSubject } from './subjects.ts';

let scope = new AsyncDisposableStack();
afterEach(async () => {
  await scope.disposeAsync();
  scope = new AsyncDisposableStack();
});

async function outcomeOf(subject: Subject, reply: Reply, extra: object = {}) {
  const server = scope.use(await FaultyServer.start(reply));
  const destination = await openSubject({ ...subject.config(server.origin), ...extra }, subject.type);
  scope.defer(() => destination.close());
  const { outcome, detail } = await destination.send(subject.message, sendContext());
  return { outcome, detail, server };
}

const packed = (coding: string, body: Buffer): Reply => ({
  status: 200,
  headers: { 'content-encoding': coding },
  body,
});
/** Ways to say one thing. */
const waysOf = (yes: string): readonly (readonly [string, Reply])[] => [
  ['gzip', packed('gzip', gzipSync(yes))],
  ['GZIP', packed('GZIP', gzipSync(yes))],
  ['x-gzip', packed('x-gzip', gzipSync(yes))],
  ['deflate', packed('deflate', deflateSync(yes))],
  ['deflate without its header', packed('deflate', deflateRawSync(yes))],
  ['br', packed('br', brotliCompressSync(yes))],
  ['zstd', packed('zstd', zstdCompressSync(yes))],
  ['gzip, then br', packed('gzip, br', brotliCompressSync(gzipSync(yes)))],
  ['gzip, unsaid', { status: 200, body: gzipSync(yes) }],
  ['not packed at all, whatever it says', packed('gzip', Buffer.from(yes))],
  ['a coding that nobody knows', packed('rot13', Buffer.from(yes))],
  ['identity', packed('identity', Buffer.from(yes))],
  ['with a byte order mark', { status: 200, body: `\uFEFF${yes}` }],
  ['in UTF-16', { status: 200, body: Buffer.from(`\uFEFF${yes}`, 'utf16le') }],
  [
    'in UTF-16 by its header',
    {
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-16le' },
      body: Buffer.from(yes, 'utf16le'),
    },
  ],
  [
    'in a charset that nobody knows',
    { status: 200, headers: { 'content-type': 'application/json; charset=klingon' }, body: yes },
  ],
];

describe.each(everySubject)('$type', (subject) => {
  const { takenBody: yes } = typeOf(subject, typesWithScratch);

  test.each(waysOf(yes))('regression: a yes is read: %s', async (_, reply) => {
    const { outcome, detail, server } = await outcomeOf(subject, reply);
    expect(outcome, detail).toEqual({ kind: 'delivered' });
    expect(server.last.headers['accept-encoding']).toBe('identity');
  });

  test('a refusal is read too', async () => {
    const body = gzipSync(
      '{"ok":false,"error_code":400,"description":"it is packed","message":"it is packed"}',
    );
    const { detail } = await outcomeOf(subject, { ...packed('gzip', body), status: 400 });
    expect(detail).toMatch(/it is packed/);
  });

  const unlessNeeded = subject.needsBody
    ? { kind: 'ambiguous', reason: 'answer_unreadable' }
    : { kind: 'delivered' };
  test.each<readonly [string, Reply]>([
    ['a bomb', packed('gzip', gzipSync(Buffer.alloc(48 * 2 ** 20)))],
    ['a bomb in a bomb', packed('gzip, gzip', gzipSync(gzipSync(Buffer.alloc(48 * 2 ** 20))))],
    [
      'garbage after the magic number',
      packed('gzip', Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(50, 7)])),
    ],
    ['half of it', packed('br', brotliCompressSync(yes).subarray(0, yes.length / 2))],
    ['a page', { status: 200, body: '<html>welcome to our hotel</html>' }],
    ['nothing', { status: 200 }],
    ['more than anybody reads', { status: 200, body: `${' '.repeat(70_000)}${yes}` }],
    ['JSON that is none', { status: 200, body: '{"ok":tru' }],
    ['JSON of another shape', { status: 200, body: '[1]' }],
    ['null', { status: 200, body: 'null' }],
    ['a depth that nobody can read', { status: 200, body: '['.repeat(60_000) }],
  ])('a yes that cannot be read: %s', async (_, reply) => {
    const { outcome, detail } = await outcomeOf(subject, reply);
    expect(outcome, detail).toEqual(unlessNeeded);
  });
});

test('regression: a yes with more headers than usual is a yes', async () => {
  const headers = { 'content-security-policy': 'x'.repeat(40_000) };
  const { outcome, detail } = await outcomeOf(webhookSubject, { status: 200, headers, body: '{}' });
  expect(outcome, detail).toEqual({ kind: 'delivered' });
});

test.each([
  ['packed', packed('gzip', gzipSync('order taken')), 'delivered'],
  ['not there', packed('gzip', gzipSync('no')), 'reject'],
  ['beyond what is read', { status: 200, body: `${'x'.repeat(70_000)} order taken` }, 'ambiguous'],
  ['beyond what is unpacked', packed('gzip', gzipSync(`${'x'.repeat(70_000)} order taken`)), 'ambiguous'],
] as const)('regression: `bodyMatches` and a text that is %s', async (_, reply, kind) => {
  const { outcome } = await outcomeOf(webhookSubject, reply, { success: { bodyMatches: 'order taken' } });
  expect(outcome.kind).toBe(kind);
});

test('a body is bounded, packed or not, and what fits is kept', async () => {
  const bytes = gzipSync('x'.repeat(10 * MOST_BODY_BYTES));
  const body = await readBody(bytes, { 'content-encoding': 'gzip' }, undefined);
  expect(body.text).toBe('x'.repeat(MOST_BODY_BYTES));
  expect(body.fault).toMatch(/longer than 64 KiB/);
});

test('headers that come twice are read as one list', async () => {
  const headers = { 'content-encoding': ['gzip', 'br'], 'content-type': ['text/plain', 'x/y'] } as never;
  const body = await readBody(brotliCompressSync(gzipSync('yes')), headers, undefined);
  expect(body).toEqual({ text: 'yes', fault: undefined });
});
