/**
 * One connection, made when it is first needed and replaced when it breaks. Calls are written at once, one behind the
 * other, and answered in this order. A call that has no answer in time ends the connection, and with it every call on it:
 * a server that hangs gives nothing back.
 */
import { Socket } from 'node:net';
import pg, { type Client } from 'pg';
import type { Clock } from '../../platform/clock.ts';
import { messageOf } from '../../platform/message-of.ts';
import { SharedError } from '../shared.ts';
import type { Address } from './address.ts';
import { areTablesGone, explained, isCollision } from './errors.ts';

export interface LineDeps {
  readonly address: Address;
  readonly clock: Clock;
  /** As the server shows it. */
  readonly applicationName: string;
  /** On every new connection, before it is used. */
  readonly prepare: (client: Client) => Promise<void>;
}

interface Connection {
  readonly client: Client;
  /** At once, whatever is on its way. */
  end(reason: unknown): void;
  /** Never resolves; rejects when the connection is gone. */
  readonly gone: Promise<never>;
}

/** So many times a call that met another one is tried. */
const TRIES = 3;

/** Keeps the entries of routers and firewalls alive. */
const KEEP_ALIVE_MS = 10_000;

const NO_TLS = /does not support SSL/;

export class Line {
  readonly #deps: LineDeps;
  readonly #limitMs: number;
  #connection: Promise<Connection> | undefined;
  #open: Connection | undefined;
  #isPlain = false;
  #isClosed = false;

  /** `limitMs`: of one call, connecting included. */
  constructor(deps: LineDeps, limitMs: number) {
    this.#deps = deps;
    this.#limitMs = limitMs;
  }

  /** Throws `SharedError`. `work` may run again, and must write all that it has to say in its first turn. */
  async run<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries++)
      try {
        return await this.#once(work);
      } catch (error) {
        if (tries < TRIES && isCollision(error)) continue;
        throw explained(error, this.#deps.address);
      }
  }

  async #once<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    const late = Promise.withResolvers<never>();
    const timer = this.#deps.clock.after(this.#limitMs, () => {
      const error = this.#late();
      late.reject(error);
      this.#drop(error);
    });
    try {
      return await Promise.race([late.promise, this.#work(work)]);
    } catch (error) {
      if (areTablesGone(error)) this.#drop(error);
      throw error;
    } finally {
      timer.cancel();
    }
  }

  #late(): SharedError {
    return new SharedError(
      'unreachable',
      `database ${this.#deps.address.name}: no answer within ${this.#limitMs / 1000}s [timeout]`,
      'Look whether PostgreSQL hangs or waits for a lock (pg_stat_activity), and at the network.',
    );
  }

  async #work<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new SharedError('unreachable', 'it is closed', 'Nothing: it was closed here.');
    this.#connection ??= this.#connect().catch((error: unknown) => {
      this.#connection = undefined;
      throw error;
    });
    const { client, gone } = await this.#connection;
    return await Promise.race([gone, work(client)]);
  }

  async #connect(): Promise<Connection> {
    try {
      return await this.#connectOnce();
    } catch (error) {
      if (!this.#deps.address.mayBePlain || this.#isPlain || !NO_TLS.test(messageOf(error))) throw error;
      this.#isPlain = true;
      return await this.#connectOnce();
    }
  }

  async #connectOnce(): Promise<Connection> {
    const { address, applicationName, prepare } = this.#deps;
    const socket = new Socket();
    const client = new pg.Client({
      ...address.config,
      ...(this.#isPlain && { ssl: false }),
      stream: () => socket,
      pipeline: true,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      application_name: applicationName,
    });
    const lost = Promise.withResolvers<never>();
    lost.promise.catch(() => undefined);
    const connection: Connection = {
      client,
      gone: lost.promise,
      end: (reason) => {
        if (this.#open === connection) {
          this.#open = undefined;
          this.#connection = undefined;
        }
        lost.reject(reason);
        socket.destroy();
      },
    };
    client.on('error', (error) => connection.end(error));
    client.on('end', () => connection.end(new Error('Connection terminated')));
    this.#open = connection;
    try {
      await Promise.race([lost.promise, client.connect()]);
      await Promise.race([lost.promise, prepare(client)]);
    } catch (error) {
      connection.end(error);
      throw error;
    }
    if (this.#isClosed) connection.end(new Error('it is closed'));
    return connection;
  }

  #drop(reason: unknown): void {
    this.#open?.end(reason);
  }

  /** The next call connects again. */
  reset(): void {
    this.#drop(new Error('Connection terminated'));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const open = this.#open;
    if (open === undefined) return;
    // Whatever hangs is not waited for.
    const timer = this.#deps.clock.after(CLOSE_MS, () => open.end(new Error('it is closed')));
    await Promise.race([open.gone.catch(() => undefined), open.client.end().catch(() => undefined)]);
    timer.cancel();
  }
}

/** Longer than a server that is well needs to say goodbye. */
const CLOSE_MS = 500;
