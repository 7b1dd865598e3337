/** Hints, as they go in a NOTIFY. */
import type { Hint, LogRow, ToldRow } from '../shared.ts';

export const CHANNEL = 'listing_bridge';

/** A payload has less than 8,000 bytes. https://www.postgresql.org/docs/current/sql-notify.html */
const LARGEST_ROW = 7000;

/** Of a row, without its number and age, which the database adds in front; empty: too large. */
export function toldRow(row: Omit<ToldRow, 'ageMs'>): string {
  const text = JSON.stringify(row);
  return Buffer.byteLength(text) <= LARGEST_ROW ? text : '';
}

/** The same; without its plan where that makes it too large. */
export function hintedRow({ plan, ...row }: Omit<LogRow, 'seq' | 'ageMs'>): string {
  const text = JSON.stringify({ ...row, plan });
  return Buffer.byteLength(text) <= LARGEST_ROW ? text : toldRow(row);
}

/** SQL for the payload of one row. */
export const rowPayload = (seq: string, ageMs: string, row: string): string =>
  `'log ' || ${seq} || ' ' || ${ageMs} || ' ' || ${row}`;

/** SQL for the payload of one that has no number yet. */
export const newsPayload = (ageMs: string, row: string): string => `'news ' || ${ageMs} || ' ' || ${row}`;

/** SQL that tells the others to look. */
export const notify = (kind: 'leases' | 'facts'): string => `pg_notify('${CHANNEL}', '${kind}')`;

/** SQL that tells one of them to look. `life`: SQL. */
export const notifyErrands = (life: string): string => `pg_notify('${CHANNEL}', 'errands ' || ${life})`;

/** `undefined`: of a later version. */
export function hintOf(payload: string): Hint | undefined {
  const [kind, rest] = cut(payload);
  switch (kind) {
    case 'leases':
    case 'facts':
      return { kind };
    case 'errands':
      return { kind, ...(rest !== '' && { to: rest }) };
    case 'news': {
      const [ageMs, row] = cut(rest);
      return { kind, row: { ...JSON.parse(row), ageMs: Number(ageMs) } };
    }
    case 'log': {
      const [seq, aged] = cut(rest);
      const [ageMs, row] = cut(aged);
      const known = { kind, seq: Number(seq) } as const;
      if (row === '') return known;
      return { ...known, row: { ...JSON.parse(row), seq: known.seq, ageMs: Number(ageMs) } };
    }
    default:
      return undefined;
  }
}

/** At its first blank. */
function cut(text: string): readonly [word: string, rest: string] {
  const at = text.indexOf(' ');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
