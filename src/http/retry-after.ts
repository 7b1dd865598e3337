/**
 * The server's `Retry-After`: seconds or an HTTP date. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 * `undefined` = it says nothing usable (absent, garbage, zero, in the past): then the usual backoff holds,
 * so that no answer can make the bridge spin.
 */

/** Longer wishes are cut: a delivery's `maxAge` decides long before. */
export const LONGEST_WAIT_MS = 24 * 3_600_000;

/** The three forms that a recipient must accept; `Date.parse` alone would take nearly anything. https://www.rfc-editor.org/rfc/rfc9110#http.date */
const HTTP_DATE =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT)$/;
const ASCTIME = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/** In ms from `wallNowMs`, which is by the server's clock where that is known (`farEndWallMs`). */
export function retryAfterMs(
  header: string | readonly string[] | undefined,
  wallNowMs: number,
): number | undefined {
  const text = (typeof header === 'string' ? header : header?.[0])?.trim();
  if (text === undefined) return undefined;
  const seconds = decimal(text);
  if (seconds !== undefined) return waitMs(seconds * 1000);
  if (HTTP_DATE.test(text)) return waitMs(Date.parse(text) - wallNowMs);
  if (ASCTIME.test(text)) return waitMs(Date.parse(`${text} GMT`) - wallNowMs);
  return undefined;
}

/**
 * The server's clock as its answer shows it, in ms since the epoch; ours (`wallNowMs`) if it does not. A date
 * in `Retry-After` is by that clock: against ours, the wait would be wrong by all that the two are apart.
 * https://www.rfc-editor.org/rfc/rfc9110#field.date
 */
export function farEndWallMs({ date }: { readonly date?: string | undefined }, wallNowMs: number): number {
  const atMs = date !== undefined && HTTP_DATE.test(date) ? Date.parse(date) : Number.NaN;
  return Number.isNaN(atMs) ? wallNowMs : atMs;
}

/** A wait that somebody else computed, held to the same rules. */
export function waitMs(wishMs: number): number | undefined {
  return wishMs > 0 ? Math.min(Math.ceil(wishMs), LONGEST_WAIT_MS) : undefined;
}

/** Whole by the RFC; Discord and some proxies send fractions. */
export function decimal(text: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** The server named a time, and it is over: rounded down, or by another clock. Not the same as no word of it. */
export const saysNow = (
  seconds: number | undefined,
  header: string | readonly string[] | undefined,
): boolean => (seconds !== undefined && seconds <= 0) || decimal(String(header)) === 0;
