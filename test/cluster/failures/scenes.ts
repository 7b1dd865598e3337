/** Everything that goes wrong in a cluster, by the table of docs/cluster.md: what is done under news, and what is promised then. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { SCHEMA } from '../../../src/cluster/postgres/schema.ts';
import { LEASE_MS } from '../../../src/cluster/shared.ts';
import type { PostgresServer } from '../../support/postgres/server.ts';
import { ENTRY, type Stage, type StartOptions, until } from './stage.ts';

export interface Scene {
  /** As in the table. */
  readonly name: string;
  /** Absent: two nodes of one config and version. */
  readonly begin?: (stage: Stage) => Promise<void>;
  /** Something happens, and is over when it resolves. */
  readonly happensOnce?: true;
  readonly befall: (stage: Stage) => Promise<void>;
  /** Deliveries may come twice of which the database did not know the end when it happened. Absent: none. */
  readonly repeats?: true;
  /** A limit may be exceeded by what was sent and not reported. Absent: never. */
  readonly exceeds?: true;
  /** Orders may end as `may_have_arrived`. Absent: each of them arrives. */
  readonly missesOrders?: true;
  /** Each of these is logged by these nodes. */
  readonly logged?: Readonly<Record<string, readonly string[]>>;
}

/** Longer than a lease, and than a node may send on its last one. */
const LONG_MS = LEASE_MS + 1500;

const HOURS_MS = 5 * 3_600_000;

/** Node `a` is as if dead, and `b` has taken everything over; then it is there again. */
async function away(stage: Stage, goes: () => void, comes: () => unknown): Promise<void> {
  goes();
  await stage.shared(['b']);
  await pause(500);
  await comes();
  await stage.shared();
}

/** Node `a` is stopped as a user stops it, and started again. */
const restarted =
  (options?: StartOptions) =>
  (stage: Stage): Promise<void> =>
    away(
      stage,
      () => stage.program('a').kill('SIGTERM'),
      async () => {
        await stage.program('a').finished;
        await stage.start('a', options);
      },
    );

async function down(stage: Stage, goes: () => Promise<void>, forMs: number): Promise<void> {
  await goes();
  await pause(forMs);
  await stage.server.up();
  await stage.shared();
}

/** Somebody holds these tables. */
async function locked({ server, database }: Stage, tables: readonly string[], forMs: number): Promise<void> {
  const client = new pg.Client(server.url(database.name));
  await client.connect();
  await client.query(`BEGIN; LOCK TABLE ${tables.map((table) => `${SCHEMA}.${table}`).join(', ')}`);
  await pause(forMs);
  await client.query('ROLLBACK');
  await client.end();
}

/** As a full disk answers, to every statement that writes there. https://www.postgresql.org/docs/current/errcodes-appendix.html */
async function full({ server, database }: Stage, tables: readonly string[], forMs: number): Promise<void> {
  const ask = (sql: string) => server.query(database.name, sql);
  const each = (change: (table: string) => string) => ask(tables.map(change).join('\n'));
  await ask(`CREATE OR REPLACE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$`);
  await each(
    (table) =>
      `CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON ${SCHEMA}.${table} FOR EACH ROW EXECUTE FUNCTION no_room();`,
  );
  await pause(forMs);
  await each((table) => `DROP TRIGGER no_room ON ${SCHEMA}.${table};`);
}

const GROWING = ['log', 'plans', 'ends', 'errands'];

