/**
 * Everything that a rule can have: twenty rules with tables, extracts, hours and cooldowns, and the same with `market` as
 * well, beside twenty without. Each announcement is kept out by nineteen and taken by the last, whose order looks its
 * symbol up.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOf } from '../meter/blocks.ts';
import { bridge } from '../meter/kinds.ts';
import type { Sample } from '../meter/sample.ts';
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
  'extract: { coin: "Z*" }',
];

const COOLDOWN = 'cooldown: { by: ticker, for: 24h }';
const WHEN = 'when: { hours: "00:00-24:00", days: [mon-sun], timezone: Asia/Seoul }';

function featured(more: { readonly keptOut: string; readonly taken: string }): string[] {
  const reasons = more.keptOut === '' ? KEPT_OUT : [...KEPT_OUT, more.keptOut];
  const rules = Array.from({ length: RULES - 1 }, (_, n) => {
    const match = `publisher: upbit, listingType: spot_listing, ${reasons[n % reasons.length]}`;
    return `{ name: rule ${n}, match: { ${match} }, ${WHEN}, ${COOLDOWN}, send: [bot] }`;
  });
  const match = `ticker: { in: all, not: { in: held } }, extract: { coin: "B*" }${more.taken}`;
  return [...rules, `{ name: the last, match: { ${match} }, ${WHEN}, ${COOLDOWN}, send: [bot] }`];
}

/** No rule is filed by what is not its ticker: these are evaluated one by one as well. */
function plain(): string[] {
  const rules = Array.from(
    { length: RULES - 1 },
    (_, n) =>
      `{ name: rule ${n}, match: { publisher: upbit, listingType: spot_listing, ticker: { not: "B*" } }, send: [bot] }`,
  );
  return [...rules, '{ name: the last, match: { ticker: "B*" }, send: [bot] }'];
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
    const having = (more: Parameters<typeof featured>[0]) =>
      bridge({
        destinations: bot(`symbol: '{{ ticker | lookup: "all" }}', coin: '{{ extract.coin }}'`),
        rules: featured(more),
        more: MORE,
        prepare: (folder) => writeFileSync(join(folder, 'all.csv'), `ticker,symbol\n${rowsOfTable()}`),
      });
    const without = bridge({
      destinations: bot(`symbol: '{{ ticker }}USDT', coin: '{{ ticker }}'`),
      rules: plain(),
    });
    const subjects = [
      await meter.start(without),
      await meter.start(having({ keptOut: '', taken: '' })),
      await meter.start(having({ keptOut: 'market: EUR', taken: ', market: KRW' })),
    ] as const;
    const size = { perSecond: PER_SECOND, count: short ? 50 : 150, times: short ? 14 : 30 };
    const [few, many, most] = await blocksOf(meter, subjects, size);
    await meter.stop(...subjects);
    const row = (what: string, ours: Sample) =>
      moreRow(
        { target: TARGET, what: `${RULES} rules with ${what}`, unit: 'ms' },
        ours,
        { name: 'the same without', sample: few },
        { figure: 'p50', limit: MOST_ADDED_MS },
      );
    return {
      rows: [
        row('tables, extracts, hours and cooldowns', many),
        row('tables, extracts, hours, cooldowns and markets', most),
      ],
    };
  },
};
