/** Offsets of time zones from UTC. */

const MINUTE_MS = 60_000;

/** As Liquid's `date` takes it: a name (`Asia/Seoul`), or the minutes of `Date.getTimezoneOffset` (-540 for Seoul). Minutes east of UTC; UTC for what is neither. */
export function offsetMinutes(zone: unknown, ms: number): number {
  if (typeof zone === 'number' && Number.isFinite(zone)) return -zone;
  if (typeof zone !== 'string' || zone === '') return 0;
  if (/^-?\d+$/.test(zone)) return -Number(zone);
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  if (sign !== undefined) return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  const local = partsIn(zone, ms);
  return Math.round((local - Math.floor(ms / 1000) * 1000) / MINUTE_MS);
}

/** The wall clock of the zone, read as if it were UTC; ms. Throws a RangeError for a zone that does not exist. */
function partsIn(timeZone: string, ms: number): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of format.formatToParts(ms)) part[type] = Number(value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
