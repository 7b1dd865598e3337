/**
 * Makes any value fit its column. The tables are STRICT: one value of another type, from a platform or from a bug
 * of ours, would keep its row out of the store, and with it that an order was delivered.
 */

/** A whole number, else nothing. */
export const wholeNumber = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : null;

/** A number, else `instead`; NaN would be NULL. */
export const realNumber = <Instead extends number | null>(
  value: unknown,
  instead: Instead,
): number | Instead => (typeof value === 'number' && !Number.isNaN(value) ? value : instead);

/** A moment; `null` = never. One that is no number is over: it is no reason to wait for ever. */
export function endOf(ms: number | undefined): number | null {
  if (ms === undefined || ms === Number.POSITIVE_INFINITY) return null;
  return Number.isFinite(ms) ? ms : 0;
}

/** Text, else nothing. Lone surrogates, which UTF-8 cannot say, become U+FFFD. */
export function text(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return (typeof value === 'string' ? value : inWords(value)).toWellFormed();
}

/** JSON, also of what JSON has no word for. Throws a `TypeError` on what goes round in circles. */
export function json(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
  }
}

function inWords(value: unknown): string {
  try {
    return typeof value === 'object' ? json(value) : String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
