/** The deliveries that a cooldown holds back, and for how long, in whatever order it hears of them. */
import { describe, expect, test } from 'vitest';
import { type CooldownStore, Cooldowns } from '../../src/cooldown/cooldowns.ts';
import { type Kinds, MOST_COOLDOWNS, Places } from '../../src/cooldown/places.ts';
import { newsOf } from '../../src/delivery/content.ts';
import { type Delivery, type PendingDelivery, REPLAYED, unattempted } from '../../src/delivery/delivery.ts';
import { deliveriesOf, type Target } from '../../src/intake.ts';
import type { Sent } from '../../src/outbox/outbox.ts';
import { rulesOptions } from '../../src/routing/options.ts';
import { compileRules } from '../../src/routing/router.ts';
import { announcementAt } from '../support/outbox.ts';

const BASE_MS = Date.UTC(2026, 5, 1);
const HOUR = 3_600_000;

const target = (forEachTicker: boolean): Target => ({
  ...{ forEachTicker, takesOrders: forEachTicker, maxAgeMs: HOUR },
  push: () => undefined,
});
const TARGETS = new Map([
  ['bot', target(true)],
  ['bot2', target(true)],
  ['chat', target(false)],
]);

const EMPTY: CooldownStore = { sentBy: () => [], openness: () => new Map() };

/** Sends what may leave, and it arrives. */
function bridgeOf(rules: unknown, store = EMPTY) {
  const router = compileRules(rulesOptions.parse(rules));
  const cooldowns = new Cooldowns(store, { monotonicMs: () => BASE_MS });
  cooldowns.follow(router.cooldowns);
  let count = 0;
  const plan = (atMs: number, more: object) => {
    const announcement = { ...announcementAt(atMs + count++ / 1000, BASE_MS), ...more };
    return deliveriesOf(announcement, router.route(announcement).matches, TARGETS, BASE_MS + atMs).deliveries;
  };
  const announce = (atMs: number, more: object): readonly string[] =>
    plan(atMs, more).flatMap((delivery) => {
      const standing = cooldowns.standing(unattempted(delivery), BASE_MS + atMs);
      if (standing !== 'free') return [];
      cooldowns.settled(unattempted(delivery), 'delivered');
      return `${delivery.destination} ${delivery.ticker ?? ''}`.trim();
    });
  return { cooldowns, router, plan, announce };
}

const RULE = { name: 'orders', match: {}, cooldown: { by: 'ticker', for: '24h' }, send: ['bot'] };

describe('what is held, for people', () => {
  test('by whom, of what, until when; the newest first, and nothing that is over', () => {
    const { cooldowns, announce } = bridgeOf([
      { ...RULE, match: { publisher: 'upbit' } },
      {
        ...RULE,
        name: 'short',
        match: { publisher: 'binance' },
        cooldown: { by: 'rule', for: '1h' },
        send: ['chat'],
      },
    ]);
    announce(0, { publisher: 'upbit', tickers: ['abc'] });
    announce(1000, { publisher: 'binance' });
    const orders = { rule: 'orders', destination: 'bot', by: 'ticker', kind: 'ABC', isSent: true };
    expect(cooldowns.shown(BASE_MS + 2000)).toEqual([
      {
        ...{ rule: 'short', destination: 'chat', by: 'rule', isSent: true, sinceMs: 1000 },
        ...{ leftMs: HOUR - 1000, announcement: expect.any(String) },
      },
      { ...orders, sinceMs: 2000, leftMs: 24 * HOUR - 2000, announcement: expect.any(String) },
    ]);
    expect(cooldowns.shown(BASE_MS + HOUR + 1000)).toMatchObject([orders]);
    expect(cooldowns.shown(BASE_MS + 24 * HOUR)).toEqual([]);
  });

  test('one whose fate is open is shown as that; of many the latest 50', () => {
    const { cooldowns, plan, announce } = bridgeOf([RULE]);
    const [first] = plan(0, { tickers: ['OPEN'] });
    if (first === undefined) throw new Error('nothing is planned');
    cooldowns.standing(unattempted(first), BASE_MS);
    expect(cooldowns.shown(BASE_MS + 1)).toMatchObject([{ kind: 'OPEN', isSent: false }]);
    for (let n = 0; n < 60; n++) announce(1 + n, { tickers: [`T${n}`] });
    const shown = cooldowns.shown(BASE_MS + 100);
    expect([shown.length, shown[0]?.kind, shown.at(-1)?.kind]).toEqual([50, 'T59', 'T10']);
  });
});

