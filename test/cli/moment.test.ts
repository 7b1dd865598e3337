/** Moments as `--at` takes them. */
import { describe, expect, test } from 'vitest';
import { momentIn } from '../../src/cli/moment.ts';

describe('--at', () => {
  test.each<[string, number]>([
    ['2026-11-27T03:12+09:00', Date.UTC(2026, 10, 26, 18, 12)],
    ['2026-11-27 03:12:05 +0900', Date.UTC(2026, 10, 26, 18, 12, 5)],
    ['2026-11-27T03:12:05.250Z', Date.UTC(2026, 10, 27, 3, 12, 5, 250)],
    ['2026-11-27T03:12', new Date(2026, 10, 27, 3, 12).getTime()],
    ['2026-11-27', new Date(2026, 10, 27).getTime()],
  ])('%s', (text, expected) => {
    expect(momentIn(text)).toBe(expected);
  });

  test.each([
    '',
    'now',
    '03:12',
    '2026-02-30',
    '2026-02-30T03:12',
    '2026-11-27T24:30',
    '27.11.2026',
    '1764180000',
  ])('%s is refused', (text) => {
    expect(() => momentIn(text)).toThrow('--at is not a time');
  });
});
