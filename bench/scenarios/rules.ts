/**
 * Target 5: ten thousand rules. From outside: what an announcement takes with them and with one. From inside, in
 * this process: the time that routing alone takes, by the number of rules.
 *
 * The rules are those of a bridge that serves many people: each wants some tickers of one exchange; one in a
 * hundred looks into the title instead.
 */
import { blocksOf } from '../meter/blocks.ts';
import { bridge, webhook } from '../meter/kinds.ts';
import { ofRounds, type Sample } from '../meter/sample.ts';
import { moreRow, ratioRow } from '../rows.ts';
import { routingUs } from './rules-alone.ts';
import type { Scenario } from './scenario.ts';

const PER_SECOND = 100;
const MOST_ADDED_MS = 0.2;
const TITLES = [
  'KRW|원화',
  'BTC 마켓',
  'airdrop|에어드랍',
  'will list',
  '거래지원 종료',
  'launchpool',
  '유의 종목',
  'perpetual',
];

/** A few tickers, or a pattern in the title. The last takes what nobody wanted. */
export function ruleOptions(count: number): string[] {
  const rules = Array.from({ length: count - 1 }, (_, n) => {
    const publisher = ['upbit', 'bithumb', 'binance'][n % 3];
    const match =
      n % 100 === 99
        ? `publisher: ${publisher}, listingType: spot_listing, title: { matches: "${TITLES[n % TITLES.length]} ${n}" }`
        : `publisher: ${publisher}, listingType: [spot_listing, spot_delisting], ticker: [T${n}, U${n}, V${n}]`;
    return `{ name: rule ${n}, match: { ${match} }, send: [bot] }`;
  });
  return [...rules, '{ name: the rest, match: {}, send: [bot] }'];
}

export const rules: Scenario = {
  name: 'rules',
  async run(meter, short) {
    const [few, many] = short ? [1, 1000] : [1, 10_000];
    const destinations = [webhook('bot', meter.hookUrl)];
    const subjects = [
      await meter.start(bridge({ destinations, rules: ruleOptions(few) })),
      await meter.start(bridge({ destinations, rules: ruleOptions(many) })),
    ] as const;
    const size = { perSecond: PER_SECOND, count: short ? 50 : 200, times: short ? 2 : 7 };
    const [without, withMany] = await blocksOf(meter, subjects, size);
    await meter.stop(...subjects);

    const inside = routingUs([many / 100, many / 10, many], ruleOptions);
    const [hundredth, , all] = inside.map(ofRounds) as [Sample, Sample, Sample];
    const words = many.toLocaleString('en');
    return {
      rows: [
        moreRow(
          { target: 5, what: `${words} rules: an announcement from frame to request`, unit: 'ms' },
          withMany,
          { name: 'the same, one rule', sample: without },
          { figure: 'p50', limit: MOST_ADDED_MS },
        ),
        ratioRow(
          { target: 5, what: `${words} rules: routing alone`, unit: 'µs' },
          all,
          { name: `${(many / 100).toLocaleString('en')} rules`, sample: hundredth },
          { figure: 'p50', limit: 100, how: 'p50 ÷ that of a hundredth of the rules' },
        ),
      ],
    };
  },
};
