/** How the files that a process may open are shared out: half of them are for spare connections, whatever the config wants. */
import { afterEach, expect, test } from 'vitest';
import { HttpPool, type Needs } from '../../src/http/pool.ts';
import { PoolRegistry } from '../../src/http/pool-registry.ts';
import { MOST_IN_ALL } from '../../src/http/spare-pace.ts';
import { DIRECT } from '../../src/platform/way.ts';
import { FakeClock } from '../support/fake-clock.ts';

const NEEDS: Needs = { connections: 1, spares: 1 };

const leaves: (() => Promise<void>)[] = [];
afterEach(() => Promise.all(leaves.splice(0).map((leave) => leave())));

/** Many origins: the numbers of those that are allotted a spare connection. */
function allotted(origins: number, mostFiles?: number): readonly number[] {
  const spares = new Map<HttpPool, number>();
  /** One that opens nothing. */
  class CountedPool extends HttpPool {
    override allot(count: number): void {
      spares.set(this, count);
    }
  }
  const registry = new PoolRegistry({ clock: new FakeClock() }, mostFiles);
  const pools = Array.from({ length: origins }, (_, n) => {
    const { pool, leave } = registry.join(`http://h${n}.invalid`, 45_000, DIRECT, NEEDS, CountedPool);
    leaves.push(leave);
    return pool;
  });
  return pools.flatMap((pool, n) => ((spares.get(pool) ?? 0) > 0 ? [n] : []));
}

const first = (count: number) => Array.from({ length: count }, (_, n) => n);

test('half of the files are for spares: those that come first in the config have one', () => {
  expect(allotted(1000, 1201)).toEqual(first(600));
});

test('with files enough each has one', () => {
  expect(allotted(1000, 2000)).toEqual(first(1000));
});

test('where the system tells no limit, or a very high one, there is a limit all the same', () => {
  expect(allotted(MOST_IN_ALL + 10)).toEqual(first(MOST_IN_ALL));
});
