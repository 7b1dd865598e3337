/** Times for people: by the clock on their wall, with its offset, so that nobody has to guess the zone. In JSON times are UTC. */

/** Beyond it a date has no text. https://tc39.es/ecma262/#sec-time-values-and-time-range, less a day for the offset. */
const LATEST_MS = 8.64e15 - 86_400_000;

/** `2026-11-25 14:03:20.123 +09:00`. `wallMs`: epoch ms. */
export function timeText(wallMs: number): string {
  // Of a damaged store, or of another program's answer.
  if (!(Math.abs(wallMs) < LATEST_MS)) return '?';
  const offsetMinutes = -new Date(wallMs).getTimezoneOffset();
  const local = new Date(wallMs + offsetMinutes * 60_000).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 23)} ${offsetText(offsetMinutes)}`;
}

/** The same without milliseconds. */
export const secondsText = (wallMs: number): string => timeText(wallMs).replace(/\.\d{3}/, '');

/** For lines that come as it happens: `14:03:20.123 +09`, `14:03:20.123 +05:30`. */
export function clockText(wallMs: number): string {
  const [, time = '?', offset = ''] = timeText(wallMs).split(' ');
  return `${time} ${offset.replace(/:00$/, '')}`.trimEnd();
}

/** `2026-11-25`, by the clock on the wall. */
export const dayText = (wallMs: number): string => timeText(wallMs).slice(0, 10);

function offsetText(minutes: number): string {
  const two = (part: number) => String(Math.trunc(part)).padStart(2, '0');
  const ahead = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(ahead / 60)}:${two(ahead % 60)}`;
}
