/** Which deliveries a mute holds back, and until when. */
import { describe, expect, test } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import type { Mute, Muted } from '../../src/mutes/mute.ts';
import { Mutes } from '../../src/mutes/mutes.ts';
import { MOST_TICKERS } from '../../src/routing/subject.ts';
import { announcementOf } from '../destinations/render-support.ts';

const NOW = 1_000_000;
let id = 0;
const mute = (kind: Muted['kind'], name: string, more: Partial<Mute> = {}): Mute => ({
  ...{ id: ++id, kind, name, sinceMs: NOW - 5000, untilMs: NOW + 60_000, reason: undefined },
  ...more,
});

const mutesOf = (...all: readonly Mute[]): Mutes => {
  const mutes = new Mutes();
  mutes.take(all);
  return mutes;
};

const deliveryOf = (tickers: readonly string[], more: Partial<Delivery & Announcement> = {}): Delivery =>
  ({
    ...{ id: 'x', rule: 'korean', destination: 'bot', template: undefined, ticker: undefined },
    ...{ importance: 1, expiresAtMs: undefined },
    content: newsOf({ ...announcementOf(), tickers, ...more }),
    ...more,
  }) as Delivery;

const isHeld = (mutes: Mutes, delivery: Delivery, nowMs = NOW) => mutes.hold(delivery, nowMs) !== undefined;

test('by ticker, rule and destination; names are those of the config, tickers in any letters', () => {
  const one = deliveryOf(['ABC']);
  for (const muted of [mute('ticker', 'ABC'), mute('rule', 'korean'), mute('destination', 'bot')])
    expect(isHeld(mutesOf(muted), one), muted.kind).toBe(true);
  for (const muted of [mute('ticker', 'ABCD'), mute('rule', 'Korean'), mute('destination', 'Bot')])
    expect(isHeld(mutesOf(muted), one), muted.kind).toBe(false);
  for (const written of ['abc', 'Abc', 'ＡＢＣ', ' ABC '])
    expect(isHeld(mutesOf(mute('ticker', 'ABC')), deliveryOf([written])), written).toBe(true);
  // A rule that is named as a ticker, and the other way round.
  expect(isHeld(mutesOf(mute('rule', 'ABC')), one)).toBe(false);
  expect(isHeld(mutesOf(mute('ticker', 'BOT')), one)).toBe(false);
});

describe('a message about several tickers', () => {
  const both = mutesOf(mute('ticker', 'ABC', { untilMs: NOW + 100 }), mute('ticker', 'DEF'));
  test.each<[readonly string[], boolean]>([
    [['ABC'], true],
    [['ABC', 'DEF'], true],
    [['DEF', 'ABC', 'DEF'], true],
    [['ABC', 'OTHER'], false],
    [['OTHER', 'ABC'], false],
    [['OTHER'], false],
    [[], false],
  ])('%j: %s', (tickers, held) => {
    expect(isHeld(both, deliveryOf(tickers))).toBe(held);
  });

  test('is held back for as long as all of them are muted', () => {
    expect(isHeld(both, deliveryOf(['ABC', 'DEF']), NOW + 99)).toBe(true);
    expect(isHeld(both, deliveryOf(['ABC', 'DEF']), NOW + 100)).toBe(false);
    expect(both.hold(deliveryOf(['DEF', 'ABC']), NOW)?.detail).toContain('ticker ABC');
  });

  test('about more than are looked at is sent', () => {
    const many = Array.from({ length: MOST_TICKERS + 1 }, (_, n) => (n < MOST_TICKERS ? 'ABC' : 'OTHER'));
    expect(isHeld(both, deliveryOf(many))).toBe(false);
  });
});

test('under `forEach` a request is about its own ticker', () => {
  const mutes = mutesOf(mute('ticker', 'ABC'));
  expect(isHeld(mutes, deliveryOf(['ABC', 'DEF'], { ticker: 'abc' }))).toBe(true);
  expect(isHeld(mutes, deliveryOf(['ABC', 'DEF'], { ticker: 'DEF' }))).toBe(false);
});

test('alerts of the bridge itself are never held back', () => {
  const content = { kind: 'alert', alert: {} } as unknown as Delivery['content'];
  const mutes = mutesOf(mute('destination', 'bot'), mute('rule', 'alerts'));
  expect(isHeld(mutes, { ...deliveryOf([]), rule: 'alerts', content })).toBe(false);
});

test('it ends at its moment; without any nobody needs to ask', () => {
  const mutes = mutesOf(mute('destination', 'bot', { untilMs: NOW + 10 }));
  expect(mutes.areOn).toBe(true);
  expect(isHeld(mutes, deliveryOf([]), NOW + 9)).toBe(true);
  expect(isHeld(mutes, deliveryOf([]), NOW + 10)).toBe(false);
  expect(mutes.inForce(NOW + 9)).toHaveLength(1);
  expect(mutes.inForce(NOW + 10)).toEqual([]);
  mutes.take([]);
  expect(mutes.areOn).toBe(false);
  expect(isHeld(mutes, deliveryOf([]))).toBe(false);
});

test('says which one it is, for how long, and why', () => {
  const korean = mute('rule', 'korean', { id: 7, untilMs: NOW + 3_480_000, reason: 'too chatty' });
  const mutes = mutesOf(korean);
  expect(mutes.hold(deliveryOf(['ABC']), NOW)).toEqual({
    reason: 'muted',
    detail: 'rule "korean" is muted for another 58m (mute 7: too chatty)',
    heldBy: korean,
  });
});
