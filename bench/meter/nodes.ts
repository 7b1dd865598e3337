/** Bridges as one: a PostgreSQL of the bench's own (`apt-get install postgresql`), and in it a database for each cluster. */
import pg from 'pg';
import { PostgresServer } from '../../test/support/postgres/server.ts';
import { postgresFolder } from '../../test/support/postgres/unprivileged.ts';
import { pause } from './meter.ts';

/** As it is installed: a commit is on the disk when it is answered. */
const SETTINGS = { fsync: 'on', shared_buffers: '128MB', autovacuum_naptime: '60s' };
const PARTITIONS = 256;
const POLL_MS = 50;
const POLLS = 1200;

export class Databases implements AsyncDisposable {
  readonly #server: PostgresServer;
  #count = 0;

  private constructor(server: PostgresServer) {
    this.#server = server;
  }

  /** `undefined`, and a line on standard error: there is no PostgreSQL on this machine. */
  static async open(): Promise<Databases | undefined> {
    if (postgresFolder() !== undefined) return new Databases(await PostgresServer.start(SETTINGS));
    process.stderr.write('left out: there is no PostgreSQL on this machine\n');
    return undefined;
  }

  async make(): Promise<ClusterDatabase> {
    const name = `cluster_${++this.#count}`;
    await this.#server.query('postgres', `CREATE DATABASE ${name}`);
    return new ClusterDatabase(this.#server.url(name));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server[Symbol.asyncDispose]();
  }
}

const HELD = `
  SELECT node, count(*)::int AS held FROM listing_bridge.leases JOIN listing_bridge.nodes USING (node, life)
  WHERE until > clock_timestamp() GROUP BY node`;

export class ClusterDatabase {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** YAML of a node's config. */
  yaml(node: string, roles = 'read, deliver'): string {
    return `cluster: { url: "${this.#url}", node: ${node}, roles: [${roles}] }`;
  }

  /** Resolves when so many nodes hold all partitions between them. Throws after a minute. */
  async shared(nodes: number): Promise<void> {
    const client = new pg.Client(this.#url);
    await client.connect();
    try {
      for (let poll = 0; poll < POLLS; poll++) {
        // Until the first node has made its tables, there are none.
        const rows = await client.query<{ held: number }>(HELD).then(
          (answer) => answer.rows,
          () => [],
        );
        if (rows.length === nodes && rows.reduce((sum, { held }) => sum + held, 0) === PARTITIONS) return;
        await pause(POLL_MS);
      }
      throw new Error(`${nodes} nodes do not share the ${PARTITIONS} partitions after a minute`);
    } finally {
      await client.end();
    }
  }
}
