/** Whether a moment is within the hours of a rule. The moment is that of receipt, by the wall clock, and stays it for retries, restarts and reloads. */
import { machineZone, minuteText, Zone } from '../platform/zone.ts';
import { DAYS, type HoursRange, hoursText } from './hours.ts';
import type { WhenOptions } from './when-options.ts';

export interface Hours {
  /** `wallMs`: epoch ms. */
  includes(wallMs: number): boolean;
  /** `outside its hours: it is 03:12 on Thursday in Asia/Seoul, wanted 09:00-23:00 on mon-fri`. */
  describe(wallMs: number): string;
}

const WHOLE_DAY: HoursRange = { start: 0, end: 1440 };
const DAY_MINUTES = 1440;
const WEEK = DAYS.length;
const NAMES = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Rules of the same zone share what is known of it. */
export const sharedZones = (): ((name: string) => Zone) => {
  const zones = new Map<string, Zone>();
  return (name) => {
    const zone = zones.get(name) ?? new Zone(name);
    zones.set(name, zone);
    return zone;
  };
};

/** Throws a `RangeError` when the zone is none. */
export function compileWhen(when: WhenOptions, zoneOf = sharedZones()): Hours {
  const ranges = when.hours ?? [WHOLE_DAY];
  const isOn = DAYS.map((_, day) => when.days?.includes(day) ?? true);
  const zone = zoneOf(when.timezone ?? machineZone());
  return {
    includes(wallMs) {
      const { weekday, minute } = zone.localTime(wallMs);
      const today = isOn[weekday] === true;
      const yesterday = isOn[(weekday + WEEK - 1) % WEEK] === true;
      for (const { start, end } of ranges) {
        const isOverMidnight = end <= start;
        if (today && minute >= start && minute < (isOverMidnight ? DAY_MINUTES : end)) return true;
        if (yesterday && isOverMidnight && minute < end) return true;
      }
      return false;
    },
    describe(wallMs) {
      const { weekday, minute } = zone.localTime(wallMs);
      const wanted = [
        ...(when.hours === undefined ? [] : [when.hours.map(hoursText).join(', ')]),
        ...(when.days === undefined ? [] : [when.days.map((day) => DAYS[day]).join(', ')]),
      ];
      return `outside its hours: it is ${minuteText(minute)} on ${NAMES[weekday]} in ${zone.name}, wanted ${wanted.join(' on ')}`;
    },
  };
}

/** Without keeping anything of the zone. */
export const withinHours = (when: WhenOptions, wallMs: number): boolean => compileWhen(when).includes(wallMs);
