import { once } from 'node:events';
import { type AddressInfo, createServer, type LookupFunction, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectFirst, type Reach } from '../../src/platform/connect-attempts.ts';
import { CrowdedListener } from '../support/crowded-listener.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** No route leads there. */
const NOWHERE = { address: '::ffff:0:0:1', family: 6 };
const HERE = { address: '127.0.0.1', family: 4 };
const REFUSING = { address: '127.0.0.2', family: 4 };

let scope: AsyncDisposableStack;
let clock: FakeClock;
beforeEach(() => {
  scope = new AsyncDisposableStack();
  clock = new FakeClock();
});
afterEach(() => scope.disposeAsync());

const finding =
  (...addresses: readonly { address: string; family: number }[]): LookupFunction =>
  (_host, _options, callback) =>
    queueMicrotask(() => callback(null, [...addresses]));

interface Outcome {
  readonly error: NodeJS.ErrnoException | null;
  readonly address: string | undefined;
}

/** Begins at once; `done` resolves with what came of it. */
function reaching(reach: Partial<Reach>): { readonly done: Promise<Outcome>; readonly cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const cancel = connectFirst(
    { host: 'far.example', port: 1, lookup: undefined, timeoutMs: 10_000, clock, ...reach },
    (error, socket) => {
      if (socket !== null) scope.defer(() => void socket.destroy());
      resolve({ error, address: socket?.remoteAddress });
    },
  );
  return { done: promise, cancel };
}

async function listener(): Promise<number> {
  const open = new Set<Socket>();
  const server = createServer((socket) => open.add(socket.on('error', () => socket.destroy())));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.defer(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe('regression: an address that takes longer than 250 ms is given up for good', () => {
  test.each([
    ['first', [HERE, NOWHERE]],
    ['last', [NOWHERE, HERE]],
    ['first, beside one that refuses', [HERE, REFUSING]],
    ['last, behind one that refuses', [REFUSING, HERE]],
    ['behind a dozen that refuse', [...Array.from({ length: 12 }, () => REFUSING), HERE]],
    ['among many', [NOWHERE, REFUSING, HERE, NOWHERE, REFUSING]],
  ])('the far one is %s of a name with a dead one', async (_place, addresses) => {
    const far = scope.use(await CrowdedListener.start(''));
    const { done } = reaching({ port: far.port, lookup: finding(...addresses) });
    for (let passed = 0; passed < 9_000; passed += 300) await clock.advance(300);
    far.open();
    expect(await done).toEqual({ error: null, address: '127.0.0.1' });
  });
});

test('a dead address costs a quarter of a second, and the other one is used', async () => {
  const dead = scope.use(await CrowdedListener.start(''));
  const { done } = reaching({ port: dead.port, lookup: finding(HERE, REFUSING) });
  await clock.advance(249);
  expect(clock.pending).toBe(2);
  await clock.advance(1);
  await clock.advance(10_000);
  const { error } = await done;
  // The second was tried beside the first, and each is named with what became of it.
  expect(error).toMatchObject({ code: 'ETIMEDOUT' });
  expect(error?.message).toBe(
    `no connection within 10s: 127.0.0.1 did not answer, connect ECONNREFUSED 127.0.0.2:${dead.port}`,
  );
});

test('the first to answer wins, and no other connection stays', async () => {
  const port = await listener();
  const { done } = reaching({ port, lookup: finding(REFUSING, HERE, HERE) });
  expect(await done).toEqual({ error: null, address: '127.0.0.1' });
  expect(clock.pending).toBe(0);
});

test('the limit is the whole: name resolution too, and it is the one that is named', async () => {
  const { done } = reaching({ timeoutMs: 4_000, lookup: () => undefined });
  await clock.advance(4_000);
  expect((await done).error?.message).toBe('the name far.example was not resolved within 4s');
});

test('a name without an address, one that is not found, an address instead of a name', async () => {
  expect((await reaching({ lookup: finding() }).done).error?.code).toBe('ENOTFOUND');
  const lost = Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' });
  const failing: LookupFunction = (_host, _options, callback) => callback(lost, '', 0);
  expect((await reaching({ lookup: failing }).done).error).toBe(lost);
  const port = await listener();
  expect(await reaching({ host: '127.0.0.1', port }).done).toEqual({ error: null, address: '127.0.0.1' });
});

test('what is cancelled says no more', async () => {
  const port = await listener();
  const { done, cancel } = reaching({ port, lookup: finding(HERE) });
  let said = false;
  void done.then(() => {
    said = true;
  });
  cancel();
  await clock.advance(20_000);
  expect(said).toBe(false);
  expect(clock.pending).toBe(0);
});
