/** News that others hear of before it is in the log. */
import type { Client } from 'pg';
import type { ToldRow } from '../shared.ts';
import { newsPayload, toldRow } from './hints.ts';
import { LONGEST_WAY } from './log.ts';
import { columns, rowsOf, statement } from './statements.ts';

/** Does not wait for the disk: it is no promise. */
const TELL = statement(`
  SELECT set_config('synchronous_commit', 'off', true), pg_notify($4, ${newsPayload(
    `age_ms + CASE WHEN now() - to_timestamp($3::float8 / 1000) BETWEEN interval '0' AND ${LONGEST_WAY}
      THEN extract(epoch FROM now())::float8 * 1000 - $3::float8 ELSE 0 END`,
    'hint',
  )})
  FROM unnest($1::text[], $2::float8[]) AS i (hint, age_ms)`);

/** `waitedMs`: since the ages were true. `sentMs`: now, by the database's clock; `null`: not known. Those that are too large are left out. */
export async function tell(
  client: Client,
  rows: readonly ToldRow[],
  waitedMs: number,
  sentMs: number | null,
  channel: string,
): Promise<void> {
  const small = rows
    .map(({ ageMs, ...row }) => ({ payload: toldRow(row), ageMs: ageMs + waitedMs }))
    .filter(({ payload }) => payload !== '');
  if (small.length === 0) return;
  const values = columns(
    small,
    ({ payload }) => payload,
    ({ ageMs }) => ageMs,
  );
  await rowsOf(client, TELL, [...values, sentMs, channel]);
}
