/**
 * One destination's connections, and one request over them: what was answered, or what went wrong, and
 * whether the request had been handed to the socket by then. That boundary is measured, not guessed from
 * error codes: before it nothing can have arrived, after it anything may have.
 *
 * The caller's signal is the only deadline (undici's timers are coarse: `docs/platform-limits.md`), redirects
 * are answers like any other, nothing is ever sent twice, and `send` never throws for what a network does.
 */
import type { Clock } from '../platform/clock.ts';
import { DIRECT, type Way } from '../platform/way.ts';
import { HttpExchange } from './exchange.ts';
import { Lingering } from './lingering.ts';
import { HttpPool, type Needs } from './pool.ts';
import type { PoolRegistry } from './pool-registry.ts';
import { type HttpRequest, type HttpResult, headerList } from './request.ts';

export interface HttpOptions extends Needs {
  /** How long a connection may lie unused before a fresh one takes its place; `false`: opened only when needed. */
  readonly warmMs: number | false;
  /** Absent: directly, with the certificates that this machine trusts. */
  readonly way?: Way;
  readonly clock: Clock;
  readonly pools: Pick<PoolRegistry, 'join'>;
}

interface Waiting {
  readonly request: HttpRequest;
  readonly exchange: HttpExchange;
}

export class HttpConnection {
  readonly #options: HttpOptions;
  readonly #pool: HttpPool;
  #underWay = 0;
  /** Beyond this destination's share of the origin's connections: only when that has just become smaller. */
  readonly #waiting: Waiting[] = [];
  readonly #lingering: Lingering;
  readonly #leave: () => Promise<void>;

  constructor(origin: string, options: HttpOptions) {
    this.#options = options;
    const { warmMs, way = DIRECT } = options;
    const { pool, leave } = options.pools.join(origin, warmMs, way, options, HttpPool);
    this.#pool = pool;
    this.#leave = leave;
    this.#lingering = new Lingering(options.clock);
  }

  /** So many requests can be under way; the share becomes smaller as other destinations join. */
  get atOnce(): number {
    return Math.min(this.#options.connections, this.#pool.share);
  }

  send(request: HttpRequest): Promise<HttpResult> {
    const { signal } = request;
    const exchange = new HttpExchange(this.#options.clock, this.#pool, request);
    if (signal.aborted) exchange.abort();
    else if (this.#underWay < this.atOnce) this.#dispatch(request, exchange);
    else this.#waiting.push({ request, exchange });
    return exchange.result;
  }

  /** Cuts what is still open, unless other destinations use it too. */
  close(): Promise<void> {
    return this.#leave();
  }

  #dispatch({ method, path, headers, body }: HttpRequest, exchange: HttpExchange): void {
    this.#underWay++;
    void exchange.result.then(() => this.#ended(exchange));
    // `idempotent: false` is what undici assumes of a POST; set explicitly because a PUT must not be repeated
    // either.
    const list = isList(headers) ? headers : headerList(headers);
    this.#pool.dispatch({ method, path, headers: list as string[], body, idempotent: false }, exchange);
  }

  #ended(exchange: HttpExchange): void {
    this.#underWay--;
    if (exchange.isComing) this.#lingering.add(exchange);
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
      if (!next.exchange.isOver) return this.#dispatch(next.request, next.exchange);
  }
}

const isList = (headers: HttpRequest['headers']): headers is readonly string[] => Array.isArray(headers);
