/** A moment that a template names, as µs since epoch: stamps of the feed, seconds, milliseconds, text. Never by the machine's time zone. */

/** From here on a number is of the finer unit: 1e11 s is the year 5138, 1e11 ms is 1973. */
const FROM_MS = 1e11;
const FROM_US = 1e14;
const FROM_NS = 1e17;

/** `nowUs` is what `now` and `today` mean. `undefined` for what is no moment. */
export function momentUs(value: unknown, nowUs: number): number | undefined {
  if (value instanceof Date) return finite(value.getTime() * 1000);
  if (typeof value === 'number') return finite(ofNumber(value));
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (text === 'now' || text === 'today') return nowUs;
  if (/^-?\d+(\.\d+)?$/.test(text)) return finite(ofNumber(Number(text)));
  return finite(ofText(text) * 1000);
}

/** Beyond this `Date` knows no days: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const LAST_US = 8.64e18;
const finite = (us: number) => (Math.abs(us) <= LAST_US ? us : undefined);

function ofNumber(value: number): number {
  const size = Math.abs(value);
  if (size < FROM_MS) return value * 1e6;
  if (size < FROM_US) return value * 1000;
  return size < FROM_NS ? value : value / 1000;
}

const HAS_ZONE = /(?:\d\s*z|[+-]\d{2}:?\d{2}|\b(?:gmt|utc|[ecmp][sd]t))\s*(?:\([^()]*\))?$/i;

/** ms since epoch; text that names no zone is UTC, which `Date.parse` would take for the machine's own. */
function ofText(text: string): number {
  if (HAS_ZONE.test(text) && !/^\d{4}-\d{2}-\d{2}$/.test(text)) return Date.parse(text);
  for (const zoned of [`${text}Z`, `${text} UTC`]) {
    const ms = Date.parse(zoned);
    if (!Number.isNaN(ms)) return ms;
  }
  return Number.NaN;
}
