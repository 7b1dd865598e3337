/** Everything that is done on a new connection before it is used. */
import type { Client } from 'pg';
import { FACTS, type ServerFacts, unfitness } from './fitness.ts';
import { migrate, requireTables } from './migrations.ts';
import { rowsOf, statement } from './statements.ts';

const SETTINGS = statement(`
  SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $1, false),
    set_config('idle_in_transaction_session_timeout', $2, false), set_config('tcp_user_timeout', $3, false),
    set_config('default_transaction_isolation', 'read committed', false), set_config('jit', 'off', false),
    set_config('search_path', 'pg_catalog', false)`);

/** Of a node that stopped after half a transaction: others wait for its locks no longer than that. */
const IDLE_MS = 2000;

/** The server gives up a node that acknowledges nothing. */
const UNACKNOWLEDGED_MS = 10_000;

/** `name`: of the database, for people. Throws `SharedError`. */
export async function fitFacts(client: Client, name: string): Promise<ServerFacts> {
  const [facts] = (await client.query<ServerFacts & Record<string, unknown>>(FACTS)).rows;
  if (facts === undefined) throw new Error('no answer');
  const refusal = unfitness(facts, name);
  if (refusal !== undefined) throw refusal;
  return facts;
}

/** Of a session of which it is not known yet whether it can be a node's. */
export const UNJOINED = 'listing-bridge';

/** How the server shows a node: this, and its name. */
export const NODE_NAME = 'listing-bridge ';

const NAME = statement("SELECT set_config('application_name', $1, false)");

export interface SessionDeps {
  /** As the server is to show it. */
  readonly applicationName: string;
  /** Of the database, for people. */
  readonly name: string;
  /** Of one statement. */
  readonly limitMs: number;
  readonly assertSessions: (client: Client) => Promise<void>;
  /** It is no node: the tables stay as they are. */
  readonly onlyLooks: boolean;
}

/** Throws as `fitFacts`, `assertSessions` and `migrate`. */
export async function prepare(client: Client, deps: SessionDeps): Promise<ServerFacts> {
  const { name, limitMs, assertSessions, onlyLooks } = deps;
  const facts = await fitFacts(client, name);
  await assertSessions(client);
  await rowsOf(
    client,
    SETTINGS,
    [limitMs, IDLE_MS, UNACKNOWLEDGED_MS].map((ms) => `${ms}ms`),
  );
  if (onlyLooks) await requireTables(client, name);
  else await migrate(client, name);
  // Not before: a bridge that is alone takes it for a node.
  await rowsOf(client, NAME, [deps.applicationName]);
  return facts;
}
