/** Which publishers the rules wait for, and whether any feed's key brings them. */
import { describe, expect, it } from 'vitest';
import { expectationsOf } from '../../src/daemon/expectations.ts';
import { UncoveredPublishers } from '../../src/feeds/uncovered-publishers.ts';
import { load } from '../config/load-text.ts';

const FEEDS = [{ name: 'tokyo' }, { name: 'seoul', exchanges: ['upbit'] }];
const want = (publishers: string[], feeds?: string[]) => ({ rule: publishers.join(), publishers, feeds });

describe('gaps', () => {
  it('are told once nothing brings it: another feed that is not welcomed yet may', () => {
    const coverage = new UncoveredPublishers(FEEDS, [want(['upbit'])]);
    expect(coverage.welcomed('tokyo', ['binance'])).toEqual([]);
    expect(coverage.welcomed('seoul', ['bithumb'])).toEqual([{ publisher: 'upbit', rules: ['upbit'] }]);
  });

  it('are told again only after they were closed', () => {
    const coverage = new UncoveredPublishers([{ name: 'tokyo' }], [want(['upbit', 'binance'])]);
    const gap = [{ publisher: 'upbit', rules: ['upbit,binance'] }];
    expect(coverage.welcomed('tokyo', ['binance'])).toEqual(gap);
    expect(coverage.welcomed('tokyo', ['binance'])).toEqual([]);
    expect(coverage.welcomed('tokyo', '*')).toEqual([]);
    expect(coverage.welcomed('tokyo', ['binance'])).toEqual(gap);
  });

  it('of a rule that listens to one feed are not closed by another', () => {
    const coverage = new UncoveredPublishers(FEEDS, [want(['binance'], ['seoul'])]);
    expect(coverage.welcomed('tokyo', '*')).toEqual([{ publisher: 'binance', rules: ['binance'] }]);
  });
});

describe('what rules wait for', () => {
  const gapsOf = (rules: string, allowed: readonly string[]) => {
    const { config } = load(`
feeds: [{ name: tokyo, apiKey: dsk_x }]
destinations: { bot: { type: webhook, url: "https://bot.bridge.test" } }
rules:
${rules}`);
    if (config === undefined) throw new Error('the config of the test is bad');
    return expectationsOf(config).coverage.welcomed('tokyo', allowed);
  };

  it('is what they name, also in lists, and nothing where they name none', () => {
    const rules = `
  - { name: a, match: { publisher: [Upbit, bithumb] }, send: [bot] }
  - { name: b, match: { publisher: { any: [okx] } }, send: [bot] }
  - { name: c, match: { publisher: { not: binance } }, send: [bot] }
  - { name: d, match: {}, send: [bot] }`;
    expect(gapsOf(rules, ['bithumb'])).toEqual([
      { publisher: 'upbit', rules: ['a'] },
      { publisher: 'okx', rules: ['b'] },
    ]);
  });
});
