/**
 * Every destination's way out: one pool of connections for each origin, `warm` and way there, for as long as any
 * destination uses it. A reload that changes a destination so finds its connections still open.
 *
 * Pools are made with the class that the sender brings: undici takes a tenth of a second to load, and so comes
 * with the senders, after the feed.
 */
import type { Way } from '../platform/way.ts';
import type { HttpPool, Needs, Network } from './pool.ts';
import { poolKey } from './sockets.ts';
import { MOST_IN_ALL, SparePace } from './spare-pace.ts';

/** The other half is for requests, the feeds, the store and whoever looks at the bridge. */
const SPARE_SHARE = 0.5;

export class PoolRegistry {
  readonly #network: Network;
  readonly #pools = new Map<string, HttpPool>();
  readonly #pace: SparePace;

  /** `mostFiles`: files and sockets that this process may have open. */
  constructor(network: Network, mostFiles = Number.POSITIVE_INFINITY) {
    this.#network = network;
    this.#pace = new SparePace(network.clock, Math.min(MOST_IN_ALL, Math.floor(mostFiles * SPARE_SHARE)));
  }

  join(
    origin: string,
    warmMs: number | false,
    way: Way,
    needs: Needs,
    Pool: typeof HttpPool,
  ): { readonly pool: HttpPool; readonly leave: () => Promise<void> } {
    const key = poolKey(origin, warmMs, way);
    const pool = this.#pools.get(key) ?? new Pool(origin, warmMs, this.#network, this.#pace, way);
    this.#pools.set(key, pool);
    pool.join(needs);
    let left = false;
    const leave = async (): Promise<void> => {
      if (left) return;
      left = true;
      pool.leave(needs);
      if (!pool.isUnused) return;
      this.#pools.delete(key);
      await pool.close();
    };
    return { pool, leave };
  }
}
