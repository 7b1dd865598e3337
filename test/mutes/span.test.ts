/** For how long a mute holds, as it is written. */
import { expect, test } from 'vitest';
import { type Lasting, muteSpan } from '../../src/mutes/span.ts';

const HOUR = 3_600_000;
const NOW = new Date(2026, 10, 26, 12, 30).getTime();
const at = (day: number, hours: number, minutes = 0) =>
  new Date(2026, 10, day, hours, minutes).getTime() - NOW;

test.each<[Lasting, number]>([
  [{}, HOUR],
  [{ for: '30m' }, HOUR / 2],
  [{ for: ' 1h30m ' }, 1.5 * HOUR],
  [{ for: '1s' }, 1000],
  [{ for: '365d' }, 365 * 24 * HOUR],
  [{ until: '18:00' }, at(26, 18)],
  [{ until: '12:30:30' }, 30_000],
  [{ until: '12:30' }, at(27, 12, 30)],
  [{ until: '9:05' }, at(27, 9, 5)],
  [{ until: '2026-11-27T09:00' }, at(27, 9)],
  [{ until: '2026-11-27' }, at(27, 0)],
  [{ until: '2026-11-28T09:00+09:00' }, Date.UTC(2026, 10, 28) - NOW],
])('%j', (lasting, spanMs) => {
  expect(muteSpan(lasting, NOW)).toBe(spanMs);
});

test.each<[Lasting, RegExp]>([
  [{ for: '0' }, /^"0" is not a duration: write it as 30m, 1h or 3d$/],
  [{ for: '60' }, /not a duration/],
  [{ for: '-1h' }, /not a duration/],
  [{ for: '1w' }, /not a duration/],
  [{ for: '' }, /not a duration/],
  [{ for: 'ever' }, /not a duration/],
  [{ for: '0s' }, /at least 1s, not 0s/],
  [{ for: '500ms' }, /at least 1s/],
  [{ for: '366d' }, /at most 365d: change the rules/],
  [{ for: `${'9'.repeat(400)}d` }, /not a duration|at most/],
  [{ for: '1h', until: '18:00' }, /not both/],
  [{ until: '2026-11-26T12:30' }, /is over: it is 2026-11-26 12:30:00 /],
  [{ until: '2025-01-01' }, /is over/],
  [{ until: '2028-01-01' }, /at most 365d/],
  [{ until: '25:00' }, /is not a time: write it as 18:00, /],
  [{ until: 'tomorrow' }, /is not a time/],
  [{ until: '1h' }, /is not a time/],
])('%j is refused', (lasting, problem) => {
  expect(muteSpan(lasting, NOW)).toEqual({ code: 'bad_time', problem: expect.stringMatching(problem) });
});
