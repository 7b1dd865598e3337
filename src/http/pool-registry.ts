/**
 * Every destination's way out: one pool of connections for each origin and `warm`, for as long as any
 * destination uses it. A reload that changes a destination so finds its connections still open.
 *
 * Pools are made with the class that the sender brings: undici takes a tenth of a second to load, and so comes
 * with the senders, after the feed.
 */
import type { HttpPool, Needs, Network } from './pool.ts';
import { poolKey } from './sockets.ts';
import { SparePace } from './spare-pace.ts';

export class PoolRegistry {
  readonly #network: Network;
  readonly #pools = new Map<string, HttpPool>();
  readonly #pace: SparePace;

  constructor(network: Network) {
    this.#network = network;
    this.#pace = new SparePace(network.clock);
  }

  join(
    origin: string,
    warmMs: number | false,
    needs: Needs,
    Pool: typeof HttpPool,
  ): { readonly pool: HttpPool; readonly leave: () => Promise<void> } {
    const key = poolKey(origin, warmMs);
    const pool = this.#pools.get(key) ?? new Pool(origin, warmMs, this.#network, this.#pace);
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
