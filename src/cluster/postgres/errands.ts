/** Questions between nodes, and their answers. */
import type { Client } from 'pg';
import type { Errand } from '../shared.ts';
import { notifyErrands } from './hints.ts';
import { SHARE_HALVES } from './log.ts';
import { SCHEMA } from './schema.ts';
import { columns, rowsOf, statement, together } from './statements.ts';

const S = SCHEMA;

const ASK = statement(`
  WITH asked AS (
    INSERT INTO ${S}.errands (half, key, kind, addressee, body)
    SELECT half, key, kind, addressee, body
    FROM ${S}.meta, unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
      AS i (key, kind, addressee, body, place)
    WHERE NOT EXISTS (SELECT FROM ${S}.errands e WHERE e.key = i.key) ORDER BY place
    ON CONFLICT (half, key) DO NOTHING
  )
  SELECT ${notifyErrands('addressee')} FROM (SELECT DISTINCT unnest($3::text[]) AS addressee) AS all_of_them`);

/** The key stays; an answer may be large, and is of no more use. */
const TAKE = statement(`
  WITH mine AS (
    SELECT half, key, kind, addressee, body, place, asked_at FROM ${S}.errands
    WHERE NOT taken AND addressee = $1 ORDER BY place FOR UPDATE SKIP LOCKED
  ), taken AS (
    UPDATE ${S}.errands e SET taken = true, body = '' FROM mine m WHERE e.half = m.half AND e.key = m.key
  )
  SELECT key, kind, addressee AS to, body,
    extract(epoch FROM clock_timestamp() - asked_at)::float8 * 1000 AS "ageMs"
  FROM mine ORDER BY place`);

/** A text may hold what a column does not take: it is JSON there. */
export async function ask(client: Client, errands: readonly Omit<Errand, 'ageMs'>[]): Promise<void> {
  const values = columns(
    errands,
    ({ key }) => JSON.stringify(key),
    ({ kind }) => kind,
    ({ to }) => to,
    ({ body }) => JSON.stringify(body),
  );
  await together(client, () => [rowsOf(client, SHARE_HALVES), rowsOf(client, ASK, values)]);
}

export async function takeErrands(client: Client, life: string): Promise<readonly Errand[]> {
  const rows = await rowsOf<Errand & Record<string, unknown>>(client, TAKE, [life]);
  return rows.map(({ key, body, ...errand }) => ({
    ...errand,
    key: JSON.parse(key) as string,
    body: JSON.parse(body) as string,
  }));
}
