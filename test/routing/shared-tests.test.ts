/** Conditions that rules have in common are evaluated once for an announcement, and again for the next. */
import { describe, expect, test, vi } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import type { Table } from '../../src/matching/table.ts';
import { Zone } from '../../src/platform/zone.ts';
import { type RuleOptions, rulesOptions } from '../../src/routing/options.ts';
import { compileRules } from '../../src/routing/router.ts';

const announcement = (ticker: string): Announcement => ({
  ...{ id: '1', type: 'announcement', feed: 'one', publisher: 'upbit', listingType: 'spot_listing' },
  ...{ tickers: [ticker], title: `벤치(${ticker}) 신규 거래지원 안내 (KRW, BTC 마켓)` },
  ...{ publishTimestampUs: undefined, detectedTimestampUs: undefined, dispatchTimestampUs: undefined },
  ...{ receivedTimestampUs: 1.7e15, receivedMs: 0, ageAtReceiptMs: 0 },
  ...{ abnormal: false, redacted: false, test: false, extra: {} },
});

/** Records each look-up. */
function tableOf(...keys: string[]) {
  const asked: string[] = [];
  const rows = new Set(keys);
  const table: Table = {
    ...{ name: 'perps', get: () => undefined, someKey: undefined, describe: () => 'perps' },
    keys: () => rows.values(),
    has(folded) {
      asked.push(folded);
      return rows.has(folded);
    },
  };
  return { asked, rows, of: (name: string) => (name === 'perps' ? table : undefined) };
}

const rulesOf = (count: number, rule: object): readonly RuleOptions[] =>
  rulesOptions.parse(
    Array.from({ length: count }, (_, n) => ({ name: `rule ${n}`, send: ['bot'], ...rule })),
  );

describe('of twenty rules with the same condition', () => {
  test('one looks into the table', () => {
    const { asked, of } = tableOf('abc');
    const router = compileRules(rulesOf(20, { match: { ticker: { not: { in: 'perps' } } } }), {}, of);
    expect(router.route(announcement('ABC')).rules).toEqual([]);
    expect(asked).toEqual(['abc']);
    expect(router.route(announcement('XYZ')).rules).toHaveLength(20);
    expect(asked.filter((key) => key === 'xyz').length, 'and each that matches, for its tickers').toBe(21);
  });

  test('the same announcement is evaluated anew: rows change', () => {
    const { rows, of } = tableOf();
    const router = compileRules(rulesOf(3, { match: { ticker: { in: 'perps' } } }), {}, of);
    const same = announcement('ABC');
    expect(router.route(same).rules).toEqual([]);
    rows.add('abc');
    expect(router.route(same).rules).toHaveLength(3);
  });

  test('one asks its zone, and before the tables', () => {
    const localTime = vi.spyOn(Zone.prototype, 'localTime');
    const { asked, of } = tableOf('abc');
    const when = { hours: '00:00-24:00', days: ['mon'], timezone: 'Asia/Seoul' };
    const router = compileRules(rulesOf(20, { match: { ticker: { in: 'perps' } }, when }), {}, of);
    // A Wednesday.
    expect(router.route(announcement('ABC')).rules).toEqual([]);
    expect([localTime.mock.calls.length, asked.length]).toEqual([1, 0]);
    localTime.mockRestore();
  });

  test('a ticker is looked at with the markets of its own rule', () => {
    const rules = rulesOptions.parse([
      { name: 'won', match: { ticker: 'ABC', market: 'KRW' }, send: ['bot'] },
      { name: 'euro', match: { ticker: 'ABC', market: 'EUR' }, send: ['bot'] },
      { name: 'any', match: { ticker: 'ABC' }, send: ['bot'] },
      { name: 'not coin', match: { extract: { coin: { not: 'ABC' } } }, send: ['bot'] },
      { name: 'coin', match: { extract: { coin: 'ABC' } }, send: ['bot'] },
      { name: 'edited', match: { ticker: 'ABC', update: true }, send: ['bot'] },
    ]);
    const router = compileRules(rules, { coin: { matches: '\\((\\w+)\\)' } });
    expect(router.route(announcement('ABC')).rules).toEqual(['won', 'any', 'coin']);
    const title = '에이(ABC)(EUR 마켓), 비(XYZ)(KRW 마켓) 디지털 자산 추가';
    expect(router.route({ ...announcement('ABC'), title }).rules).toEqual(['euro', 'any', 'coin']);
  });
});
