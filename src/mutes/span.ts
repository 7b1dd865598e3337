/** For how long a mute holds, as a person writes it: `1h`, or until `18:00`, `2026-11-27T09:00+09:00`. Pure. */
import { formatDuration, parseDuration } from '../platform/duration.ts';
import { momentMs } from '../platform/moment.ts';
import { printable } from '../platform/printable.ts';
import { secondsText } from '../platform/time-text.ts';

/** As amtool has it. https://github.com/prometheus/alertmanager#amtool */
const DEFAULT_FOR = '1h';

/** Shorter is over before a running bridge has taken it up. */
const SHORTEST_MS = 1000;

/** For more than that a change of the config is better. */
const LONGEST_MS = 365 * 86_400_000;

const TIME_OF_DAY = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;

export interface Lasting {
  readonly for?: string | undefined;
  readonly until?: string | undefined;
}

export interface BadTime {
  readonly problem: string;
  readonly code: 'bad_time';
}

/** In ms from `wallMs` on. */
export function muteSpan({ for: given, until }: Lasting, wallMs: number): number | BadTime {
  if (given !== undefined && until !== undefined)
    return bad('give either for how long (for) or until when (until), not both');
  if (until !== undefined) return untilThen(until, wallMs);
  const text = (given ?? DEFAULT_FOR).trim();
  const spanMs = parseDuration(text);
  if (spanMs === undefined) return bad(`${quoted(text)} is not a duration: write it as 30m, 1h or 3d`);
  if (spanMs < SHORTEST_MS) return bad(`a mute lasts at least ${formatDuration(SHORTEST_MS)}, not ${text}`);
  return withinBounds(spanMs);
}

function untilThen(written: string, wallMs: number): number | BadTime {
  const text = written.trim();
  const endMs = nextTimeOfDay(text, wallMs) ?? momentMs(text);
  if (endMs === undefined)
    return bad(
      `${quoted(text)} is not a time: write it as 18:00, 2026-11-27T18:00 or 2026-11-27T18:00+09:00`,
    );
  if (endMs <= wallMs) return bad(`${text} is over: it is ${secondsText(wallMs)} now`);
  return withinBounds(Math.max(SHORTEST_MS, endMs - wallMs));
}

/** By the clock of this machine: today, or tomorrow when it is over. */
function nextTimeOfDay(text: string, wallMs: number): number | undefined {
  const [, hours, minutes, seconds = '0'] = TIME_OF_DAY.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) return undefined;
  const end = new Date(wallMs);
  end.setHours(Number(hours), Number(minutes), Number(seconds), 0);
  if (end.getTime() <= wallMs) end.setDate(end.getDate() + 1);
  return end.getTime();
}

const withinBounds = (spanMs: number): number | BadTime =>
  spanMs <= LONGEST_MS
    ? spanMs
    : bad(
        `a mute lasts at most ${formatDuration(LONGEST_MS)}: change the rules or remove the destination for what is never wanted`,
      );

const bad = (problem: string): BadTime => ({ problem, code: 'bad_time' });

const quoted = (text: string): string => printable(JSON.stringify(text));
