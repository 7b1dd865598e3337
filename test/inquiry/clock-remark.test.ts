/** The clock of this machine against others: the one in the middle decides. */
import { expect, test } from 'vitest';
import { clockRemark } from '../../src/inquiry/clock-remark.ts';

const of = (aheadMs: Readonly<Record<string, number>>) => {
  const remark = clockRemark(new Map(Object.entries(aheadMs)));
  return remark && `${remark.mark}: ${remark.text} [${remark.code}]`;
};

const ADVICE =
  'Set up time synchronisation. Nothing expires because of it, but the latencies shown are wrong. Receivers refuse signed requests whose time is minutes off.';

test('nobody has answered with a time: nothing is known', () => {
  expect(of({})).toBeUndefined();
});

test.each([
  [{ 'a.test': 1200 }, "good: this machine's clock agrees with a.test. [clock]"],
  [{ 'a.test': -2000 }, "good: this machine's clock agrees with a.test. [clock]"],
  [{ 'a.test': 2001 }, `warning: this machine's clock is 2s ahead of a.test. ${ADVICE} [clock_skew]`],
  [
    { 'a.test': -3_600_400, 'b.test': -3_600_900 },
    `warning: this machine's clock is 1h behind b.test, a.test. ${ADVICE} [clock_skew]`,
  ],
  [
    { 'odd.test': 86_400_000, 'a.test': 300, 'b.test': 900 },
    "good: this machine's clock agrees with a.test, b.test. [clock]",
  ],
  [
    { 'odd.test': 0, 'a.test': 60_000, 'b.test': 60_500, 'c.test': 60_700, 'd.test': 61_000 },
    `warning: this machine's clock is 1m1s ahead of a.test, b.test, c.test and 1 more. ${ADVICE} [clock_skew]`,
  ],
])('%o', (aheadMs, expected) => {
  expect(of(aheadMs)).toBe(expected);
});