describe('by ticker', () => {
  test('a message for all of them leaves while one is new, and always without tickers', () => {
    const { announce } = bridgeOf([{ ...RULE, send: ['chat'], match: { ticker: { not: 'USDT' } } }]);
    const sent = (atMs: number, ...tickers: string[]) => announce(atMs, { tickers }).length;
    expect([
      sent(0, 'ABC', 'USDT'),
      sent(1, 'abc'),
      sent(2, 'ABC', 'NEW'),
      sent(3, 'NEW', 'ＡＢＣ'),
      // Of those that the rule would send.
      sent(4, 'ABC', 'USDT'),
    ]).toEqual([1, 0, 1, 0, 0]);
    const all = bridgeOf([{ ...RULE, send: ['chat'] }]);
    expect(all.announce(0, { tickers: [] })).toEqual(all.announce(1, { tickers: [] }));
  });

  test('under forEach those that were not sent yet are', () => {
    const { announce } = bridgeOf([RULE]);
    expect(announce(0, { tickers: ['ABC'] })).toEqual(['bot ABC']);
    expect(announce(1, { tickers: ['XYZ', 'ABC', 'NEW'] })).toEqual(['bot XYZ', 'bot NEW']);
  });

  test('each destination for itself, and a rule does not hold back another', () => {
    const { announce } = bridgeOf([
      { ...RULE, match: { publisher: 'upbit' } },
      { name: 'others', match: { publisher: 'binance' }, send: ['bot', 'bot2'] },
    ]);
    expect(announce(0, { publisher: 'upbit' })).toEqual(['bot ABC']);
    expect(announce(1, { publisher: 'upbit' })).toEqual([]);
    expect(announce(2, { publisher: 'binance' })).toEqual(['bot ABC', 'bot2 ABC']);
  });

  test('a destination that is held back gets it by no later rule', () => {
    const { announce } = bridgeOf([RULE, { name: 'rest', match: {}, send: ['bot', 'chat'] }]);
    expect(announce(0, {})).toEqual(['bot ABC', 'chat']);
    expect(announce(1, {})).toEqual(['chat']);
  });
});

test('by title: as people read it; none without one', () => {
  const { announce } = bridgeOf([{ ...RULE, cooldown: { by: 'title', for: '1h' }, send: 'chat' }]);
  const sent = (atMs: number, title: string) => announce(atMs, { title }).length;
  expect([
    sent(0, 'One'),
    sent(1, ' one '),
    sent(2, 'two'),
    sent(3, ''),
    sent(4, ''),
    sent(HOUR, 'ONE'),
  ]).toEqual([1, 0, 1, 1, 1, 1]);
});

test('by rule', () => {
  const { announce } = bridgeOf([{ ...RULE, cooldown: { by: 'rule', for: '1h' }, send: 'chat' }]);
  expect([0, 1, HOUR - 1, HOUR].map((atMs) => announce(atMs, {}).length)).toEqual([1, 0, 0, 1]);
});

test('a self-test neither starts one nor meets one', () => {
  const { announce } = bridgeOf([{ ...RULE, match: { test: [true, false] } }]);
  expect([true, false, true, false].map((test, atMs) => announce(atMs, { test }).length)).toEqual([
    1, 1, 1, 0,
  ]);
});

test('a redacted announcement can be told from another by rule only', () => {
  for (const [by, sent] of [
    ['title', 1],
    ['ticker', 1],
    ['rule', 0],
  ] as const) {
    const { announce } = bridgeOf([{ ...RULE, cooldown: { by, for: '1h' }, send: 'chat' }]);
    const redacted = { redacted: true, title: '███', tickers: ['███'] };
    expect([announce(0, redacted).length, announce(1, redacted).length]).toEqual([1, sent]);
  }
});

test('of a delivery that waits for longer than the time, and one that came after it, neither holds back the other', () => {
  const { cooldowns, plan } = bridgeOf([{ ...RULE, cooldown: { by: 'ticker', for: '1h' } }]);
  const [first] = plan(0, {});
  const [second] = plan(2 * HOUR, {});
  const [third] = plan(2 * HOUR + 1, {});
  const standing = (delivery: Delivery | undefined) =>
    delivery && cooldowns.standing(unattempted(delivery), BASE_MS);
  expect([first, second, first, third].map(standing)).toEqual(['free', 'free', 'free', 'behind']);
});

