/** Hours and days as people write them: `09:00-23:00`, `mon-fri`. For what is written otherwise, the form that was probably meant. */
import { minuteText } from '../platform/zone.ts';

/** Minutes since midnight; an `end` that is not after `start` is on the next day. */
export interface HoursRange {
  readonly start: number;
  /** Exclusive, at most 1440. */
  readonly end: number;
}

const DAY_MINUTES = 1440;

/** `undefined`: not of the form `9:00-17:00`. An empty range is one too. */
export function parseHours(text: string): HoursRange | undefined {
  const found = /^(\d{1,2}):(\d\d) ?- ?(\d{1,2}):(\d\d)$/.exec(text.trim());
  if (found === null) return undefined;
  const [startHour, startMinute, endHour, endMinute] = found.slice(1).map(Number);
  const start = minuteOf(startHour, startMinute);
  const end = minuteOf(endHour, endMinute);
  return start === undefined || end === undefined || start === DAY_MINUTES ? undefined : { start, end };
}

/** `undefined`: no time of a day. */
function minuteOf(hour = Number.NaN, minute = 0): number | undefined {
  const at = hour * 60 + minute;
  return minute < 60 && at >= 0 && at <= DAY_MINUTES ? at : undefined;
}

export const hoursText = ({ start, end }: HoursRange): string => `${minuteText(start)}-${minuteText(end)}`;

const LOOSE =
  /^(?:from )?(\d{1,2})(?:[:.h]?(\d\d))?h?(?::\d\d)? ?([ap])?\.?m?\.?(?: ?(?:[-–—−~→/]|\.\.|to|until|till|bis) ?)(\d{1,2})(?:[:.h]?(\d\d))?h?(?::\d\d)? ?([ap])?\.?m?\.?$/;

/** `9am-5pm`, `9-17`, `09.00 – 17.00`, `0900-1700` → `09:00-17:00`. */
export function meantHours(text: string): string | undefined {
  const found = LOOSE.exec(text.trim().toLowerCase().replaceAll(/\s+/g, ' '));
  if (found === null) return undefined;
  const [, startHour, startMinute, startHalf = found[6], endHour, endMinute, endHalf] = found;
  // `9-5pm` is from the morning on.
  const isToNextHalf = found[3] === undefined && Number(startHour) % 12 > Number(endHour) % 12;
  const half = isToNextHalf ? (startHalf === 'p' ? 'a' : startHalf) : startHalf;
  const start = minuteOf(in24(startHour, half), Number(startMinute ?? 0));
  const end = minuteOf(in24(endHour, endHalf), Number(endMinute ?? 0));
  if (start === undefined || end === undefined || start === end || start === DAY_MINUTES) return undefined;
  return hoursText({ start, end });
}

function in24(hour: string | undefined, half: string | undefined): number {
  const number = Number(hour);
  if (half === undefined) return number;
  if (number < 1 || number > 12) return Number.NaN;
  return (number % 12) + (half === 'p' ? 12 : 0);
}

/** In the order of `Date.getUTCDay`. */
export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const LONG = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
/** Other short forms of the same. */
const SHORT: Readonly<Record<string, number>> = { tues: 2, weds: 3, thur: 4, thurs: 4 };

const WEEK = DAYS.length;

function dayOf(word: string): number | undefined {
  const folded = word.trim().toLowerCase().replace(/\.$/, '');
  const place = [DAYS.indexOf(folded as (typeof DAYS)[number]), LONG.indexOf(folded)].find((at) => at >= 0);
  return place ?? (Object.hasOwn(SHORT, folded) ? SHORT[folded] : undefined);
}

/** `mon`, `Monday`, `mon-fri`, `fri-mon` → its days, 0 = Sunday; `undefined`: it names none. */
export function parseDays(text: string): readonly number[] | undefined {
  const [from = '', to, ...more] = text.split('-');
  const first = dayOf(from);
  const last = to === undefined ? first : dayOf(to);
  if (first === undefined || last === undefined || more.length > 0) return undefined;
  return Array.from({ length: ((last - first + WEEK) % WEEK) + 1 }, (_, step) => (first + step) % WEEK);
}

const WORDS: Readonly<Record<string, string>> = {
  weekday: '[mon-fri]',
  weekdays: '[mon-fri]',
  workdays: '[mon-fri]',
  'business days': '[mon-fri]',
  weekend: '[sat, sun]',
  weekends: '[sat, sun]',
};

/** `weekdays`, `mon, wed`, `mon to fri`, `1-5` → the list that is meant. */
export function meantDays(text: string): string | undefined {
  const folded = text.trim().toLowerCase();
  if (Object.hasOwn(WORDS, folded)) return WORDS[folded];
  const parts = folded
    .replaceAll(/(?:(?<!\s)\s+)?(?:[–—−~]|\.\.|(?<=\s)(?:to|through|bis)(?=\s))\s*/g, '-')
    .split(/[\s,;|/&]+|\band\b/)
    .filter((part) => part !== '');
  const named = parts.map((part) => part.replaceAll(/\d+/g, (digit) => DAYS[Number(digit) % WEEK] ?? digit));
  const meant = named.map((part) => shortened(part));
  return meant.length > 0 && meant.every((part) => part !== undefined) ? `[${meant.join(', ')}]` : undefined;
}

/** With a word cut or extended to a day: `mondays`, `mond`. */
function shortened(part: string): string | undefined {
  const words = part.split('-').map((word) => DAYS[dayOf(word) ?? DAYS.indexOf(word.slice(0, 3) as 'mon')]);
  return words.every((word) => word !== undefined) ? words.join('-') : undefined;
}
