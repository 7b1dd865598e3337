/** Conditions on `market` that find too little or too much: of what exchanges do not write into titles, and of delistings. */
import type { RuleOptions } from '../routing/options.ts';
import { wordsOf } from './match-words.ts';
import type { Finding, Path } from './problem.ts';
import type { ConfigSections } from './sections.ts';

export function* marketWarnings({ rules, destinations, types }: ConfigSections): Iterable<Finding> {
  const takesOrders = (name: string) => types.get(destinations.get(name)?.type ?? '')?.form === 'order';
  for (const [index, rule] of rules.entries()) {
    if (rule?.match.market === undefined) continue;
    const path: Path = ['rules', index, 'match', 'market'];
    if (isSpotOfBinance(rule))
      yield {
        path,
        message: 'the titles of Binance spot listings name no market, so this rule would miss them',
        hint: 'remove `market`, or leave it to listings of futures and to other exchanges',
      };
    const order = rule.send.find(({ to }) => takesOrders(to));
    if (order !== undefined && rule.match.listingType === undefined)
      yield {
        path,
        message: `${order.to} would also get delistings: a title names the market that closes as it names one that opens`,
        hint: 'add listingType: spot_listing (or the one that is meant)',
      };
  }
}

const SPOT: ReadonlySet<string> = new Set(['spot_listing', 'spot_delisting']);

function isSpotOfBinance({ match: { publisher, listingType } }: RuleOptions): boolean {
  if (publisher === undefined || listingType === undefined) return false;
  const types = [...(wordsOf(listingType) ?? [])];
  return (
    [...(wordsOf(publisher) ?? [])].join() === 'binance' &&
    types.length > 0 &&
    types.every((type) => SPOT.has(type))
  );
}