test('in words: what was sent, when, by which announcement, and until when', () => {
  const { cooldowns, announce, plan } = bridgeOf([RULE]);
  announce(0, { id: 'first' });
  const [second] = plan(HOUR, {});
  if (second === undefined) throw new Error('nothing was planned');
  expect(cooldowns.standing(unattempted(second), BASE_MS + HOUR)).toMatchObject({
    reason: 'cooldown',
    detail: 'ABC was sent here 1h ago by rule "orders" (announcement first); its cooldown lasts another 23h',
    heldBy: {
      ...{ rule: 'orders', kind: 'ABC', announcementId: 'first' },
      ...{ sinceMs: BASE_MS, untilMs: BASE_MS + 24 * HOUR },
    },
  });
});

describe('the store', () => {
  const sentBefore = (isOpen: boolean): Sent[] =>
    bridgeOf([RULE])
      .plan(-HOUR, {})
      .map((delivery) => ({ delivery, isOpen }));

  test('what it has counts; while it cannot be read, what is known of this process does', () => {
    let sent: readonly Sent[] | undefined;
    const store: CooldownStore = { ...EMPTY, sentBy: () => sent };
    const { announce, cooldowns } = bridgeOf([RULE], store);
    expect(announce(0, { tickers: ['XYZ'] })).toEqual(['bot XYZ']);
    sent = sentBefore(false);
    cooldowns.read();
    expect(announce(1, { tickers: ['ABC', 'XYZ', 'NEW'] })).toEqual(['bot NEW']);
  });

  test('it is read when a rule needs it, and no more', () => {
    const asked: (readonly string[])[] = [];
    const store: CooldownStore = { ...EMPTY, sentBy: (rules) => (asked.push(rules) > 0 ? [] : []) };
    const { cooldowns, router } = bridgeOf([RULE], store);
    cooldowns.follow(router.cooldowns);
    cooldowns.read();
    expect(asked).toEqual([['orders']]);
    cooldowns.follow(new Map());
    cooldowns.follow(router.cooldowns);
    expect(asked).toHaveLength(2);
  });

  test('a rule of another name begins its own; under its old name it knows again what it has sent', () => {
    const [before] = sentBefore(false);
    const store: CooldownStore = {
      ...EMPTY,
      sentBy: (rules) => (before && rules.includes(before.delivery.rule) ? [before] : []),
    };
    const { cooldowns, router } = bridgeOf([RULE], store);
    const named = (name: string) => {
      const other = bridgeOf([{ ...RULE, name }]);
      cooldowns.follow(other.router.cooldowns);
      return (atMs: number) => unattempted(only(other.plan(atMs, {})));
    };
    expect(cooldowns.size).toBe(1);
    const renamed = named('buys');
    expect(cooldowns.size, 'nothing is known of a name that is gone').toBe(0);
    expect([renamed(0), renamed(1)].map((one) => cooldowns.standing(one, BASE_MS))).toEqual([
      'free',
      'behind',
    ]);
    cooldowns.follow(router.cooldowns);
    expect(cooldowns.standing(named('orders')(2), BASE_MS)).toMatchObject({ reason: 'cooldown' });
  });

  test('so much of it is read that a start takes no second', () => {
    const limits: number[] = [];
    bridgeOf([RULE], {
      ...EMPTY,
      sentBy: (_rules, _nowMs, _spanMs, limit) => (limits.push(limit) > 0 ? [] : []),
    });
    expect(limits).toEqual([50_000]);
  });

  test('of a process that died whatever waits may have left', () => {
    for (const mayHaveLeftMs of [0, BASE_MS]) {
      const [sent] = sentBefore(true);
      const store: CooldownStore = { ...EMPTY, sentBy: () => (sent ? [sent] : []) };
      const cooldowns = new Cooldowns(store, { monotonicMs: () => BASE_MS }, mayHaveLeftMs);
      const { router, plan } = bridgeOf([RULE]);
      cooldowns.follow(router.cooldowns);
      const [next] = plan(0, {});
      if (sent === undefined || next === undefined) throw new Error('nothing was planned');
      cooldowns.settled(unattempted(sent.delivery), 'expired');
      expect(cooldowns.standing(unattempted(next), BASE_MS)).toEqual(
        mayHaveLeftMs === 0 ? 'free' : expect.objectContaining({ reason: 'cooldown' }),
      );
    }
  });
});

test('however many tickers come, so many are remembered, the latest', () => {
  const { cooldowns, plan } = bridgeOf([RULE]);
  const [delivery] = plan(0, {});
  if (delivery === undefined) throw new Error('nothing was planned');
  const at = (n: number, atMs: number): Delivery => ({
    ...delivery,
    ...{ key: `k-${n}`, ticker: `T${n}` },
    content: newsOf(announcementAt(atMs, BASE_MS)),
  });
  for (let n = 0; n < MOST_COOLDOWNS + 10; n++) cooldowns.settled(unattempted(at(n, 0)), 'delivered');
  expect(cooldowns.size).toBe(MOST_COOLDOWNS);
  const later = { ...at(MOST_COOLDOWNS + 9, 1), key: 'later' };
  expect(cooldowns.standing(unattempted(later), BASE_MS)).toMatchObject({ reason: 'cooldown' });
});

