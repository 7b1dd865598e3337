/**
 * Whether a bridge is the only one on a server that cannot carry a cluster: its tables are not there, no node is in another database of the
 * server, and a lock of the session keeps every other bridge that would be alone away. Nothing is written.
 */
import type { Client } from 'pg';
import type { Clock } from '../../platform/clock.ts';
import type { Secret } from '../../platform/secret.ts';
import type { Solitude } from '../alone.ts';
import { QUICK_MS, SharedError } from '../shared.ts';
import { type Address, addressOf } from './address.ts';
import { Line } from './line.ts';
import { refusePooler } from './pooler.ts';
import { LOCK, SCHEMA } from './schema.ts';
import { NODE_NAME, UNJOINED } from './session.ts';

const [CLASS, OBJECT] = LOCK.alone.split(', ');

/** A lock of two numbers. https://www.postgresql.org/docs/current/view-pg-locks.html */
const OURS = `locktype = 'advisory' AND classid = ${CLASS} AND objid = ${OBJECT} AND objsubid = 2 AND granted`;
const HERE = '(SELECT oid FROM pg_database WHERE datname = current_database())';

/** Runs on every server since 9.1. */
const LOOK = `
  SELECT pg_is_in_recovery() AS follows,
    EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = '${SCHEMA}') AS "hasSchema",
    (SELECT min(d.datname) FROM pg_stat_activity a JOIN pg_database d ON d.oid = a.datid
      WHERE a.datid <> ${HERE} AND a.application_name LIKE '${NODE_NAME}%') AS "nodesIn",
    (SELECT min(d.datname) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
      WHERE l.database <> ${HERE} AND ${OURS}) AS "aloneIn",
    EXISTS (SELECT 1 FROM pg_locks WHERE database = ${HERE} AND ${OURS} AND pid = pg_backend_pid()) AS holds,
    EXISTS (SELECT 1 FROM pg_locks WHERE database = ${HERE} AND ${OURS} AND pid <> pg_backend_pid()) AS "isTaken"`;

interface Looked {
  readonly follows: boolean;
  readonly hasSchema: boolean;
  /** Names of databases. */
  readonly nodesIn: string | null;
  readonly aloneIn: string | null;
  readonly holds: boolean;
  readonly isTaken: boolean;
}

export interface SolitudeDeps {
  readonly url: Secret;
  readonly clock: Clock;
}

export class PostgresSolitude implements Solitude {
  readonly #address: Address;
  readonly #clock: Clock;
  readonly #line: Line;
  #session = 0;

  constructor({ url, clock }: SolitudeDeps) {
    this.#address = addressOf(url);
    this.#clock = clock;
    this.#line = this.#lineWith((client) => this.#lock(client));
  }

  #lineWith(prepare: (client: Client) => Promise<void>): Line {
    return new Line(
      { address: this.#address, clock: this.#clock, applicationName: UNJOINED, prepare },
      QUICK_MS,
    );
  }

  /** Throws as `prove`, and takes no lock. */
  async look(): Promise<void> {
    const line = this.#lineWith((client) => this.#fit(client));
    try {
      await line.run(async () => undefined);
    } finally {
      await line.close();
    }
  }

  async prove(sends: boolean): Promise<number> {
    try {
      return await this.#line.run(async (client) => {
        const seen = await looked(client);
        refuse(seen, sends, this.#address.name);
        if (!seen.holds) throw unproven(this.#address.name, 'the lock of bridges that are alone was lost');
        return this.#session;
      });
    } catch (error) {
      // Without the session there is no lock: others may be alone.
      this.#line.reset();
      throw error;
    }
  }

  async #lock(client: Client): Promise<void> {
    await this.#fit(client);
    await client.query(`SELECT pg_try_advisory_lock(${LOCK.alone})`);
    this.#session++;
  }

  async #fit(client: Client): Promise<void> {
    refuse(await looked(client), false, this.#address.name);
    const second = this.#lineWith(async () => undefined);
    try {
      await second.run((other) => refusePooler(client, other, this.#address.name, this.#clock));
    } finally {
      await second.close();
    }
  }

  close(): Promise<void> {
    return this.#line.close();
  }
}

async function looked(client: Client): Promise<Looked> {
  const { rows } = await client.query<Looked & Record<string, unknown>>(LOOK);
  const [row] = rows;
  if (row === undefined) throw new Error('no answer');
  return row;
}

/** `sends`: whoever only waits gives way. */
function refuse(
  { follows, hasSchema, nodesIn, aloneIn, isTaken }: Looked,
  sends: boolean,
  name: string,
): void {
  if (follows) throw unproven(name, 'it is a replica: others may use its primary');
  if (hasSchema) throw unproven(name, 'the tables of a cluster are there');
  if (nodesIn !== null) throw unproven(name, `nodes of a cluster use the database ${nodesIn} of that server`);
  if (isTaken) throw unproven(name, 'another bridge is alone there');
  if (aloneIn !== null && !sends)
    throw unproven(name, `another bridge is alone with the database ${aloneIn} of that server`);
}

const unproven = (name: string, why: string): SharedError =>
  new SharedError('unfit', `database ${name}: ${why}`, 'Let all bridges use one database.');
