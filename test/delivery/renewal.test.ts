/** The effect of the config in force on a delivery that an earlier one has queued: each case of the rule, alone. */
import { expect, test } from 'vitest';
import type { RaisedAlert } from '../../src/alert.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import { type InForce, renewed } from '../../src/delivery/renewal.ts';
import { announcementAt, deliveriesOf } from '../support/outbox.ts';

const BASE_MS = Date.UTC(2026, 0, 1);
const announcement = { ...announcementAt(0, BASE_MS), tickers: ['ABC', 'DEF'] };
const delivery: Delivery = {
  ...(deliveriesOf(announcement, 'bot')[0] as Delivery),
  expiresAtMs: BASE_MS + 60_000,
};
const item = { delivery, attempts: 0, plain: false, notBeforeMs: 0 };
const alertItem = {
  ...item,
  delivery: { ...delivery, content: { kind: 'alert', alert: {} as RaisedAlert } } satisfies Delivery,
};

const inForce = (changed: Partial<InForce['options']> = {}, rest: Partial<InForce> = {}): InForce => ({
  options: { dryRun: false, maxAge: 60_000, onAmbiguous: 'resend', ...changed },
  forEachTicker: false,
  match: () => ({ template: undefined, tickers: ['ABC', 'DEF'] }),
  ...rest,
});
const nowhere = { match: () => undefined };

test('nothing has changed: the very same delivery', () => {
  expect(renewed(item, inForce())).toBe(delivery);
  expect(renewed(item, inForce({ maxAge: 3_600_000 })), 'a longer one brings nothing').toBe(delivery);
  expect(renewed(item, inForce({ maxAge: false }))).toBe(delivery);
});

test('an alert: dryRun and `alerts` hold it back, forEach and maxAge are about orders', () => {
  expect(renewed(alertItem, inForce({ dryRun: true }))).toEqual({ state: 'skipped', reason: 'dry_run' });
  expect(renewed(alertItem, inForce({}, nowhere))).toEqual({ state: 'skipped', reason: 'rules_changed' });
  expect(renewed(alertItem, inForce({ maxAge: 1 }, { forEachTicker: true }))).toBe(alertItem.delivery);
});

test('what may have arrived is worth more to know than any other reason, and only under drop', () => {
  const begun = { ...item, begunMs: BASE_MS };
  const buried = { state: 'dead', reason: 'may_have_arrived' };
  expect(renewed(begun, inForce({ onAmbiguous: 'drop', dryRun: true, maxAge: 1 }, nowhere))).toEqual(buried);
  expect(renewed(begun, inForce())).toBe(delivery);
});

test('the sooner end counts, from the age at receipt or from when a person asked', () => {
  const old = {
    ...item,
    delivery: { ...delivery, content: newsOf({ ...announcement, ageAtReceiptMs: 500 }) },
  };
  expect(renewed(old, inForce({ maxAge: 2000 }))).toMatchObject({ expiresAtMs: BASE_MS + 1500 });
  const late = { ...item, byHandMs: BASE_MS + 50_000 };
  expect(renewed(late, inForce({ maxAge: 2000 }))).toMatchObject({ expiresAtMs: BASE_MS + 52_000 });
  const never = { ...item, delivery: { ...delivery, expiresAtMs: undefined } };
  expect(renewed(never, inForce({ maxAge: 2000 }))).toMatchObject({ expiresAtMs: BASE_MS + 2000 });
});

test.each([
  ['no ticker', undefined, true, { reason: 'no_ticker' }],
  ['its ticker', 'DEF', true, { ticker: 'DEF' }],
  ['a ticker that the rule leaves out', 'USDT', true, { reason: 'rules_changed' }],
  ['the first ticker, forEach is off', 'ABC', false, { ticker: 'ABC' }],
  ['another ticker, forEach is off', 'DEF', false, { reason: 'for_each_off' }],
] as const)('forEach: %s', (_, ticker, forEachTicker, expected) => {
  const one = { ...item, delivery: { ...delivery, ticker } };
  expect(renewed(one, inForce({}, { forEachTicker }))).toMatchObject(expected);
});

test('regression: a smaller maxTickers holds for the orders that wait: of the first ones, as at receipt', () => {
  const endOf = (ticker: string, changed: object = {}) =>
    renewed(
      { ...item, ...changed, delivery: { ...delivery, ticker } },
      inForce({}, { forEachTicker: true, maxTickers: 1 }),
    );
  expect(endOf('ABC')).toMatchObject({ ticker: 'ABC' });
  expect(endOf('DEF')).toEqual({ state: 'skipped', reason: 'max_tickers' });
  expect(endOf('DEF', { byHandMs: BASE_MS })).toMatchObject({ ticker: 'DEF' });
});

test('by hand: no rule has to want it, but dryRun and a missing ticker hold', () => {
  const byHand = { ...item, byHandMs: BASE_MS + 1 };
  expect(renewed(byHand, inForce({}, nowhere))).toMatchObject({ id: delivery.id, template: undefined });
  expect(renewed(byHand, inForce({ dryRun: true }, nowhere))).toMatchObject({ reason: 'dry_run' });
  expect(renewed(byHand, inForce({}, { ...nowhere, forEachTicker: true }))).toMatchObject({
    reason: 'no_ticker',
  });
  const redacted = {
    ...byHand,
    delivery: { ...delivery, ticker: 'ABC', content: newsOf({ ...announcement, redacted: true }) },
  };
  expect(renewed(redacted, inForce({}, { forEachTicker: true }))).toMatchObject({ reason: 'no_ticker' });
});

test('the template is that of the rule in force; without one, the one it was queued with', () => {
  const queued = { ...item, delivery: { ...delivery, template: 'old' } };
  const match = () => ({ template: 'new', tickers: ['ABC'] });
  expect(renewed(queued, inForce({}, { match }))).toMatchObject({ template: 'new' });
  expect(renewed({ ...queued, byHandMs: BASE_MS }, inForce({}, nowhere))).toMatchObject({ template: 'old' });
});
