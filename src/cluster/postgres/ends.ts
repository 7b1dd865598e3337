/** How deliveries ended, and which of them may have left. A row is written once, and changes at most once: from a claim to an end. */
import type { Client } from 'pg';
import type { SharedEnd } from '../shared.ts';
import { SHARE_HALVES } from './log.ts';
import { SCHEMA } from './schema.ts';
import { columns, rowsOf, statement, together } from './statements.ts';

const S = SCHEMA;
const HALF = `(SELECT half FROM ${S}.meta)`;

/** In one order everywhere: two that meet wait for each other, and do not lock up. */
const INPUT = `input AS (
    SELECT id, key, partition, node, epoch, state, rest,
      clock_timestamp() - age_ms * interval '1 ms' AS ended_at,
      clock_timestamp() - written_age_ms * interval '1 ms' AS written_at
    FROM unnest($1::text[], $2::text[], $3::smallint[], $4::text[], $5::integer[], $6::text[], $7::text[],
      $8::float8[], $9::float8[]) AS i (id, key, partition, node, epoch, state, rest, age_ms, written_age_ms)
    ORDER BY id)`;

const FIELDS = 'id, key, partition, node, epoch, state, rest, ended_at, written_at';
const VALUES = FIELDS.split(', ');
const CHANGED = VALUES.filter((field) => field !== 'id');
const set = (from: string): string => CHANGED.map((field) => `${field} = ${from}.${field}`).join(', ');

const SETTLE = statement(`
  WITH ${INPUT}, before AS (
    UPDATE ${S}.ends e SET ${set('i')} FROM input i WHERE e.half <> ${HALF} AND e.id = i.id AND e.state = 'begun'
  )
  INSERT INTO ${S}.ends (half, ${FIELDS})
  SELECT ${HALF}, ${FIELDS} FROM input i
  WHERE NOT EXISTS (SELECT FROM ${S}.ends e WHERE e.half <> ${HALF} AND e.id = i.id)
  ON CONFLICT (half, id) DO UPDATE SET ${set('EXCLUDED')} WHERE ends.state = 'begun'`);

const BEGIN = statement(`
  WITH ${INPUT}, mine AS (
    SELECT i.* FROM input i JOIN ${S}.leases l ON l.partition = i.partition AND l.node = i.node AND l.epoch = i.epoch
  ), begun AS (
    INSERT INTO ${S}.ends (half, ${FIELDS})
    SELECT ${HALF}, ${FIELDS} FROM mine m WHERE NOT EXISTS (SELECT FROM ${S}.ends e WHERE e.id = m.id) ORDER BY id
    ON CONFLICT (half, id) DO NOTHING RETURNING id
  )
  SELECT id FROM begun UNION
  SELECT e.id FROM ${S}.ends e JOIN mine m ON m.id = e.id AND m.node = e.node AND m.epoch = e.epoch
  WHERE e.state = 'begun'`);

const INHERITED = statement(`
  SELECT id, key, partition, node, epoch, state, rest,
    extract(epoch FROM clock_timestamp() - ended_at)::float8 * 1000 AS "ageMs",
    extract(epoch FROM clock_timestamp() - written_at)::float8 * 1000 AS "writtenAgeMs"
  FROM ${S}.ends WHERE partition = ANY ($1::smallint[]) AND ended_at >= clock_timestamp() - $2 * interval '1 ms'
  ORDER BY ended_at, id`);

/** Fields that no statement looks into, as JSON: a ticker is the exchange's own text, which a column may not take. */
type Rest = Pick<SharedEnd, 'destination' | 'rule' | 'ticker' | 'reason' | 'attempts'>;

const restOf = ({ destination, rule, ticker, reason, attempts }: SharedEnd): Rest => ({
  destination,
  rule,
  attempts,
  ...(ticker !== undefined && { ticker }),
  ...(reason !== undefined && { reason }),
});

/** The first of each id. */
function valuesOf(ends: readonly SharedEnd[], waitedMs: number): unknown[][] {
  const byId = new Map<string, SharedEnd>();
  for (const end of ends) if (!byId.has(end.id)) byId.set(end.id, end);
  return columns(
    [...byId.values()],
    ({ id }) => id,
    ({ key }) => key,
    ({ partition }) => partition,
    ({ node }) => node,
    ({ epoch }) => epoch,
    ({ state }) => state,
    (end) => JSON.stringify(restOf(end)),
    ({ ageMs }) => ageMs + waitedMs,
    ({ writtenAgeMs }) => (writtenAgeMs === undefined ? null : writtenAgeMs + waitedMs),
  );
}

/** `waitedMs`: since the ages were true. */
export async function settle(client: Client, ends: readonly SharedEnd[], waitedMs: number): Promise<void> {
  const values = valuesOf(ends, waitedMs);
  await together(client, () => [rowsOf(client, SHARE_HALVES), rowsOf(client, SETTLE, values)]);
}

export async function begin(
  client: Client,
  ends: readonly SharedEnd[],
  waitedMs: number,
): Promise<ReadonlySet<string>> {
  const values = valuesOf(
    ends.map((end) => ({ ...end, state: 'begun' })),
    waitedMs,
  );
  const [, rows] = await together<[unknown, readonly { id: string }[]]>(client, () => [
    rowsOf(client, SHARE_HALVES),
    rowsOf<{ id: string }>(client, BEGIN, values),
  ]);
  return new Set(rows.map(({ id }) => id));
}

interface StoredEnd extends Omit<SharedEnd, keyof Rest | 'writtenAgeMs'>, Record<string, unknown> {
  readonly rest: string;
  readonly writtenAgeMs: number | null;
}

export async function inheritedEnds(
  client: Client,
  partitions: readonly number[],
  spanMs: number,
): Promise<readonly SharedEnd[]> {
  const rows = await rowsOf<StoredEnd>(client, INHERITED, [partitions, spanMs]);
  return rows.map(({ rest, writtenAgeMs, ...end }) => ({
    ...end,
    ...(JSON.parse(rest) as Rest),
    ...(writtenAgeMs !== null && { writtenAgeMs }),
  }));
}
