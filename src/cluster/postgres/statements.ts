/** Statements that are prepared once for each connection, and transactions that go out in one piece. */
import { hash } from 'node:crypto';
import type { Client, QueryResultRow } from 'pg';

export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Named by its text: another one never runs under the same name. */
export const statement = (text: string): Statement => ({ name: hash('sha256', text).slice(0, 16), text });

export async function rowsOf<Row extends QueryResultRow>(
  client: Client,
  { name, text }: Statement,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  return (await client.query<Row>({ name, text, values: [...values] })).rows;
}

const BEGIN = statement('BEGIN');
const COMMIT = statement('COMMIT');

/**
 * All of it is written before the first answer comes: one trip, and a node that is stopped meanwhile leaves no transaction
 * open. Each statement sees what was committed before it, so the first ones take the locks. Gives the results in order.
 */
export async function together<Results extends readonly unknown[]>(
  client: Client,
  statements: () => readonly [...{ [At in keyof Results]: Promise<Results[At]> }],
): Promise<Results> {
  const begun = rowsOf(client, BEGIN);
  const written = statements();
  const committed = rowsOf(client, COMMIT);
  const outcomes = await Promise.allSettled([begun, ...written, committed]);
  // The first failure is the reason of all that follow.
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return (await Promise.all(written)) as unknown as Results;
}

/** The values of each field, as one array: a parameter for `unnest`. */
export function columns<Row>(
  rows: readonly Row[],
  ...fields: readonly ((row: Row) => unknown)[]
): unknown[][] {
  return fields.map((field) => rows.map(field));
}
