/** How long a server asks us to wait. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { farEndWallMs, LONGEST_WAIT_MS, retryAfterMs } from '../../src/http/retry-after.ts';

const NOW = Date.parse('1994-11-06T08:49:30Z');

describe('Retry-After', () => {
  test.each([
    ['120', 120_000],
    ['0.5', 500],
    [' 3 ', 3000],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 7000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 7000],
    ['Sun Nov  6 08:49:37 1994', 7000],
    ['99999999999999999999', LONGEST_WAIT_MS],
  ])('%s', (header, expectedMs) => {
    expect(retryAfterMs(header, NOW)).toBe(expectedMs);
  });

  test.each([
    '',
    '0',
    '-1',
    'soon',
    '1e9',
    'Infinity',
    '5 apples',
    'Sun, 06 Nov 1994 08:49:20 GMT',
    'Sun, 99 Nov 1994 08:49:37 GMT',
  ])('"%s" says nothing usable', (header) => {
    expect(retryAfterMs(header, NOW)).toBeUndefined();
  });

  test('absent, or several', () => {
    expect(retryAfterMs(undefined, NOW)).toBeUndefined();
    expect(retryAfterMs(['4', '9'], NOW)).toBe(4000);
  });

  test.each([
    ['an hour behind', NOW - 3_600_000],
    ['right', NOW],
    ['an hour ahead', NOW + 3_600_000],
  ])('regression: a date is by the clock of the far end, whatever ours says: %s', (_, wallMs) => {
    const headers = { date: 'Sun, 06 Nov 1994 08:49:30 GMT', retry: 'Sun, 06 Nov 1994 08:49:37 GMT' };
    expect(retryAfterMs(headers.retry, farEndWallMs(headers, wallMs))).toBe(7000);
  });

  test.each([undefined, '', 'now', 'Sun, 99 Nov 1994 08:49:37 GMT'])(
    'a far end that dates its answer "%s"',
    (date) => {
      expect(farEndWallMs({ date }, NOW)).toBe(NOW);
    },
  );

  test('is never negative, endless or not a number, whatever is sent', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.date().map(String)), (header) => {
        const waitMs = retryAfterMs(header, NOW);
        if (waitMs !== undefined) expect(waitMs > 0 && waitMs <= LONGEST_WAIT_MS).toBe(true);
      }),
    );
  });

  test('a date gives the whole seconds that it is away', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: LONGEST_WAIT_MS / 1000 }), (seconds) => {
        const date = new Date(NOW + seconds * 1000).toUTCString();
        expect(retryAfterMs(date, NOW)).toBe(seconds * 1000);
      }),
    );
  });
});
