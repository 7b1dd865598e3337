/** Rows that stand in the config itself: `[USDT, USDC]` or `{ BTC: XBTUSDTM }`. Pure. */
import type { TableValue } from '../matching/table.ts';
import { fold } from '../matching/text.ts';
import type { InlineTableOptions } from './options.ts';

export const inlineEntries = (written: InlineTableOptions): readonly (readonly [TableValue, TableValue])[] =>
  Array.isArray(written) ? written.map((key) => [key, key] as const) : Object.entries(written);

/** By folded key; of one that comes again the first counts. */
export function inlineRows(written: InlineTableOptions): ReadonlyMap<string, TableValue> {
  const rows = new Map<string, TableValue>();
  for (const [key, value] of inlineEntries(written)) {
    const folded = fold(String(key));
    if (!rows.has(folded)) rows.set(folded, value);
  }
  return rows;
}
