/** How deliveries ended, and which of them may have left. A row is written once, and an end is its last change. */
import type { Client } from 'pg';
import { type Beginning, CLAIMS_OF_A_LIFE, type SharedEnd } from '../shared.ts';
import { SHARE_HALVES } from './log.ts';
import { SCHEMA } from './schema.ts';
import { columns, rowsOf, statement, together } from './statements.ts';

const S = SCHEMA;
const HALF = `(SELECT half FROM ${S}.meta)`;

/** In one order everywhere: two that meet wait for each other, and do not lock up. */
const INPUT = `input AS (
    SELECT id, key, partition, node, epoch, state, claim, rest,
      clock_timestamp() - age_ms * interval '1 ms' AS ended_at,
      clock_timestamp() - written_age_ms * interval '1 ms' AS written_at, repeatable, by_hand
    FROM unnest($1::text[], $2::text[], $3::smallint[], $4::text[], $5::integer[], $6::text[], $7::bigint[],
      $8::text[], $9::float8[], $10::float8[], $11::boolean[], $12::boolean[])
      AS i (id, key, partition, node, epoch, state, claim, rest, age_ms, written_age_ms, repeatable, by_hand)
    ORDER BY id)`;

const FIELDS = 'id, key, partition, node, epoch, state, claim, rest, ended_at, written_at';
const VALUES = FIELDS.split(', ');
const CHANGED = VALUES.filter((field) => field !== 'id');
const set = (from: string): string => CHANGED.map((field) => `${field} = ${from}.${field}`).join(', ');

/** Whether a row gives way to what is settled. A claim is taken back by its holder and number: it may come late. */
const givesWay = (
  row: string,
  to: string,
): string => `${row}.state IN ('begun', 'free') AND (${to}.state <> 'free'
    OR (${row}.node = ${to}.node AND ${row}.epoch = ${to}.epoch AND ${row}.claim = ${to}.claim))`;

const SETTLE = statement(`
  WITH ${INPUT}, before AS (
    UPDATE ${S}.ends e SET ${set('i')} FROM input i
    WHERE e.half <> ${HALF} AND e.id = i.id AND ${givesWay('e', 'i')}
  )
  INSERT INTO ${S}.ends (half, ${FIELDS})
  SELECT ${HALF}, ${FIELDS} FROM input i
  WHERE NOT EXISTS (SELECT FROM ${S}.ends e WHERE e.half <> ${HALF} AND e.id = i.id)
  ON CONFLICT (half, id) DO UPDATE SET ${set('EXCLUDED')} WHERE ${givesWay('ends', 'EXCLUDED')}`);

/** A holder, and the life that makes its claims. */
const claimant = (row: string): string => `(${row}.node, ${row}.epoch, ${row}.claim / ${CLAIMS_OF_A_LIFE})`;

/** Whether a row may be claimed (`Shared.begin`). */
const isOpen = (row: string, to: string): string => `CASE ${row}.state
    WHEN 'free' THEN ${claimant(row)} <> ${claimant(to)} OR ${to}.claim > ${row}.claim
    WHEN 'begun' THEN CASE WHEN ${claimant(row)} = ${claimant(to)} THEN ${to}.claim >= ${row}.claim
      ELSE ${row}.partition = ${to}.partition AND EXISTS (
        SELECT FROM mine m WHERE m.id = ${to}.id AND m.repeatable) END
    ELSE EXISTS (SELECT FROM mine m WHERE m.id = ${to}.id AND m.by_hand) END`;

const BEGIN = statement(`
  WITH ${INPUT}, mine AS (
    SELECT i.* FROM input i JOIN ${S}.leases l ON l.partition = i.partition AND l.node = i.node AND l.epoch = i.epoch
  ), before AS (
    UPDATE ${S}.ends e SET ${set('i')} FROM mine i
    WHERE e.half <> ${HALF} AND e.id = i.id AND ${isOpen('e', 'i')} RETURNING e.id
  ), begun AS (
    INSERT INTO ${S}.ends (half, ${FIELDS})
    SELECT ${HALF}, ${FIELDS} FROM mine m
    WHERE NOT EXISTS (SELECT FROM ${S}.ends e WHERE e.half <> ${HALF} AND e.id = m.id) ORDER BY id
    ON CONFLICT (half, id) DO UPDATE SET ${set('EXCLUDED')} WHERE ${isOpen('ends', 'EXCLUDED')} RETURNING id
  )
  SELECT id FROM before UNION SELECT id FROM begun`);

const INHERITED = statement(`
  SELECT id, key, partition, node, epoch, state, claim::float8 AS claim, rest,
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

/** Of each id the first end, and without one the last. */
function latestOf<End extends SharedEnd>(ends: readonly End[]): readonly End[] {
  const byId = new Map<string, End>();
  for (const end of ends) {
    const { state = 'free' } = byId.get(end.id) ?? {};
    if (state === 'begun' || state === 'free') byId.set(end.id, end);
  }
  return [...byId.values()];
}

type Input = SharedEnd & Partial<Pick<Beginning, 'isRepeatable' | 'isByHand'>>;

const valuesOf = (ends: readonly Input[], waitedMs: number): unknown[][] =>
  columns(
    latestOf(ends),
    ({ id }) => id,
    ({ key }) => key,
    ({ partition }) => partition,
    ({ node }) => node,
    ({ epoch }) => epoch,
    ({ state }) => state,
    ({ claim = 0 }) => claim,
    (end) => JSON.stringify(restOf(end)),
    ({ ageMs }) => ageMs + waitedMs,
    ({ writtenAgeMs }) => (writtenAgeMs === undefined ? null : writtenAgeMs + waitedMs),
    ({ isRepeatable = false }) => isRepeatable,
    ({ isByHand = false }) => isByHand,
  );

/** `waitedMs`: since the ages were true. */
export async function settle(client: Client, ends: readonly SharedEnd[], waitedMs: number): Promise<void> {
  const values = valuesOf(ends, waitedMs);
  await together(client, () => [rowsOf(client, SHARE_HALVES), rowsOf(client, SETTLE, values)]);
}

export async function begin(
  client: Client,
  claims: readonly Beginning[],
  waitedMs: number,
): Promise<ReadonlySet<string>> {
  const values = valuesOf(
    claims.map((claim) => ({ ...claim, state: 'begun' })),
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
  readonly claim: number;
  readonly writtenAgeMs: number | null;
}

export async function inheritedEnds(
  client: Client,
  partitions: readonly number[],
  spanMs: number,
): Promise<readonly SharedEnd[]> {
  const rows = await rowsOf<StoredEnd>(client, INHERITED, [partitions, spanMs]);
  return rows.map(({ rest, writtenAgeMs, claim, ...end }) => ({
    ...end,
    ...(claim !== 0 && { claim }),
    ...(JSON.parse(rest) as Rest),
    ...(writtenAgeMs !== null && { writtenAgeMs }),
  }));
}
