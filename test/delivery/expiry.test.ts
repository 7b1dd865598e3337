/** When an order is worth nothing any more: counted from the service's own stamps, from receipt to the last moment before the send. */
import { expect, test } from 'vitest';
import { expiryWith } from '../../src/delivery/content.ts';
import { deliveriesOf } from '../../src/intake.ts';
import type { Match } from '../../src/routing/router.ts';
import { announcementAt } from '../support/outbox.ts';

const BASE_MS = Date.UTC(2026, 0, 1);
const to = (destination: string): Match => ({
  rule: 'all',
  destination,
  template: undefined,
  tickers: ['ABC'],
});

test('regression: the age that the news had at receipt is taken off its maxAge, for every kind of destination', () => {
  const announcement = { ...announcementAt(0, BASE_MS), ageAtReceiptMs: 1800 };
  const push = () => undefined;
  const targets = new Map([
    ['order', { takesOrders: true, forEachTicker: true, maxTickers: 20, maxAgeMs: 5000, push }],
    ['chat', { takesOrders: false, forEachTicker: false, maxTickers: 20, maxAgeMs: 3_600_000, push }],
    ['never', { takesOrders: false, forEachTicker: false, maxTickers: 20, maxAgeMs: false as const, push }],
  ]);
  const { deliveries } = deliveriesOf(announcement, ['order', 'chat', 'never'].map(to), targets, BASE_MS);
  expect(deliveries.map(({ destination, expiresAtMs }) => [destination, expiresAtMs])).toEqual([
    ['order', BASE_MS + 3200],
    ['chat', BASE_MS + 3_598_200],
    ['never', undefined],
  ]);
});

test('news that is older than maxAge at receipt is over before it starts; an age that is less than nothing is not cut', () => {
  const at = { receivedMs: 1000, ageAtReceiptMs: 6000 };
  expect(expiryWith(5000, at)).toBe(0);
  expect(expiryWith(5000, { ...at, ageAtReceiptMs: 0 }, 50_000)).toBe(55_000);
  expect(expiryWith(false, at, 50_000)).toBeUndefined();
});
