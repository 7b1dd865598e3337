/** The duration that somebody meant who wrote it as another program, a clock or a language would. */
import { parseDuration } from '../platform/duration.ts';

const UNITS: readonly (readonly [words: RegExp, unit: string, factor: number])[] = [
  [/^(ms|msecs?|millis|milliseconds?|millisekunden?|밀리초|毫秒)$/, 'ms', 1],
  [/^(s|secs?|seconds?|sek|sekunden?|초|秒)$/, 's', 1],
  [/^(m|mins?|minutes?|minuten?|분|分|分钟)$/, 'm', 1],
  [/^(h|hrs?|hours?|std|stunden?|시간|小时)$/, 'h', 1],
  [/^(d|days?|tage?|일|天)$/, 'd', 1],
  [/^(w|wks?|weeks?|wochen?|주|周)$/, 'd', 7],
];

/** Options that people count in days. */
const IN_DAYS: ReadonlySet<unknown> = new Set(['retention', 'keyExpiresWithin']);

/** `key`: of the option. A suggestion, as a sentence; `undefined`: nobody knows. */
export function durationHint(written: string, key?: unknown): string | undefined {
  const text = written
    .trim()
    .replace(/(?<![,;])[,;]+$/, '')
    .toLowerCase()
    .replace(/^pt(?=\d)/, '')
    .replace(/(\d),(\d)/, '$1.$2');
  if (/^(never|off|none|no|unlimited|infinite|0)$/.test(text))
    return 'where it may be switched off, write false';
  if (/^0+(\.0+)?[a-z]*$/.test(text)) return 'it must be longer than nothing';
  if (text.startsWith('-')) return 'a time cannot be negative';
  if (/^\d+$/.test(text))
    return IN_DAYS.has(key) ? `did you mean ${text}d?` : `did you mean ${text}s or ${text}ms?`;
  if (parseDuration(text) !== undefined) return `did you mean ${text}?`;
  const [, alone] = UNITS.find(([words]) => words.test(text)) ?? [];
  if (alone !== undefined) return `did you mean 1${alone}?`;
  const [, minutes, seconds] = /^(\d{1,3}):(\d\d)$/.exec(text) ?? [];
  if (seconds !== undefined) return `did you mean ${minutes}m${seconds}s?`;
  const [, amount = '', word = ''] = /^(\d+(?:\.\d+)?) ?(\p{L}+)\.?$/u.exec(text) ?? [];
  const [, unit, factor = 1] = UNITS.find(([words]) => words.test(word)) ?? [];
  const meant = `${Number(amount) * factor}${unit}`;
  return unit === undefined || parseDuration(meant) === undefined ? undefined : `did you mean ${meant}?`;
}
