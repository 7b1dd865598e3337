/**
 * Readers for single values of the wire: each gives the value in our form, or `undefined` when it
 * cannot be read as that. Text is made well-formed here, once, so that an escaped lone surrogate
 * cannot become three different things in the outbox, a request and an identity.
 */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text, or a number that was meant as text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.toWellFormed();
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

/** One non-empty word. */
export function wordOf(value: unknown): string | undefined {
  const word = textOf(value)?.trim();
  return word === '' ? undefined : word;
}

/** Comma-separated text; a list is joined into it. */
export function listOf(value: unknown): string | undefined {
  if (!Array.isArray(value)) return textOf(value);
  const names = value.map(wordOf).filter((name) => name !== undefined);
  return names.length > 0 || value.length === 0 ? names.join(',') : undefined;
}

/** A number, also as text. */
export function numberOf(value: unknown): number | undefined {
  const number =
    typeof value === 'number'
      ? value
      : typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim())
        ? Number(value)
        : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

/**
 * µs since epoch. Zero and less mean that nobody filled it in. Seconds, milliseconds and nanoseconds are taken for
 * what they can only be: until 2286 no two units share a number of digits. Nanoseconds are above 2^53: as a double
 * they are off by at most 128, which no network lets anyone notice.
 */
export function stampOf(value: unknown): number | undefined {
  const number = numberOf(value) ?? 0;
  const unit = UNITS.find(({ from }) => number >= from && number < 10 * from);
  const us = Math.trunc(unit === undefined ? number : number * unit.us);
  return Number.isSafeInteger(us) && us > 0 ? us : undefined;
}

/** `from`: 9 September 2001. */
const UNITS = [
  { from: 1e9, us: 1e6 },
  { from: 1e12, us: 1e3 },
  { from: 1e15, us: 1 },
  { from: 1e18, us: 1e-3 },
] as const;

export function flagOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

/**
 * µs since epoch from an ISO-like time, always read as UTC: Date.parse alone would take a time
 * without a zone as local.
 */
export function utcOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const parts = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))? ?(?:Z|UTC|\+00:?00)?$/i.exec(
    value.trim(),
  );
  if (!parts) return undefined;
  const [, date, time, fraction = ''] = parts;
  const us = Date.parse(`${date}T${time}Z`) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
  return Number.isNaN(us) ? undefined : us;
}

/** µs since epoch from ISO 8601 with an offset; one without is read as UTC. */
export function timeOf(value: unknown): number | undefined {
  const utcUs = utcOf(value);
  if (utcUs !== undefined || typeof value !== 'string') return utcUs;
  const [, moment, sign, hours = '', minutes = ''] = /^(.+?) ?([+-])(\d\d):?(\d\d)$/.exec(value.trim()) ?? [];
  const us = utcOf(moment);
  const offsetUs = (Number(hours) * 60 + Number(minutes)) * 60e6;
  return us === undefined ? undefined : sign === '-' ? us + offsetUs : us - offsetUs;
}
