/** Whether a server can do what a cluster needs, from its own word; pure. */
import { SharedError } from '../shared.ts';
import { OLDEST_SERVER } from './schema.ts';

export interface ServerFacts {
  /** As `150018`. */
  readonly number: number;
  /** For people. */
  readonly version: string;
  /** It follows another one. */
  readonly follows: boolean;
  readonly readOnly: boolean;
  readonly encoding: string;
  /** Its clock, in ms. */
  readonly nowMs: number;
}

/** Runs on every server since 9.1, so that an old one gets to say how old it is. */
export const FACTS = `SELECT current_setting('server_version_num')::integer AS number,
  current_setting('server_version') AS version,
  pg_is_in_recovery() AS follows,
  current_setting('default_transaction_read_only') = 'on' AS "readOnly",
  current_setting('server_encoding') AS encoding,
  extract(epoch FROM clock_timestamp())::float8 * 1000 AS "nowMs"`;

/** `name`: of the database, for people. `undefined`: it can. */
export function unfitness(facts: ServerFacts, name: string): SharedError | undefined {
  const unfit = (sentence: string, advice: string) =>
    new SharedError('unfit', `database ${name}: ${sentence}`, advice);
  if (facts.number < OLDEST_SERVER * 10_000)
    return unfit(
      `PostgreSQL ${facts.version} is too old [server_version]`,
      `Upgrade it: ${OLDEST_SERVER} or newer is needed.`,
    );
  if (facts.follows)
    return unfit(
      'it is a replica, which can only be read [in_recovery]',
      'Name the primary in cluster.url, or promote this one.',
    );
  if (facts.readOnly)
    return unfit(
      'this user or this database can only be read [default_transaction_read_only]',
      'Name a user in cluster.url that may write, or set default_transaction_read_only to off.',
    );
  if (facts.encoding !== 'UTF8')
    return unfit(
      `its encoding is ${facts.encoding}, which not every title can be written in [server_encoding]`,
      "Create a database with ENCODING 'UTF8' TEMPLATE template0.",
    );
  return undefined;
}
