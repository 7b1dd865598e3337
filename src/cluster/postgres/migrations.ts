/** Brings the tables to this version: forward only, in one transaction, one node at a time. */
import type { Client } from 'pg';
import { SharedError } from '../shared.ts';
import { refuseWithoutRights } from './rights.ts';
import { LOCK, SCHEMA, SCHEMA_VERSION, STEPS } from './schema.ts';

/** From the catalogue itself: `to_regclass` remembers within a transaction that there was none, while another node makes one. */
const HAS_SCHEMA = `SELECT 1 FROM pg_namespace WHERE nspname = '${SCHEMA}'`;
const HAS_TABLES = `
  SELECT 1 FROM pg_class WHERE relname = 'meta' AND relnamespace = (
    SELECT oid FROM pg_namespace WHERE nspname = '${SCHEMA}')`;

/** `undefined`: there are no tables. */
async function storedVersion(client: Client): Promise<number | undefined> {
  if ((await client.query(HAS_TABLES)).rows.length === 0) return undefined;
  const { rows: versions } = await client.query<{ version: number }>(`SELECT version FROM ${SCHEMA}.meta`);
  return versions[0]?.version;
}

/** The version of the tables; `undefined`: there are none, and this user may make them. Throws as `migrate`. */
export async function fitVersion(client: Client, name: string): Promise<number | undefined> {
  const version = refuseNewer(await storedVersion(client), name);
  await refuseWithoutRights(client, version !== undefined, name);
  return version;
}

/** For who is no node. Throws `SharedError` (`unfit`) unless the tables are there, as this version knows them. */
export async function requireTables(client: Client, name: string): Promise<void> {
  const version = await fitVersion(client, name);
  if (version === SCHEMA_VERSION) return;
  throw new SharedError(
    'unfit',
    version === undefined
      ? `database ${name}: no node has been there yet [no_tables]`
      : `database ${name}: its tables are of an older listing-bridge (schema ${version}; this one knows ${SCHEMA_VERSION}) [schema_version]`,
    'Start the bridge: it makes the tables.',
  );
}

/** `name`: of the database, for people. Throws `SharedError` when a newer version was here (`unfit`), or this user lacks the rights (`refused`). */
export async function migrate(client: Client, name: string): Promise<void> {
  if ((await fitVersion(client, name)) === SCHEMA_VERSION) return;
  await client.query('BEGIN');
  try {
    await client.query(`SELECT pg_advisory_xact_lock(${LOCK.schema})`);
    await createSchema(client);
    // Another node may have been here while this one waited for the lock.
    const version = refuseNewer(await storedVersion(client), name) ?? 0;
    for (const step of STEPS.slice(version)) await client.query(step);
    await client.query(`UPDATE ${SCHEMA}.meta SET version = ${SCHEMA_VERSION}`);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Where somebody else has made it, this user needs no right to. */
async function createSchema(client: Client): Promise<void> {
  if ((await client.query(HAS_SCHEMA)).rows.length === 0) await client.query(`CREATE SCHEMA ${SCHEMA}`);
}

function refuseNewer(version: number | undefined, name: string): number | undefined {
  if ((version ?? 0) <= SCHEMA_VERSION) return version;
  throw new SharedError(
    'unfit',
    `database ${name}: its tables are of a newer listing-bridge (schema ${version}; this one knows ${SCHEMA_VERSION}) [schema_version]`,
    'Upgrade listing-bridge on this node, or name another database in cluster.url.',
  );
}
