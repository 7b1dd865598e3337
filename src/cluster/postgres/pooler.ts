/**
 * A pooler that gives each transaction another connection: nothing that is set, prepared or listened to stays. It hides
 * well, so it is found by what it does: two connections at once come out at one backend, or one at two, or a notification
 * gets lost.
 */
import type { Client } from 'pg';
import { type Clock, wait } from '../../platform/clock.ts';
import { SharedError } from '../shared.ts';

const PID = 'SELECT pg_backend_pid() AS pid';

/** Longer than a notification takes. */
const ECHO_MS = 1000;

const pidOf = async (client: Client): Promise<number | undefined> =>
  (await client.query<{ pid: number }>(PID)).rows[0]?.pid;

/** `name`: of the database, for people. Throws `SharedError` (`unfit`). */
export async function refusePooler(first: Client, second: Client, name: string, clock: Clock): Promise<void> {
  if (!(await keepsBackends(first, second)) || !(await hears(first, second, clock)))
    throw new SharedError(
      'unfit',
      `database ${name}: a pooler in transaction mode stands in front of it [transaction_pooler]`,
      'Name PostgreSQL itself in cluster.url, or a pooler in session mode.',
    );
}

async function keepsBackends(first: Client, second: Client): Promise<boolean> {
  const pid = await pidOf(first);
  await second.query('BEGIN');
  const isShared = (await pidOf(second)) === pid;
  // Of a pool with one backend, the second one has it now.
  const isSame = !isShared && (await pidOf(first)) === pid;
  await second.query('COMMIT');
  return isSame && (await pidOf(first)) === pid && (await pidOf(first)) === pid;
}

async function hears(first: Client, second: Client, clock: Clock): Promise<boolean> {
  const channel = `listing_bridge_echo_${await pidOf(first)}`;
  const heard = Promise.withResolvers<boolean>();
  const listen = (): void => heard.resolve(true);
  first.on('notification', listen);
  await first.query(`LISTEN ${channel}`);
  await second.query(`NOTIFY ${channel}`);
  const isHeard = await Promise.race([heard.promise, wait(clock, ECHO_MS).then(() => false)]);
  first.off('notification', listen);
  await first.query(`UNLISTEN ${channel}`);
  return isHeard;
}
