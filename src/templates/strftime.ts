/** The format codes of Liquid's `date` (https://shopify.github.io/liquid/filters/date/), by UTC and in English, whatever the machine is set to. */

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A moment as its zone's clocks show it. */
interface Shown {
  /** Its UTC getters give the wall clock of the zone. */
  readonly date: Date;
  readonly us: number;
  /** Minutes east of UTC. */
  readonly offset: number;
}

/** Digits to pad to; codes without an entry are not padded. */
const WIDTHS: Readonly<Record<string, number>> = {
  ...{ C: 2, d: 2, e: 2, H: 2, I: 2, j: 3, k: 2, l: 2, L: 3, m: 2, M: 2, S: 2, U: 2, W: 2, y: 2, Y: 4 },
};
const PADDED_WITH_BLANKS = 'aAbBcehklpPxX';

const DIRECTIVE = /%([-_0^#:]*)((?:[1-9]\d*)?)([A-Za-z%])/g;
/** Nobody needs more; keeps a template from making megabytes. */
const WIDEST = 64;

/** Unknown codes stay as they are. */
export function strftime(us: number, format: string, offset = 0): string {
  const date = new Date(Math.floor(us / 1000) + offset * 60_000);
  return format.replaceAll(DIRECTIVE, (whole, flags: string, width: string, code: string) => {
    const written = codeOf(code, { date, us, offset }, flags, width);
    return written === undefined ? whole : padded(written, code, flags, Number(width));
  });
}

function padded(written: string, code: string, flags: string, width: number): string {
  const text = flags.includes('^') || flags.includes('#') ? written.toUpperCase() : written;
  if (flags.includes('-') || code === 'N') return text;
  const fill = flags.includes('_') || (PADDED_WITH_BLANKS.includes(code) && !flags.includes('0')) ? ' ' : '0';
  return text.padStart(Math.min(width || (WIDTHS[code] ?? 0), WIDEST), fill);
}

function codeOf(code: string, shown: Shown, flags: string, width: string): string | undefined {
  const { date, us, offset } = shown;
  const again = (format: string) => strftime(us, format, offset);
  const day = DAYS[date.getUTCDay()] ?? '';
  const month = MONTHS[date.getUTCMonth()] ?? '';
  const hour = date.getUTCHours();
  const year = date.getUTCFullYear();
  switch (code) {
    case 'a':
      return day.slice(0, 3);
    case 'A':
      return day;
    case 'b':
    case 'h':
      return month.slice(0, 3);
    case 'B':
      return month;
    case 'c':
      return again('%a %b %e %T %Y');
    case 'C':
      return String(Math.floor(year / 100));
    case 'd':
    case 'e':
      return String(date.getUTCDate());
    case 'D':
    case 'x':
      return again('%m/%d/%y');
    case 'F':
      return again('%Y-%m-%d');
    case 'H':
    case 'k':
      return String(hour);
    case 'I':
    case 'l':
      return String(hour % 12 || 12);
    case 'j':
      return String(dayOfYear(date));
    case 'L':
      return String(date.getUTCMilliseconds());
    case 'm':
      return String(date.getUTCMonth() + 1);
    case 'M':
      return String(date.getUTCMinutes());
    case 'N':
      return fraction(us, Number(width) || 9);
    case 'p':
      return hour < 12 ? 'AM' : 'PM';
    case 'P':
      return hour < 12 ? 'am' : 'pm';
    case 'q':
      return ordinal(date.getUTCDate());
    case 'R':
      return again('%H:%M');
    case 's':
      return String(Math.floor(us / 1e6));
    case 'S':
      return String(date.getUTCSeconds());
    case 'T':
    case 'X':
      return again('%H:%M:%S');
    case 'u':
      return String(date.getUTCDay() || 7);
    case 'U':
      return String(weekOfYear(date, 0));
    case 'w':
      return String(date.getUTCDay());
    case 'W':
      return String(weekOfYear(date, 1));
    case 'y':
      return String(((year % 100) + 100) % 100);
    case 'Y':
      return String(year);
    case 'z':
      return zone(offset, flags.includes(':') ? ':' : '');
    case 'Z':
      return offset === 0 ? 'UTC' : zone(offset, '');
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case '%':
      return '%';
    default:
      return undefined;
  }
}

const DAY_MS = 86_400_000;

const dayOfYear = (date: Date) =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0)) / DAY_MS) + 1;

/** Weeks begin with `firstDay` (0 = Sunday); days before the first one are week 0. */
const weekOfYear = (date: Date, firstDay: number) =>
  Math.floor((dayOfYear(date) + 6 - ((date.getUTCDay() - firstDay + 7) % 7)) / 7);

/** Digits of a second: 3 = ms, 6 = µs; a feed's stamps go no further. */
function fraction(us: number, digits: number): string {
  const part = String(((Math.floor(us) % 1e6) + 1e6) % 1e6).padStart(6, '0');
  const wanted = Math.min(digits, WIDEST);
  return part.slice(0, wanted).padEnd(wanted, '0');
}

function ordinal(day: number): string {
  if (day >= 11 && day <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][day % 10] ?? 'th';
}

function zone(offset: number, separator: string): string {
  const size = Math.abs(offset);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${separator}${two(size % 60)}`;
}
