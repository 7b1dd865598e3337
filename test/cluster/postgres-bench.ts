/** PostgreSQL as a bench of the promises: a database of its own, in which time passes when the test says so. */
import { PostgresShared } from '../../src/cluster/postgres/postgres.ts';
import { HALVED, SCHEMA } from '../../src/cluster/postgres/schema.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { Secret } from '../../src/platform/secret.ts';
import { TestDatabase } from '../support/postgres/shared.ts';
import type { Bench } from './conformance.ts';

/** Everything that a statement compares with the clock. */
const TIMES = [
  ['meta', 'turned_at'],
  ['nodes', 'until'],
  ['log', 'received_at'],
  ['ends', 'ended_at'],
  ['ends', 'written_at'],
  ['facts', 'until'],
  ['errands', 'asked_at'],
] as const;

export const sharedOn = (url: string, node = 'test', clock: Clock = systemClock): PostgresShared =>
  new PostgresShared({ url: new Secret(url), node, clock, random: () => 0 });

let database: TestDatabase | undefined;

/** As after the first migration. */
const EMPTIED = `
  TRUNCATE ${['nodes', 'facts', ...HALVED].map((table) => `${SCHEMA}.${table}`).join(', ')};
  UPDATE ${SCHEMA}.leases SET node = NULL, life = NULL, epoch = 0;
  UPDATE ${SCHEMA}.counters SET value = 0;
  UPDATE ${SCHEMA}.meta SET half = 0, turned_at = clock_timestamp();`;

async function withTables(): Promise<TestDatabase> {
  const made = await TestDatabase.create();
  const shared = sharedOn(made.url());
  await shared.facts();
  await shared.close();
  return made;
}

/** One database for all: to empty it takes a tenth of the time that a new one does. */
export async function postgresBench(): Promise<Bench> {
  database ??= await withTables();
  const used = database;
  await used.query(EMPTIED);
  return {
    connect: () => sharedOn(used.url()),
    pass: (ms) => pass(used, ms),
    // All that the database has is older, or of the future.
    jump: (ms) => pass(used, ms),
    close: async () => undefined,
  };
}

export async function pass(database: TestDatabase, ms: number): Promise<void> {
  const shifts = TIMES.map(
    ([table, column]) => `UPDATE ${SCHEMA}.${table} SET ${column} = ${column} - interval '${ms} ms';`,
  );
  await database.query(shifts.join('\n'));
}
