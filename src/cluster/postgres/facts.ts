/** Facts that hold for all nodes. Whoever changes some holds the counter of their changes: the last one is the last for everybody. */
import type { Client } from 'pg';
import type { Fact } from '../shared.ts';
import { notify } from './hints.ts';
import { SCHEMA } from './schema.ts';
import { columns, rowsOf, statement, together } from './statements.ts';

const S = SCHEMA;

const COUNT = statement(`UPDATE ${S}.counters SET value = value + 1 WHERE name = 'facts'`);

/** Texts are JSON here: a key may hold anything, and a column does not. */
const PUT = statement(`
  WITH input AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::float8[]) AS i (kind, key, value, rest_ms)
  ), gone AS (
    DELETE FROM ${S}.facts f USING input i WHERE f.kind = i.kind AND f.key = i.key AND i.value IS NULL
  ), put AS (
    INSERT INTO ${S}.facts (kind, key, value, until, rest_ms)
    SELECT kind, key, value, clock_timestamp() + rest_ms * interval '1 ms', rest_ms FROM input WHERE value IS NOT NULL
    ON CONFLICT (kind, key) DO UPDATE
      SET value = EXCLUDED.value, until = EXCLUDED.until, rest_ms = EXCLUDED.rest_ms
  )
  SELECT ${notify('facts')}`);

const ALL = statement(`
  SELECT kind, key, value, least(extract(epoch FROM until - clock_timestamp())::float8 * 1000, rest_ms) AS "restMs"
  FROM ${S}.facts WHERE until IS NULL OR until > clock_timestamp() ORDER BY kind, key`);

export async function remember(client: Client, facts: readonly Fact[]): Promise<void> {
  const last = new Map(facts.map((fact) => [JSON.stringify([fact.kind, fact.key]), fact]));
  const values = columns(
    [...last.values()],
    ({ kind }) => JSON.stringify(kind),
    ({ key }) => JSON.stringify(key),
    ({ value }) => (value === undefined ? null : JSON.stringify(value)),
    ({ restMs }) => restMs ?? null,
  );
  await together(client, () => [rowsOf(client, COUNT), rowsOf(client, PUT, values)]);
}

interface StoredFact extends Record<string, unknown> {
  readonly kind: string;
  readonly key: string;
  readonly value: string;
  readonly restMs: number | null;
}

export async function facts(client: Client): Promise<readonly Fact[]> {
  const rows = await rowsOf<StoredFact>(client, ALL);
  return rows.map(({ kind, key, value, restMs }) => ({
    kind: JSON.parse(kind) as string,
    key: JSON.parse(key) as string,
    value: JSON.parse(value) as string,
    ...(restMs !== null && { restMs }),
  }));
}
