/** Requests of people, for the holder of a partition. */
import type { Client } from 'pg';
import type { Errand } from '../shared.ts';
import { notify } from './hints.ts';
import { SHARE_HALVES } from './log.ts';
import { SCHEMA } from './schema.ts';
import { columns, rowsOf, statement, together } from './statements.ts';

const S = SCHEMA;

const ASK = statement(`
  WITH asked AS (
    INSERT INTO ${S}.errands (half, key, kind, partition, body)
    SELECT half, key, kind, partition, body
    FROM ${S}.meta, unnest($1::text[], $2::text[], $3::smallint[], $4::text[]) WITH ORDINALITY
      AS i (key, kind, partition, body, place)
    WHERE NOT EXISTS (SELECT FROM ${S}.errands e WHERE e.key = i.key) ORDER BY place
    ON CONFLICT (half, key) DO NOTHING
  )
  SELECT ${notify('errands')}`);

const TAKE = statement(`
  UPDATE ${S}.errands SET taken = true WHERE (half, key) IN (
    SELECT half, key FROM ${S}.errands WHERE NOT taken AND partition = ANY ($1::smallint[])
    ORDER BY place FOR UPDATE SKIP LOCKED)
  RETURNING place::float8 AS place, key, kind, partition, body,
    extract(epoch FROM clock_timestamp() - asked_at)::float8 * 1000 AS "ageMs"`);

/** A text may hold what a column does not take: it is JSON there. */
export async function ask(client: Client, errands: readonly Omit<Errand, 'ageMs'>[]): Promise<void> {
  const values = columns(
    errands,
    ({ key }) => JSON.stringify(key),
    ({ kind }) => kind,
    ({ partition }) => partition,
    ({ body }) => JSON.stringify(body),
  );
  await together(client, () => [rowsOf(client, SHARE_HALVES), rowsOf(client, ASK, values)]);
}

interface StoredErrand extends Errand, Record<string, unknown> {
  readonly place: number;
}

export async function takeErrands(client: Client, partitions: readonly number[]): Promise<readonly Errand[]> {
  const rows = await rowsOf<StoredErrand>(client, TAKE, [partitions]);
  return rows
    .toSorted((a, b) => a.place - b.place)
    .map(({ place: _, key, body, ...errand }) => ({
      ...errand,
      key: JSON.parse(key) as string,
      body: JSON.parse(body) as string,
    }));
}
