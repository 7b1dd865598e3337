/**
 * The connections to one origin, shared by every destination there: so many spare ones are ready at all
 * times (`spare-sockets.ts`), and all together there are never more than `MOST_SOCKETS`. Each destination
 * has its fair share of those and at least one, so that a slow one cannot take them all: no destination
 * delays another.
 */
import type { LookupFunction } from 'node:net';
import type { buildConnector } from 'undici';
import Pool from 'undici/lib/dispatcher/pool.js';
import type { Clock } from '../platform/clock.ts';
import { DIRECT, type Way } from '../platform/way.ts';
import { racingConnector } from './connector.ts';
import type { HttpExchange } from './exchange.ts';
import { rememberingLookup } from './lookup.ts';
import { shortenQueue } from './short-queue.ts';
import { MOST_SOCKETS } from './sockets.ts';
import type { SparePace } from './spare-pace.ts';
import { type OpenSocket, SpareSockets } from './spare-sockets.ts';
import { forgive } from './undici-parser.ts';

/** How connections are made; the same for every origin. */
export interface Network {
  readonly clock: Clock;
  /** Asked for all addresses of a name; the system's own unless a test has another. */
  readonly lookup?: LookupFunction;
  /** In place of the network: every connection ends where this leads. */
  readonly connector?: buildConnector.connector;
  /** After so long a connection is given up with all that undici keeps for it, and the next request begins again. */
  readonly clientTtlMs?: number;
}

/** The maximum that one destination needs. */
export interface Needs {
  /** Requests under way at once. */
  readonly connections: number;
  /** Connections that should be ready: the requests that may come together after a silence. */
  readonly spares: number;
}

/** undici's 16 KiB is less than some sites set in cookies and policies: their yes would count as lost. */
const MOST_HEADER_BYTES = 64 * 1024;

/** Idle ones cost us little, but a small server may have few. */
export const MOST_SPARES = 16;

/** Without spares an idle connection is all there is, and undici's 4 s would make every sparse signal pay. A server's `Keep-Alive` hint overrides it. */
const UNWARMED_KEEP_ALIVE_MS = 10 * 60_000;
const MOST_KEEP_ALIVE_MS = 60 * 60_000;

export class HttpPool {
  readonly #pool: Pool;
  readonly #spares: SpareSockets | undefined;
  readonly #connect: buildConnector.connector;
  readonly #members = new Set<Needs>();
  readonly #pace: SparePace;
  #handsOverNew = false;

  /** `warmMs`: how long a connection may lie unused; `false`: none is opened before it is needed. */
  constructor(origin: string, warmMs: number | false, network: Network, pace: SparePace, way: Way = DIRECT) {
    this.#pace = pace;
    this.#connect =
      network.connector ??
      racingConnector(network.clock, rememberingLookup(network.clock, network.lookup), way);
    if (warmMs !== false)
      this.#spares = new SpareSockets({
        freshMs: warmMs,
        clock: network.clock,
        pace,
        open: this.#openTo(origin),
      });
    // A Pool, not an Agent: there is one origin.
    this.#pool = new Pool(origin, {
      connect: this.#handOver,
      connections: MOST_SOCKETS,
      pipelining: 1,
      clientTtl: network.clientTtlMs ?? null,
      allowH2: false,
      keepAliveTimeout: warmMs === false ? UNWARMED_KEEP_ALIVE_MS : warmMs,
      keepAliveMaxTimeout: MOST_KEEP_ALIVE_MS,
      maxHeaderSize: MOST_HEADER_BYTES,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    shortenQueue(this.#pool);
  }

  /** While it is true, a request that starts has waited for its connection to be made. */
  get isHandingOverNew(): boolean {
    return this.#handsOverNew;
  }

  /** Most requests of one destination at once. */
  get share(): number {
    return Math.max(1, Math.floor(MOST_SOCKETS / this.#members.size));
  }

  get isUnused(): boolean {
    return this.#members.size === 0;
  }

  join(needs: Needs): void {
    this.#members.add(needs);
    this.#setSpares();
  }

  leave(needs: Needs): void {
    this.#members.delete(needs);
    this.#setSpares();
  }

  /** The needs of a member have changed. */
  adjust(): void {
    this.#setSpares();
  }

  dispatch(options: Parameters<Pool['dispatch']>[0], exchange: HttpExchange): void {
    this.#pool.dispatch(options, exchange);
  }

  /** Cuts what is still open. */
  async close(): Promise<void> {
    this.#pace.wish(this, 0);
    this.#spares?.close();
    await this.#pool.destroy();
  }

  #setSpares(): void {
    let spares = 0;
    for (const needs of this.#members) spares += needs.spares;
    if (this.#spares !== undefined) this.#pace.wish(this, Math.min(spares, MOST_SPARES));
  }

  /** For the pace: the lower, the more valuable. */
  get rank(): number {
    return this.#spares?.rank ?? Number.POSITIVE_INFINITY;
  }

  /** Called by the pace. */
  allot(spares: number): void {
    this.#spares?.want(spares);
  }

  #openTo(origin: string): OpenSocket {
    const { protocol, hostname, port, host } = new URL(origin);
    const target = { protocol, hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port, host };
    return (callback) => this.#connect(target, (...[error, socket]) => callback(error, socket));
  }

  /** undici asks for a socket, and writes the request from within its callback. */
  readonly #handOver: buildConnector.connector = (options, callback) => {
    const spare = this.#spares?.take();
    // undici does not notice a socket that is there before its connector returns.
    if (spare !== undefined)
      return queueMicrotask(() => {
        callback(null, spare);
        forgive(spare);
      });
    this.#connect(options, (...made) => {
      this.#handsOverNew = true;
      callback(...made);
      this.#handsOverNew = false;
      // Of a failure there is no socket at all, whatever the types say.
      if (made[0] !== null) return;
      forgive(made[1]);
      this.#spares?.encourage();
    });
  };
}