describe('deliveries that wait for longer than the time', () => {
  const short = (store = EMPTY) => bridgeOf([{ ...RULE, cooldown: { by: 'ticker', for: '2s' } }], store);

  test('regression: each is compared with those of its own time, whatever came later', () => {
    const { cooldowns, plan } = short();
    const [first, second, third] = [0, 1000, 2500].map((atMs) => unattempted(only(plan(atMs, {}))));
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('nothing was planned');
    const standings = () => [first, second, third].map((one) => cooldowns.standing(one, BASE_MS + 60_000));
    expect(standings()).toEqual(['free', 'behind', 'free']);
    cooldowns.settled(first, 'delivered');
    cooldowns.settled(third, 'delivered');
    expect(standings()[1]).toMatchObject({ reason: 'cooldown' });
  });

  test('one in the middle that fails takes nothing along that was sent before it', () => {
    const { cooldowns, plan } = short();
    const [first, middle, last, waiting] = [0, 2500, 5000, 1000].map((atMs) =>
      unattempted(only(plan(atMs, {}))),
    );
    if (!(first && middle && last && waiting)) throw new Error('nothing was planned');
    const standing = (one: PendingDelivery) => cooldowns.standing(one, BASE_MS + 60_000);
    expect([first, middle, last].map(standing)).toEqual(['free', 'free', 'free']);
    cooldowns.settled(first, 'delivered');
    cooldowns.settled(middle, 'expired');
    expect(standing(waiting)).toMatchObject({ reason: 'cooldown' });
  });

  test('one that waited behind another is not held back by a later one that is further away than the time', () => {
    const { cooldowns, plan } = short();
    const [first, waiting, later] = [0, 1000, 5000].map((atMs) => unattempted(only(plan(atMs, {}))));
    if (!(first && waiting && later)) throw new Error('nothing was planned');
    const standing = (one: PendingDelivery) => cooldowns.standing(one, BASE_MS + 60_000);
    expect([first, waiting, later].map(standing)).toEqual(['free', 'behind', 'free']);
    cooldowns.settled(later, 'delivered');
    cooldowns.settled(first, 'expired');
    expect(standing(waiting)).toBe('free');
  });

  test('regression: so is what the store has', () => {
    const [first, second, third] = [0, 1000, 2500].map((atMs) => only(short().plan(atMs, {})));
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('nothing was planned');
    const { cooldowns } = short({
      ...EMPTY,
      sentBy: () => [
        { delivery: first, isOpen: false },
        { delivery: second, isOpen: true },
        { delivery: third, isOpen: false },
      ],
    });
    expect(cooldowns.standing(unattempted(second), BASE_MS)).toMatchObject({ reason: 'cooldown' });
  });
});

function only(deliveries: readonly Delivery[]): Delivery {
  const [one] = deliveries;
  if (one === undefined) throw new Error('nothing was planned');
  return one;
}

test('it holds for what a replay has queued, and not for what a person requests', () => {
  const { cooldowns, plan, announce } = bridgeOf([RULE]);
  expect(announce(0, { tickers: ['ABC'] })).toEqual(['bot ABC']);
  const [again] = plan(1, { tickers: ['ABC'] });
  if (again === undefined) throw new Error('there is none');
  const item = { ...unattempted(again), byHandMs: BASE_MS + 1 };
  expect(cooldowns.standing({ ...item, reason: REPLAYED }, BASE_MS + 1)).toMatchObject({
    reason: 'cooldown',
  });
  expect(cooldowns.standing(item, BASE_MS + 1)).toBe('free');
});

test('of one kind the latest are remembered, so that a receiver that is down for long makes nothing slower', () => {
  const places = new Places();
  const kinds: Kinds = new Map();
  for (let n = 0; n < 40; n++)
    places.add({
      ...{
        kinds,
        kind: 'ABC',
        owner: `${n}`,
        announcementId: `${n}`,
        atMs: n,
        open: [`${n}`],
        isSent: false,
      },
      ...{ older: kinds.get('ABC'), elder: undefined, younger: undefined },
    });
  expect(Array.from(places, ({ owner }) => Number(owner))).toEqual(
    Array.from({ length: 16 }, (_, n) => 24 + n),
  );
});
