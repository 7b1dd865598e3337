/**
 * The log of announcements. Whoever appends holds the counter of its numbers until it has committed: numbers have no gap,
 * and none appears below one that was read. The same lock makes it safe to look for an identity before writing it.
 */
import { hash } from 'node:crypto';
import type { Client } from 'pg';
import type { LogEntry, LogRow, PlannedDelivery } from '../shared.ts';
import { CHANNEL, hintedRow, rowPayload } from './hints.ts';
import { LOCK, SCHEMA } from './schema.ts';
import { columns, rowsOf, statement, together } from './statements.ts';

const S = SCHEMA;
const AGE = (column: string): string => `extract(epoch FROM clock_timestamp() - ${column})::float8 * 1000`;

export const SHARE_HALVES = statement(`SELECT pg_advisory_xact_lock_shared(${LOCK.halves})`);

const ALONE = statement(`SELECT FROM ${S}.counters WHERE name = 'log' FOR UPDATE`);

/** A statement that took longer on its way than that did not: a clock was set. */
export const LONGEST_WAY = `interval '5 minutes'`;

const APPEND = statement(`
  WITH input AS (
    SELECT *, CASE WHEN now() - to_timestamp($11::float8 / 1000) BETWEEN interval '0' AND ${LONGEST_WAY}
      THEN to_timestamp($11::float8 / 1000) ELSE now() END - age_ms * interval '1 ms' AS received_at
    FROM unnest($1::text[], $2::text[], $3::float8[], $4::text[], $5::float8[], $6::text[], $7::integer[],
      $8::boolean[], $9::text[]) WITH ORDINALITY
      AS i (key, identity, window_ms, node, age_ms, body, importance, late, hint, place)
  ), known AS (
    SELECT place, coalesce(
      (SELECT min(seq) FROM ${S}.log l WHERE l.key = i.key),
      (SELECT min(seq) FROM ${S}.log l WHERE l.identity = i.identity
        AND l.received_at > i.received_at - window_ms * interval '1 ms'
        AND l.received_at < i.received_at + window_ms * interval '1 ms')) AS seq
    FROM input i
  ), added AS (
    INSERT INTO ${S}.log
    SELECT half, value + row_number() OVER (ORDER BY place), key, identity, node, received_at, body, importance, late
    FROM input JOIN known USING (place), ${S}.counters, ${S}.meta WHERE seq IS NULL AND name = 'log'
    RETURNING half, seq, key, received_at
  ), planned AS (
    INSERT INTO ${S}.plans
    SELECT half, seq, partition, plan FROM added
    JOIN unnest($10::text[], $12::smallint[], $13::text[]) AS p (key, partition, plan) USING (key)
  ), counted AS (
    UPDATE ${S}.counters SET value = value + (SELECT count(*) FROM added)
    WHERE name = 'log' AND EXISTS (SELECT FROM added)
  )
  SELECT place, seq, CASE WHEN is_new THEN
    pg_notify('${CHANNEL}', ${rowPayload('seq', AGE('received_at'), 'hint')}) END AS told
  FROM (
    SELECT i.place, coalesce(k.seq, a.seq)::float8 AS seq, a.seq IS NOT NULL AS is_new, a.received_at, hint
    FROM input i JOIN known k USING (place) LEFT JOIN added a ON a.key = i.key ORDER BY i.place
  ) AS result`);

const COLUMNS = `l.seq::float8 AS seq, l.key, l.node, ${AGE('l.received_at')} AS "ageMs", l.body, l.importance,
  l.late AS "isLate"`;

const READ_AFTER = statement(`
  SELECT ${COLUMNS}, (
    SELECT string_agg(plan, ',') FROM ${S}.plans p WHERE p.half = l.half AND p.seq = l.seq) AS plan
  FROM ${S}.log l WHERE l.seq > $1 ORDER BY l.seq LIMIT $2`);

const INHERITED = statement(`
  SELECT ${COLUMNS}, p.plan FROM ${S}.log l JOIN (
    SELECT half, seq, string_agg(plan, ',') AS plan FROM ${S}.plans WHERE partition = ANY ($1::smallint[])
    GROUP BY half, seq
  ) AS p USING (half, seq)
  WHERE l.received_at >= clock_timestamp() - $2 * interval '1 ms' ORDER BY l.received_at, l.seq`);