/** Nobody is connected, or can be. */
async function alone(server: PostgresServer, name: string): Promise<void> {
  await server.query('postgres', `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  const cut = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1';
  await until('nobody uses it', async () => (await server.query('postgres', cut, [name])).length === 0);
}

/** Another database answers at this address from now on. */
async function failedOver({ server, database: { name } }: Stage, other: string): Promise<void> {
  await alone(server, name);
  await server.query(
    'postgres',
    `ALTER DATABASE ${name} RENAME TO ${name}_was_${Math.floor(performance.now())}`,
  );
  await server.query('postgres', `ALTER DATABASE ${other} RENAME TO ${name}`);
}

/** The database as it is now, beside it. */
async function image({ server, database: { name } }: Stage): Promise<string> {
  const copy = `${name}_copy_${Math.floor(performance.now())}`;
  await alone(server, name);
  await server.query('postgres', `CREATE DATABASE ${copy} TEMPLATE ${name}`);
  await server.query('postgres', `ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  return copy;
}

async function empty({ server, database: { name } }: Stage): Promise<string> {
  const other = `${name}_new_${Math.floor(performance.now())}`;
  await server.query('postgres', `CREATE DATABASE ${other}`);
  return other;
}

/** A copy of the program that says to be of an earlier version. */
function earlierVersion(): Disposable & { readonly entry: string } {
  const root = dirname(dirname(ENTRY));
  const folder = mkdtempSync(join(tmpdir(), 'earlier-version-'));
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  const text = readFileSync(join(root, 'package.json'), 'utf8');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...JSON.parse(text), version: '0.0.1' }));
  return {
    entry: join(folder, 'dist/main.js'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export const SCENES: readonly Scene[] = [
  {
    name: 'a node is stopped, and started again',
    befall: restarted(),
  },
  {
    name: 'a third node is added, drained and stopped',
    befall: async (stage) => {
      const c = await stage.start('c');
      await stage.shared(['a', 'b', 'c']);
      await stage.command('c', 'cluster', 'drain');
      await stage.shared();
      c.kill('SIGTERM');
      await c.finished;
    },
  },
  {
    name: 'a node is killed, and started again',
    ...{ repeats: true, missesOrders: true },
    befall: (stage) =>
      away(
        stage,
        () => stage.program('a').kill('SIGKILL'),
        () => stage.start('a'),
      ),
  },
  {
    name: 'a node stands still for longer than a lease, and goes on',
    ...{ repeats: true, missesOrders: true },
    befall: (stage) =>
      away(
        stage,
        () => stage.program('a').kill('SIGSTOP'),
        () => stage.program('a').kill('SIGCONT'),
      ),
  },
  ...(['half-open', 'reset'] as const).map(
    (fault): Scene => ({
      name: `a node is cut off from the database (${fault === 'reset' ? 'refused' : 'bytes vanish'}), and joined again`,
      ...{
        repeats: true,
        exceeds: true,
        missesOrders: true,
        logged: { 'cluster.unreachable': ['a'], 'cluster.reached': ['a'] },
      },
      befall: (stage) => {
        const way = stage.way('a');
        const set = (to: typeof fault | undefined) => () => {
          way.fault = to;
        };
        return away(stage, set(fault), set(undefined));
      },
    }),
  ),
  {
    name: 'PostgreSQL is killed, and started again at once',
    befall: (stage) => down(stage, () => stage.server.kill(), 0),
  },
  {
    name: 'PostgreSQL is restarted',
    befall: (stage) => down(stage, () => stage.server.down('fast'), 0),
  },
  {
    name: 'PostgreSQL is down for longer than a lease',
    missesOrders: true,
    logged: { 'cluster.unreachable': ['a', 'b'], 'cluster.reached': ['a', 'b'] },
    befall: (stage) => down(stage, () => stage.server.down('fast'), LONG_MS),
  },
  {
    name: 'the database is slow: 300 ms more for each answer',
    befall: async (stage) => {
      const slow = (ms: number) => {
        for (const name of ['a', 'b']) stage.way(name).delayMs = ms;
      };
      slow(150);
      await pause(LONG_MS);
      slow(0);
      await stage.shared();
    },
  },
  {
    name: 'the log and the ends are locked for longer than a call waits',
    befall: async (stage) => {
      await locked(stage, ['log', 'ends'], LONG_MS);
      await stage.shared();
    },
  },
  {
    name: 'all its tables are locked for longer than a lease',
    missesOrders: true,
    befall: async (stage) => {
      await locked(stage, ['nodes', 'leases', ...GROWING], LONG_MS);
      await stage.shared();
    },
  },
  {
    name: 'its disk is full: nothing that grows can be written',
    befall: async (stage) => {
      await full(stage, GROWING, LONG_MS);
      await stage.shared();
    },
  },
  {
    name: 'its disk is full: nothing can be written, for longer than a lease',
    missesOrders: true,
    logged: { 'cluster.unreachable': ['a', 'b'], 'cluster.reached': ['a', 'b'] },
    befall: async (stage) => {
      await full(stage, ['nodes', 'leases', ...GROWING], LONG_MS);
      await stage.shared();
    },
  },
  {
    name: 'the database is failed over to an empty one',
    missesOrders: true,
    logged: { 'cluster.replaced': ['a', 'b'] },
    befall: async (stage) => {
      await failedOver(stage, await empty(stage));
      await stage.shared();
    },
  },
  {
    name: 'the database is failed over to an earlier state of it',
    missesOrders: true,
    logged: { 'cluster.replaced': ['a', 'b'] },
    befall: async (stage) => {
      const copy = await image(stage);
      await stage.shared();
      await pause(2000);
      await failedOver(stage, copy);
      await stage.shared();
    },
  },
  {
    name: 'the clock of a node is 5 hours ahead',
    begin: (stage) => stage.begin({ wallAheadMs: HOURS_MS }),
    befall: async (stage) => {
      await pause(1000);
      await stage.shared();
    },
  },
  {
    name: 'the clock of a node is 5 hours behind, and the node is stopped',
    begin: (stage) => stage.begin({ wallAheadMs: -HOURS_MS }),
    befall: restarted({ wallAheadMs: -HOURS_MS }),
  },
  {
    name: 'one node after the other is upgraded',
    happensOnce: true,
    logged: { 'cluster.differs': ['b'], 'cluster.agrees': ['b'] },
    begin: (stage) => {
      const { entry } = stage.use(earlierVersion());
      return stage.begin({ entry });
    },
    befall: async (stage) => {
      await stage.command('a', 'cluster', 'drain');
      await stage.shared(['b']);
      stage.program('a').kill('SIGTERM');
      await stage.program('a').finished;
      await stage.start('a');
      await stage.shared();
    },
  },
  {
    name: 'a rule is added on one node, and then on the other',
    happensOnce: true,
    logged: { 'cluster.differs': ['a', 'b'], 'cluster.agrees': ['a', 'b'] },
    begin: (stage) => stage.begin({}, { hasMore: true }),
    befall: async (stage) => {
      await pause(1000);
      await stage.reconfigure('a', true);
      await until('they agree', () => (stage.logged('cluster.agrees')['b'] ?? 0) > 0);
    },
  },
  {
    name: 'a node starts under the name of another, and is stopped',
    logged: { 'cluster.name_taken': ['a', 'c'] },
    befall: async (stage) => {
      const c = await stage.start('c', { as: 'a' });
      await until('it knows', () => (stage.logged('cluster.name_taken')['c'] ?? 0) > 0);
      await pause(1000);
      c.kill('SIGTERM');
      await c.finished;
      await stage.shared();
    },
  },
];
