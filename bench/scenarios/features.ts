/**
 * Everything that a rule can have: twenty rules with tables, extracts, markets, hours and cooldowns, beside the same
 * twenty without. Each announcement is kept out by nineteen, each time by something else, and taken by the last, whose
 * order looks its symbol up.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOf } from '../meter/blocks.ts';
import { bridge } from '../meter/kinds.ts';
import { moreRow } from '../rows.ts';
import type { Scenario } from './scenario.ts';

const RULES = 20;
const PER_SECOND = 50;
const MOST_ADDED_MS = 0.1;
/** Of the table: more tickers than a run has. */
const ROWS = 200_000;

/** As for rules: an announcement is as fast with them as without. */
const TARGET = 5;

const KEPT_OUT = [
  'ticker: { in: held }',
  'ticker: { in: all, not: { in: [held, all] } }',
  'market: EUR',
  'extract: { coin: "Z*" }',
  'title: { matches: "거래지원 종료" }, ticker: { in: all }',
];

const COOLDOWN = 'cooldown: { by: ticker, for: 24h }';

function featured(): string[] {
  const rules = Array.from({ length: RULES - 1 }, (_, n) => {
    const match = `publisher: upbit, listingType: spot_listing, ${KEPT_OUT[n % KEPT_OUT.length]}`;
    const when = n % 4 === 3 ? ', when: { hours: "00:00-24:00", days: [mon-sun], timezone: Asia/Seoul }' : '';
    return `{ name: rule ${n}, match: { ${match} }${when}, ${COOLDOWN}, send: [bot] }`;
  });
  const match = 'ticker: { in: all, not: { in: held } }, market: KRW, extract: { coin: "B*" }';
  const when = 'when: { hours: "00:00-24:00", days: [mon-sun], timezone: Asia/Seoul }';
  return [...rules, `{ name: the last, match: { ${match} }, ${when}, ${COOLDOWN}, send: [bot] }`];
}

function plain(): string[] {
  const rules = Array.from(
    { length: RULES - 1 },
    (_, n) =>
      `{ name: rule ${n}, match: { publisher: upbit, listingType: spot_listing, ticker: [H${n}] }, send: [bot] }`,
  );
  return [...rules, '{ name: the last, match: {}, send: [bot] }'];
}

const MORE = `tables: { all: { file: all.csv, key: ticker, value: symbol }, held: [H1, H2, H3] }
extract: { coin: { matches: "\\\\((B[0-9]+)\\\\)" } }`;

const rowsOfTable = () => Array.from({ length: ROWS }, (_, n) => `B${n},B${n}USDT\n`).join('');

export const features: Scenario = {
  name: 'features',
  async run(meter, short) {
    const bot = (body: string) => [
      `bot: { type: webhook, url: "${meter.hookUrl}", forEach: ticker, body: { ${body}, title: "{{ title }}" } }`,
    ];
    const withAll = bridge({
      destinations: bot(`symbol: '{{ ticker | lookup: "all" }}', coin: '{{ extract.coin }}'`),
      rules: featured(),
      more: MORE,
      prepare: (folder) => writeFileSync(join(folder, 'all.csv'), `ticker,symbol\n${rowsOfTable()}`),
    });
    const without = bridge({
      destinations: bot(`symbol: '{{ ticker }}USDT', coin: '{{ ticker }}'`),
      rules: plain(),
    });
    const subjects = [await meter.start(without), await meter.start(withAll)] as const;
    const size = { perSecond: PER_SECOND, count: short ? 50 : 150, times: short ? 12 : 30 };
    const [few, many] = await blocksOf(meter, subjects, size);
    await meter.stop(...subjects);
    return {
      rows: [
        moreRow(
          {
            target: TARGET,
            what: `${RULES} rules with tables, extracts, markets, hours and cooldowns`,
            unit: 'ms',
          },
          many,
          { name: 'the same without', sample: few },
          { figure: 'p50', limit: MOST_ADDED_MS },
        ),
      ],
    };
  },
};
