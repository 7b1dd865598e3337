/** Whether a database can carry a cluster, tried out: for `check --online` and before the start. */
import type { Client } from 'pg';
import type { Clock } from '../../platform/clock.ts';
import type { Secret } from '../../platform/secret.ts';
import { QUICK_MS } from '../shared.ts';
import { addressOf } from './address.ts';
import { Line } from './line.ts';
import { members } from './members.ts';
import { fitVersion } from './migrations.ts';
import { refusePooler } from './pooler.ts';
import { fitFacts, UNJOINED } from './session.ts';

export interface DatabaseFacts {
  /** Of PostgreSQL, as `15.18`. */
  readonly version: string;
  /** `user@host:port/database`. */
  readonly name: string;
  /** One question and its answer. */
  readonly latencyMs: number;
  readonly isEncrypted: boolean;
  /** Of our tables; `undefined`: there are none, and this user may make them. */
  readonly schemaVersion: number | undefined;
  /** Names of those that are live. */
  readonly nodes: readonly string[];
  /** That this user may still open, for now. */
  readonly freeConnections: number;
}

/** One that is reserved for others is not free; those of the probe count as free. */
const FREE = `
  SELECT current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
    - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::integer + 2 AS free`;

/** Changes nothing. Throws `SharedError`. */
export async function probe(url: Secret, clock: Clock): Promise<DatabaseFacts> {
  const address = addressOf(url);
  const lines = [1, 2].map(
    () => new Line({ address, clock, applicationName: UNJOINED, prepare: async () => undefined }, QUICK_MS),
  );
  const [first, second] = lines;
  if (first === undefined || second === undefined) throw new Error('there are two');
  try {
    return await first.run(async (client) => {
      const { version } = await fitFacts(client, address.name);
      await second.run((other) => refusePooler(client, other, address.name, clock));
      const sentMs = clock.monotonicMs();
      const isEncrypted = await encrypted(client);
      const latencyMs = clock.monotonicMs() - sentMs;
      const schemaVersion = await fitVersion(client, address.name);
      const live = schemaVersion === undefined ? [] : await members(client);
      const nodes = live.filter(({ restMs }) => restMs > 0).map(({ node }) => node);
      const { rows } = await client.query<{ free: number }>(FREE);
      const freeConnections = rows[0]?.free ?? 0;
      return {
        ...{ version, name: address.name, latencyMs, isEncrypted, schemaVersion },
        ...{ nodes, freeConnections },
      };
    });
  } finally {
    await Promise.all(lines.map((line) => line.close()));
  }
}

async function encrypted(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ ssl: boolean }>(
    'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
  );
  return rows[0]?.ssl === true;
}
