/**
 * Who is there, and who holds which partition. A lease has no time of its own: it holds for as long as the life that took
 * it counts as there, so a renewal writes one row, whatever the node holds.
 */
import type { Client } from 'pg';
import { LEASE_MS, type Lease, type Member, type NodeCard, PARTITIONS, type View } from '../shared.ts';
import { notify } from './hints.ts';
import { IS_DUE, KEEP_MS, type Keeping } from './keep.ts';
import { LOCK, SCHEMA } from './schema.ts';
import { rowsOf, statement, together } from './statements.ts';

const S = SCHEMA;
const LEASE = `interval '${LEASE_MS} ms'`;
const REST = `extract(epoch FROM until - clock_timestamp())::float8 * 1000`;

/** Others get a hint when the card is another one than before. An earlier life of the name goes once it is over. */
const STAMP = statement(`
  WITH over AS (
    DELETE FROM ${S}.nodes WHERE (node, life) IN (
      SELECT node, life FROM ${S}.nodes WHERE node = $1 AND life <> $2 AND until <= clock_timestamp()
      FOR UPDATE SKIP LOCKED)
  ), before AS (SELECT card, beat FROM ${S}.nodes WHERE node = $1 AND life = $2)
  INSERT INTO ${S}.nodes AS n (node, life, card, until, beat) VALUES ($1, $2, $3, clock_timestamp() + ${LEASE}, $4)
  ON CONFLICT (node, life) DO UPDATE
    SET card = EXCLUDED.card, until = EXCLUDED.until, beat = greatest(n.beat, EXCLUDED.beat)
  RETURNING (SELECT beat FROM before) AS beat,
    CASE WHEN (SELECT card FROM before) IS DISTINCT FROM $3 THEN ${notify('leases')} END`);

const VIEW = statement(`
  SELECT cluster, extract(epoch FROM clock_timestamp())::float8 * 1000 AS "nowMs",
    json_build_object('isDue', ${IS_DUE}, 'keepMs', ${KEEP_MS}, 'half', half,
      'turnedAgeMs', extract(epoch FROM clock_timestamp() - turned_at)::float8 * 1000) AS keeping,
    (SELECT value FROM ${S}.counters WHERE name = 'log') AS seq,
    (SELECT value FROM ${S}.counters WHERE name = 'facts') AS facts,
    (SELECT json_agg(json_build_array(card, ${REST})) FROM ${S}.nodes) AS members,
    (SELECT json_agg(json_build_array(node, life, held, rest)) FROM (
      SELECT l.node, l.life, json_agg(json_build_array(partition, epoch)) AS held, min(${REST}) AS rest
      FROM ${S}.leases l LEFT JOIN ${S}.nodes n ON n.node = l.node AND n.life = l.life GROUP BY l.node, l.life
    ) AS holders) AS leases
  FROM ${S}.meta`);

/** After the clock was set back, what ends later than any lease can ends as one that is renewed now. */
const CUT = statement(`
  UPDATE ${S}.nodes SET until = clock_timestamp() + ${LEASE} WHERE (node, life) IN (
    SELECT node, life FROM ${S}.nodes WHERE until > clock_timestamp() + ${LEASE} FOR UPDATE SKIP LOCKED)`);

const ALONE = statement(`SELECT pg_advisory_xact_lock(${LOCK.leases})`);

/**
 * Those that seem to be over cannot come back before this transaction ends, or they did just now. All of it goes by one
 * moment, the beginning of the transaction (now()): whoever is over only later counts as there.
 */
const HOLD_BACK = statement(`
  SELECT FROM ${S}.nodes n WHERE until <= now() AND EXISTS (
    SELECT FROM ${S}.leases l WHERE l.partition = ANY ($1::smallint[]) AND l.node = n.node AND l.life = n.life)
  ORDER BY node, life FOR UPDATE`);

const CLAIM = statement(`
  UPDATE ${S}.leases l SET node = $1, life = $2, epoch = epoch + 1
  WHERE partition = ANY ($3::smallint[]) AND (node, life) IS DISTINCT FROM ($1, $2) AND NOT EXISTS (
    SELECT FROM ${S}.nodes n WHERE n.node = l.node AND n.life = l.life AND n.until > now())`);

const HELD = statement(
  `SELECT partition, epoch FROM ${S}.leases WHERE node = $1 AND life = $2 AND partition = ANY ($3::smallint[])`,
);

