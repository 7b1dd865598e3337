/** Spare connections of one machine among several, counted by a server: its share, a few of the rest, and no storm when shares move. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { HttpPool } from '../../src/http/pool.ts';
import { PoolRegistry } from '../../src/http/pool-registry.ts';
import { MOST_NEXT, SpareShares, type Warmth } from '../../src/http/spare-shares.ts';
import { DIRECT } from '../../src/platform/way.ts';
import { FakeClock } from '../support/fake-clock.ts';

let scope = new AsyncDisposableStack();
afterEach(async () => {
  await scope.disposeAsync();
  scope = new AsyncDisposableStack();
});

/** All of one server, each with an address of its own. */
async function scene(origins: number) {
  const open = new Map<string, number>();
  let isReached = (): void => undefined;
  const server = createServer((socket) => {
    const { localAddress = '' } = socket;
    const count = (by: number) => {
      open.set(localAddress, (open.get(localAddress) ?? 0) + by);
      isReached();
    };
    count(1);
    socket.on('error', () => undefined).on('close', () => count(-1));
  });
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  scope.defer(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const clock = new FakeClock();
  const registry = new PoolRegistry({ clock });
  const turns: (() => void)[] = [];
  const shares = new SpareShares((callback) => void turns.push(callback));
  const join = (group: number, n: number) => {
    const { leave } = shares
      .of(registry, group)
      .join(`http://127.0.0.${n + 1}:${port}`, 45_000, DIRECT, { connections: 1, spares: 2 }, HttpPool);
    scope.defer(leave);
    return leave;
  };
  const leaves = Array.from({ length: origins }, (_, n) => join(n % 2, n));
  /** Gives how many turns it took. */
  const turn = () => {
    let count = 0;
    for (let next = turns.shift(); next !== undefined; next = turns.shift()) {
      next();
      count++;
    }
    return count;
  };
  const of = (n: number) => open.get(`127.0.0.${n + 1}`) ?? 0;
  const total = () => [...open.values()].reduce((sum, one) => sum + one, 0);
  /** The second half of the spares comes a second later. */
  const opened = async (count: number) => {
    turn();
    for (let n = 0; n < 4; n++) await clock.advance(1000);
    await new Promise<void>((resolve) => {
      isReached = () => {
        if (total() === count) resolve();
      };
      isReached();
    });
  };
  const follow = (...warmth: readonly Warmth[]) => shares.follow((group) => warmth[group] ?? 'none');
  return { opened, follow, of, total, turn, leaves, join };
}

test('each has as many as it wants of its share, one of the most valuable for which it is next, and else none', async () => {
  const { opened, follow, of, total, leaves } = await scene(160);
  await opened(0);
  follow('kept', 'none');
  await opened(2 * 80);
  expect([0, 1, 2, 3].map(of)).toEqual([2, 0, 2, 0]);
  follow('kept', 'next');
  await opened(2 * 80 + MOST_NEXT);
  expect([0, 1, 2, 3, 127, 129].map(of)).toEqual([2, 1, 2, 1, 1, 0]);
  // It has moved: what was its own is another's, which it would take over.
  follow('next', 'kept');
  await opened(2 * 80 + MOST_NEXT);
  expect([0, 1, 2, 3, 126, 128].map(of)).toEqual([1, 2, 1, 2, 1, 0]);
  await leaves[1]?.();
  await opened(2 * 79 + MOST_NEXT);
  await leaves[0]?.();
  await opened(2 * 79 + MOST_NEXT);
  expect(of(128), 'the next in line has its place').toBe(1);
  follow('none', 'none');
  await opened(0);
  expect(total()).toBe(0);
});

test('a destination that comes with a reload follows its share', async () => {
  const { opened, follow, of, join } = await scene(4);
  follow('kept', 'none');
  await opened(4);
  join(0, 10);
  join(1, 11);
  await opened(6);
  expect([of(10), of(11)]).toEqual([2, 0]);
});

test('a share moves in bites', async () => {
  const { opened, follow, turn } = await scene(200);
  turn();
  follow('kept', 'kept');
  expect(turn()).toBe(4);
  await opened(400);
  follow('none', 'none');
  // While it moves it is to move elsewhere.
  expect(turn()).toBe(4);
  await opened(0);
});
