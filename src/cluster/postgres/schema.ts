/**
 * The tables of a cluster, as steps from version to version. A step that has been released is never edited. They stand in
 * a schema of their own, so that they may share a database with others.
 *
 * Everything that grows is in two halves: one takes what comes, the other holds what came before. After a while (`keep.ts`) the older
 * half is emptied at once (TRUNCATE) and takes over, so nothing is deleted row by row and nothing is left to vacuum.
 */

export const SCHEMA = 'listing_bridge';

/** The first with `gen_random_uuid` inside. https://www.postgresql.org/docs/13/functions-uuid.html */
export const OLDEST_SERVER = 13;

/** Of our advisory locks, "LBRG"; they are held for a transaction at most. */
const LOCKS = 0x4c_42_52_47;
export const LOCK = {
  schema: `${LOCKS}, 1`,
  /** Whoever changes leases. */
  leases: `${LOCKS}, 2`,
  /** Shared by everybody who writes into a half; alone while the halves change places. */
  halves: `${LOCKS}, 3`,
  /** A bridge that is alone (`solitude.ts`), for as long as its session lives: of no lease, and only among such bridges. */
  alone: `${LOCKS}, 4`,
} as const;

/** Tables that have halves. Their keys begin with what is looked for, since nobody knows in which half it is. */
export const HALVED = ['log', 'plans', 'ends', 'errands'] as const;

const halves = HALVED.flatMap((table) =>
  [0, 1].map(
    (half) =>
      `CREATE TABLE ${SCHEMA}.${table}_${half} PARTITION OF ${SCHEMA}.${table} FOR VALUES IN (${half});`,
  ),
).join('\n');

/** Rows that are updated in place, again and again, leave room for their next versions on the same page. */
const HOT = 'WITH (fillfactor = 40)';

export const STEPS: readonly string[] = [
  `CREATE TABLE ${SCHEMA}.meta (
     is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
     cluster uuid NOT NULL DEFAULT gen_random_uuid(),
     version integer NOT NULL DEFAULT 0,
     half smallint NOT NULL DEFAULT 0,
     turned_at timestamptz NOT NULL DEFAULT clock_timestamp()
   );
   INSERT INTO ${SCHEMA}.meta DEFAULT VALUES;
   CREATE TABLE ${SCHEMA}.counters (name text PRIMARY KEY, value bigint NOT NULL) ${HOT};
   INSERT INTO ${SCHEMA}.counters VALUES ('log', 0), ('facts', 0);
   CREATE TABLE ${SCHEMA}.nodes (
     node text, life text, card text NOT NULL, until timestamptz NOT NULL, PRIMARY KEY (node, life)
   ) ${HOT};
   CREATE TABLE ${SCHEMA}.leases (
     partition smallint PRIMARY KEY, node text, life text, epoch integer NOT NULL DEFAULT 0
   ) ${HOT};
   INSERT INTO ${SCHEMA}.leases SELECT generate_series(0, 255);
   CREATE TABLE ${SCHEMA}.log (
     half smallint NOT NULL,
     seq bigint NOT NULL,
     key text NOT NULL,
     identity text,
     node text NOT NULL,
     received_at timestamptz NOT NULL,
     body text NOT NULL,
     importance integer NOT NULL,
     late boolean NOT NULL,
     PRIMARY KEY (seq, half)
   ) PARTITION BY LIST (half);
   CREATE INDEX ON ${SCHEMA}.log (key);
   CREATE INDEX ON ${SCHEMA}.log (identity, received_at);
   CREATE INDEX ON ${SCHEMA}.log (received_at);
   CREATE TABLE ${SCHEMA}.plans (
     half smallint NOT NULL, seq bigint NOT NULL, partition smallint NOT NULL, plan text NOT NULL,
     PRIMARY KEY (seq, half, partition)
   ) PARTITION BY LIST (half);
   CREATE TABLE ${SCHEMA}.ends (
     half smallint NOT NULL,
     id text NOT NULL,
     key text NOT NULL,
     partition smallint NOT NULL,
     node text NOT NULL,
     epoch integer NOT NULL,
     state text NOT NULL,
     rest text NOT NULL,
     ended_at timestamptz NOT NULL,
     written_at timestamptz,
     PRIMARY KEY (id, half)
   ) PARTITION BY LIST (half);
   CREATE INDEX ON ${SCHEMA}.ends (partition, ended_at);
   CREATE TABLE ${SCHEMA}.errands (
     half smallint NOT NULL,
     key text NOT NULL,
     place bigserial NOT NULL,
     kind text NOT NULL,
     partition smallint NOT NULL,
     body text NOT NULL,
     asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
     taken boolean NOT NULL DEFAULT false,
     PRIMARY KEY (key, half)
   ) PARTITION BY LIST (half);
   CREATE INDEX ON ${SCHEMA}.errands (partition) WHERE NOT taken;
   CREATE TABLE ${SCHEMA}.facts (
     kind text, key text, value text NOT NULL, until timestamptz, PRIMARY KEY (kind, key)
   ) ${HOT};
   ${halves}`,
  // Number of the claim; 0: it was not made by one.
  `ALTER TABLE ${SCHEMA}.ends ADD COLUMN claim integer NOT NULL DEFAULT 0`,
  // For a life, not for whoever holds a partition.
  `ALTER TABLE ${SCHEMA}.errands DROP COLUMN partition, ADD COLUMN addressee text NOT NULL DEFAULT '';
   CREATE INDEX ON ${SCHEMA}.errands (addressee) WHERE NOT taken`,
  // Number of the last renewal: a node that knows of a later one sees that the database is at an earlier state.
  `ALTER TABLE ${SCHEMA}.nodes ADD COLUMN beat integer NOT NULL DEFAULT 0`,
  // It names the life as well.
  `ALTER TABLE ${SCHEMA}.ends ALTER COLUMN claim TYPE bigint`,
  // When the clock is set back, a fact holds for no longer than it was to hold.
  `ALTER TABLE ${SCHEMA}.facts ADD COLUMN rest_ms float8`,
];

export const SCHEMA_VERSION = STEPS.length;
