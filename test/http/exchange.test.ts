/** One request and its answer, whatever the order of events: settled once, and nothing left behind. */
import { getEventListeners } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { HttpConnection } from '../../src/http/connection.ts';
import { PoolRegistry } from '../../src/http/pool-registry.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { type Behaviour, FaultyServer } from '../support/faulty-server.ts';
import { refusingOrigin } from '../support/refusing-origin.ts';

let scope = new AsyncDisposableStack();
afterEach(async () => {
  await scope.disposeAsync();
  scope = new AsyncDisposableStack();
});

function open(origin: string) {
  const pools = new PoolRegistry({ clock: systemClock });
  const connection = new HttpConnection(origin, {
    ...{ connections: 2, spares: 0, warmMs: false, clock: systemClock, pools },
  });
  scope.defer(() => connection.close());
  return (signal: AbortSignal) =>
    connection.send({ method: 'POST', path: '/', headers: {}, body: 'x', signal, expiresAtMs: undefined });
}

test.each<readonly [string, Behaviour]>([
  ['answered', { status: 200, body: 'ok' }],
  ['answered too long', { status: 200, body: 'x'.repeat(200_000) }],
  ['reset', { fault: 'reset' }],
  ['garbage', { fault: 'garbage' }],
])('regression: an exchange that is %s leaves no listener on its deadline', async (_, behaviour) => {
  const server = scope.use(await FaultyServer.start(behaviour));
  const send = open(server.origin);
  // One deadline for many: what leaked would add up.
  const { signal } = new AbortController();
  for (let n = 0; n < 20; n++) await send(signal);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('regression: neither does one that could not connect, or whose time was up', async () => {
  const { signal } = new AbortController();
  const send = open(await refusingOrigin());
  for (let n = 0; n < 5; n++) expect((await send(signal)).kind).toBe('unreachable');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  const late = AbortSignal.abort();
  expect((await send(late)).kind).toBe('unreachable');
  expect(getEventListeners(late, 'abort')).toEqual([]);
});

test('the detail names the limit that ended it', async () => {
  const server = scope.use(await FaultyServer.start({ fault: 'stall' }));
  const send = open(server.origin);
  const deadline = new AbortController();
  const result = send(deadline.signal);
  await server.actedAtLeast(1);
  deadline.abort('within 5s (timeout)');
  expect(await result).toMatchObject({
    kind: 'lost',
    reason: 'timeout',
    detail: 'no full answer within 5s (timeout)',
  });
});

test('an answer that brings another one with it answers nobody else', async () => {
  const answer = (text: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
  const server = scope.use(await FaultyServer.start({ status: 200, body: 'own' }));
  server.script({ raw: answer('own') + answer('stray') });
  const send = open(server.origin);
  const { signal } = new AbortController();
  const results = await Promise.all([1, 2, 3, 4, 5].map(() => send(signal)));
  expect(results.map((result) => result.kind === 'answer' && result.bodyText)).toEqual(Array(5).fill('own'));
  expect(server.received).toHaveLength(5);
});
