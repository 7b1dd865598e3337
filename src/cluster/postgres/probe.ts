/** Whether a database can carry a cluster, tried out: for `check --online` and before the start. */
import type { Client } from 'pg';
import type { Clock } from '../../platform/clock.ts';
import type { Secret } from '../../platform/secret.ts';
import { QUICK_MS } from '../shared.ts';
import { addressOf } from './address.ts';
import { Line } from './line.ts';
import { fitVersion } from './migrations.ts';
import { refusePooler } from './pooler.ts';
import { fitFacts } from './session.ts';

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
}

/** Changes nothing. Throws `SharedError`. */
export async function probe(url: Secret, clock: Clock): Promise<DatabaseFacts> {
  const address = addressOf(url);
  const lines = [1, 2].map(
    () =>
      new Line(
        { address, clock, applicationName: 'listing-bridge check', prepare: async () => undefined },
        QUICK_MS,
      ),
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
      return { version, name: address.name, latencyMs, isEncrypted, schemaVersion };
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