/** As an index takes it: a title may have as many bytes as a frame. */
const digestOf = (identity: string | undefined): string | null =>
  identity === undefined ? null : hash('sha256', identity);

/** With its place in the plan. */
type Placed = readonly [place: number, delivery: PlannedDelivery];

interface StoredRow extends Omit<LogRow, 'plan'>, Record<string, unknown> {
  /** Pairs without the brackets around them; `null`: none. */
  readonly plan: string | null;
}

function rowOf({ plan, ...row }: StoredRow): LogRow {
  const placed = plan === null ? [] : (JSON.parse(`[${plan}]`) as Placed[]);
  return { ...row, plan: placed.sort(([a], [b]) => a - b).map(([, delivery]) => delivery) };
}

interface PlanPart {
  readonly key: string;
  readonly partition: number;
  readonly plan: string;
}

/** One row for each partition. */
function partsOf({ key, plan }: LogEntry): PlanPart[] {
  const byPartition = Map.groupBy(
    plan.map((delivery, place): Placed => [place, delivery]),
    ([, { partition }]) => partition,
  );
  return Array.from(byPartition, ([partition, placed]) => ({
    key,
    partition,
    plan: placed.map((pair) => JSON.stringify(pair)).join(','),
  }));
}

/** Each entry, or the earlier one of the same call that it is the same as. */
function firstOnes(entries: readonly LogEntry[]): ReadonlyMap<LogEntry, LogEntry> {
  const first = new Map<LogEntry, LogEntry>();
  const byKey = new Map<string, LogEntry>();
  const byIdentity = new Map<string, LogEntry[]>();
  for (const entry of entries) {
    const { key, identity, windowMs, ageMs } = entry;
    const alike = identity === undefined ? [] : (byIdentity.get(identity) ?? []);
    const known = byKey.get(key) ?? alike.find((other) => Math.abs(other.ageMs - ageMs) < windowMs);
    first.set(entry, known ?? entry);
    if (known !== undefined) continue;
    byKey.set(key, entry);
    if (identity !== undefined) byIdentity.set(identity, [...alike, entry]);
  }
  return first;
}

const rowIn = ({ windowMs: _, identity: __, ageMs: ___, ...row }: LogEntry) => row;

/** `waitedMs`: since the ages were true. `sentMs`: now, by the database's clock; `null`: not known. */
export async function append(
  client: Client,
  entries: readonly LogEntry[],
  waitedMs: number,
  sentMs: number | null,
): Promise<readonly number[]> {
  const first = firstOnes(entries);
  const distinct = entries.filter((entry) => first.get(entry) === entry);
  const parts = distinct.flatMap(partsOf);
  const [partKeys, partitions, plans] = columns(
    parts,
    ({ key }) => key,
    ({ partition }) => partition,
    ({ plan }) => plan,
  );
  const values = columns(
    distinct,
    ({ key }) => key,
    ({ identity }) => digestOf(identity),
    ({ windowMs }) => windowMs,
    ({ node }) => node,
    ({ ageMs }) => ageMs + waitedMs,
    ({ body }) => body,
    ({ importance }) => importance,
    ({ isLate }) => isLate,
    (entry) => hintedRow(rowIn(entry)),
  );
  const [, , rows] = await together<[unknown, unknown, readonly { seq: number }[]]>(client, () => [
    rowsOf(client, SHARE_HALVES),
    rowsOf(client, ALONE),
    rowsOf<{ seq: number }>(client, APPEND, [...values, partKeys, sentMs, partitions, plans]),
  ]);
  const seqs = new Map(distinct.map((entry, at) => [entry, rows[at]?.seq ?? 0]));
  return entries.map((entry) => seqs.get(first.get(entry) ?? entry) ?? 0);
}

export async function readAfter(client: Client, seq: number, limit: number): Promise<readonly LogRow[]> {
  return (await rowsOf<StoredRow>(client, READ_AFTER, [seq, limit])).map(rowOf);
}

export async function inherited(
  client: Client,
  partitions: readonly number[],
  spanMs: number,
): Promise<readonly LogRow[]> {
  return (await rowsOf<StoredRow>(client, INHERITED, [partitions, spanMs])).map(rowOf);
}
