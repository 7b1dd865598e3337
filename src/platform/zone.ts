/** The local time of a place, by the rules of its time zone (IANA names, as Node's ICU knows them). */

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
const DAY_MS = DAY_MINUTES * MINUTE_MS;

/** By the clock on the wall there. */
export interface LocalTime {
  /** 0 = Sunday. */
  readonly weekday: number;
  /** Since its midnight, 0 to 1439. */
  readonly minute: number;
}

/**
 * The offset is kept for the span of time in which it holds, at most a day of UTC: after the first announcement of a day,
 * a zone costs an addition.
 */
export class Zone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  #offsetMs = 0;
  #fromMs = Number.POSITIVE_INFINITY;
  #untilMs = Number.NEGATIVE_INFINITY;

  /** Throws a `RangeError` on a name that is no zone. */
  constructor(name: string) {
    this.name = name;
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, hourCycle: 'h23', ...PARTS });
  }

  /** `wallMs`: epoch ms. */
  localTime(wallMs: number): LocalTime {
    const localMs = wallMs + this.offsetMs(wallMs);
    const day = Math.floor(localMs / DAY_MS);
    return {
      // 1970-01-01 was a Thursday.
      weekday: (((day + 4) % 7) + 7) % 7,
      minute: Math.floor((localMs - day * DAY_MS) / MINUTE_MS),
    };
  }

  /** Local time less UTC at that moment. */
  offsetMs(wallMs: number): number {
    if (wallMs < this.#fromMs || wallMs >= this.#untilMs) this.#look(wallMs);
    return this.#offsetMs;
  }

  #look(wallMs: number): void {
    const startMs = Math.floor(wallMs / DAY_MS) * DAY_MS;
    const [first, offset, last] = [startMs, wallMs, startMs + DAY_MS].map((ms) => this.#ask(ms));
    this.#offsetMs = offset ?? 0;
    this.#fromMs = first === offset ? startMs : this.#change(startMs, wallMs);
    this.#untilMs = last === offset ? startMs + DAY_MS : this.#change(wallMs, startMs + DAY_MS);
  }

  /** The moment between the two, whose offsets differ, from which the later one holds. No zone changes twice in a day. */
  #change(fromMs: number, untilMs: number): number {
    const before = this.#ask(fromMs);
    let [low, high] = [Math.floor(fromMs), Math.ceil(untilMs)];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#ask(middle) === before) low = middle;
      else high = middle;
    }
    return high;
  }

  #ask(wallMs: number): number {
    const wholeMs = Math.floor(wallMs / 1000) * 1000;
    const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of this.#format.formatToParts(wholeMs)) part[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second) - wholeMs;
  }
}

const PARTS = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const;

/** Of this machine, or of the process (`TZ`). */
export const machineZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Every name of a place. */
export const zoneNames = (): readonly string[] => Intl.supportedValuesOf('timeZone');

export function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/** `03:12`, `24:00`. */
export function minuteText(minute: number): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