const RELEASE = statement(`
  UPDATE ${S}.leases l SET node = NULL, life = NULL
  FROM unnest($3::smallint[], $4::integer[]) AS i (partition, epoch)
  WHERE l.node = $1 AND l.life = $2 AND l.partition = i.partition AND l.epoch = i.epoch`);

const RELEASE_ALL = statement(
  `UPDATE ${S}.leases SET node = NULL, life = NULL WHERE node = $1 AND life = $2`,
);

const MEMBERS = statement(`SELECT card, ${REST} AS rest FROM ${S}.nodes ORDER BY node, life`);

/** For who is no node: only looks. */
export async function members(client: Client): Promise<readonly Member[]> {
  const rows = await rowsOf<{ card: string; rest: number }>(client, MEMBERS);
  return rows.map(({ card, rest }) => ({ ...(JSON.parse(card) as NodeCard), restMs: rest }));
}

const LEAVE = statement(`DELETE FROM ${S}.nodes WHERE node = $1 AND life = $2`);

const TELL = statement(`SELECT ${notify('leases')}`);

interface ViewRow {
  readonly cluster: string;
  readonly nowMs: number;
  readonly keeping: Keeping;
  readonly seq: string;
  readonly facts: string;
  readonly members: readonly (readonly [card: string, restMs: number])[];
  readonly leases: readonly (readonly [
    node: string | null,
    life: string | null,
    held: readonly (readonly [partition: number, epoch: number])[],
    restMs: number | null,
  ])[];
}

export interface Renewal {
  readonly view: View;
  /** The database's clock, ms since the epoch. */
  readonly nowMs: number;
  readonly keeping: Keeping;
}

export async function renew(client: Client, card: NodeCard, beat: number): Promise<Renewal> {
  const [[stamped], rows] = await Promise.all([
    rowsOf<{ beat: number | null }>(client, STAMP, [card.node, card.life, JSON.stringify(card), beat]),
    // Later than the stamp: nobody can have taken what it shows as this life's.
    rowsOf<ViewRow & Record<string, unknown>>(client, VIEW),
  ]);
  const [row] = rows;
  if (row === undefined) throw new Error('the tables are empty');
  if (row.members.some(([, restMs]) => restMs > LEASE_MS)) await rowsOf(client, CUT);
  return { view: viewOf(row, stamped?.beat ?? undefined), nowMs: row.nowMs, keeping: row.keeping };
}

function viewOf({ cluster, seq, facts, members, leases }: ViewRow, beat: number | undefined): View {
  const all: Lease[] = Array.from({ length: PARTITIONS }, (_, partition) => ({
    partition,
    node: undefined,
    life: undefined,
    epoch: 0,
    restMs: -Infinity,
  }));
  for (const [node, life, held, restMs] of leases)
    for (const [partition, epoch] of held)
      all[partition] = {
        partition,
        node: node ?? undefined,
        life: life ?? undefined,
        epoch,
        restMs: Math.min(restMs ?? -Infinity, LEASE_MS),
      };
  return {
    cluster,
    members: members.map(
      ([card, restMs]): Member => ({ ...JSON.parse(card), restMs: Math.min(restMs, LEASE_MS) }),
    ),
    leases: all,
    seq: Number(seq),
    factsVersion: Number(facts),
    beat,
  };
}

export async function claim(
  client: Client,
  card: NodeCard,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const { node, life } = card;
  const results = await together<
    [unknown, unknown, unknown, unknown, readonly { partition: number; epoch: number }[]]
  >(client, () => [
    rowsOf(client, ALONE),
    rowsOf(client, STAMP, [node, life, JSON.stringify(card), 0]),
    rowsOf(client, HOLD_BACK, [partitions]),
    rowsOf(client, CLAIM, [node, life, partitions]),
    rowsOf(client, HELD, [node, life, partitions]),
  ]);
  return new Map(results[4].map(({ partition, epoch }) => [partition, epoch]));
}

export async function release(
  client: Client,
  { node, life }: NodeCard,
  epochs: ReadonlyMap<number, number>,
): Promise<void> {
  await together(client, () => [
    rowsOf(client, ALONE),
    rowsOf(client, RELEASE, [node, life, [...epochs.keys()], [...epochs.values()]]),
    rowsOf(client, TELL),
  ]);
}

export async function leave(client: Client, { node, life }: NodeCard): Promise<void> {
  await together(client, () => [
    rowsOf(client, ALONE),
    rowsOf(client, LEAVE, [node, life]),
    rowsOf(client, RELEASE_ALL, [node, life]),
    rowsOf(client, TELL),
  ]);
}
