/** When its time has come (`keep.ts`), the older half of everything that grows is emptied, and takes what comes from then on. */
import type { Client } from 'pg';
import { IS_DUE } from './keep.ts';
import { HALVED, LOCK, SCHEMA } from './schema.ts';
import { rowsOf, statement } from './statements.ts';

const S = SCHEMA;

const truncate = (half: number): string =>
  `TRUNCATE ${HALVED.map((table) => `${S}.${table}_${half}`).join(', ')};`;

/** One statement: nobody can stop in the middle of it and keep the lock. Of several nodes the first does it. */
const TURN = `DO $$ BEGIN
  PERFORM pg_advisory_xact_lock(${LOCK.halves});
  IF EXISTS (SELECT FROM ${S}.meta WHERE ${IS_DUE}) THEN
    IF (SELECT half FROM ${S}.meta) = 0 THEN ${truncate(1)} ELSE ${truncate(0)} END IF;
    UPDATE ${S}.meta SET half = 1 - half, turned_at = clock_timestamp();
  END IF;
END $$`;

const FORGET = statement(`
  WITH nodes AS (DELETE FROM ${S}.nodes WHERE (node, life) IN (
    SELECT node, life FROM ${S}.nodes WHERE until < clock_timestamp() - interval '1 day' FOR UPDATE SKIP LOCKED))
  DELETE FROM ${S}.facts WHERE (kind, key) IN (
    SELECT kind, key FROM ${S}.facts WHERE until < clock_timestamp() FOR UPDATE SKIP LOCKED)`);

export async function turn(client: Client): Promise<void> {
  await client.query(TURN);
  await rowsOf(client, FORGET);
}
