/**
 * Spare connections where several machines share the destinations: each keeps them for its own share, and the next in line for the most
 * valuable of the rest, so that the first request after a take-over finds one. A share moves as a whole, in bites: thousands of connections
 * that open or close at once would hold up the loop.
 */
import type { Way } from '../platform/way.ts';
import type { HttpPool, Needs } from './pool.ts';
import type { PoolRegistry } from './pool-registry.ts';

/** Of a group of destinations: kept as wanted; one each of the most valuable; none. */
export type Warmth = 'kept' | 'next' | 'none';

type Pools = Pick<PoolRegistry, 'join'>;

/** Destinations of others that have a spare here: enough for most configs, and nothing that a machine or a receiver notices. */
export const MOST_NEXT = 64;

/** Destinations whose spares change in one turn of the loop: 2 to 5 ms. */
const BITE = 64;

class Share implements Needs {
  readonly connections: number;
  readonly group: number;
  readonly #wanted: number;
  spares = 0;
  pool: HttpPool | undefined;

  constructor({ connections, spares }: Needs, group: number) {
    this.connections = connections;
    this.group = group;
    this.#wanted = spares;
  }

  at(warmth: Warmth): number {
    switch (warmth) {
      case 'kept':
        return this.#wanted;
      case 'next':
        return Math.min(1, this.#wanted);
      case 'none':
        return 0;
    }
  }
}

export class SpareShares {
  readonly #nextTurn: (callback: () => void) => void;
  /** The most valuable first: those of orders are opened before chats, and each kind in the order of the config. */
  readonly #shares = new Set<Share>();
  #warmth: (group: number) => Warmth = () => 'none';
  #isChanging = false;

  /** `nextTurn`: calls back once the sockets have had their turn. */
  constructor(nextTurn: (callback: () => void) => void) {
    this.#nextTurn = nextTurn;
  }

  /** The connections of one destination of that group. */
  of(pools: Pools, group: number): Pools {
    return { join: (...args) => this.#join(pools, group, ...args) };
  }

  #join(
    pools: Pools,
    group: number,
    origin: string,
    warmMs: number | false,
    way: Way,
    needs: Needs,
    Pool: typeof HttpPool,
  ): ReturnType<Pools['join']> {
    const share = new Share(needs, group);
    const { pool, leave } = pools.join(origin, warmMs, way, share, Pool);
    share.pool = pool;
    this.#shares.add(share);
    this.#change();
    return {
      pool,
      leave: () => {
        if (this.#shares.delete(share)) this.#change();
        return leave();
      },
    };
  }

  /** From now on; whatever it was before moves there in bites. */
  follow(warmth: (group: number) => Warmth): void {
    if (warmth === this.#warmth) return;
    this.#warmth = warmth;
    this.#change();
  }

  #change(): void {
    if (this.#isChanging) return;
    this.#isChanging = true;
    this.#nextTurn(() => this.#bite());
  }

  /** Looks at all of them again: others may have come, or the shares moved on. */
  #bite(): void {
    this.#isChanging = false;
    let left = BITE;
    let next = MOST_NEXT;
    for (const share of this.#shares) {
      const warmth = this.#warmth(share.group);
      const spares = warmth === 'next' && next-- <= 0 ? 0 : share.at(warmth);
      if (spares === share.spares) continue;
      if (left-- === 0) return this.#change();
      share.spares = spares;
      share.pool?.adjust();
    }
  }
}
