/**
 * Everything that a rule can have: twenty rules with tables, extracts, hours and cooldowns, the same with mutes set, and the same
 * with `market` as well, beside twenty without. Each announcement is kept out by nineteen and taken by the last, whose order
 * looks its symbol up.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bridge, ENTRIES } from '../meter/kinds.ts';
import { inLockstep } from '../meter/lockstep.ts';
import type { Subject } from '../meter/subject.ts';
import { moreRow } from '../rows.ts';
import type { Scenario } from './scenario.ts';

const RULES = 20;
const PER_SECOND = 50;
const MOST_ADDED_MS = 0.1;
/** None of them holds anything of the run back. */
const MUTED = [
  ...Array.from({ length: 100 }, (_, n) => `ticker:M${n}`),
  ...Array.from({ length: 3 }, (_, n) => `rule:rule ${n}`),
];
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
    const kinds = [
      without,
      having({ keptOut: '', taken: '' }),
      having({ keptOut: '', taken: '' }),
      having({ keptOut: 'market: EUR', taken: ', market: KRW' }),
    ];
    const start = async () => {
      const subjects = await Promise.all(kinds.map((kind) => meter.start(kind)));
      const [, , muted] = subjects;
      if (muted !== undefined) await mute(muted);
      return subjects;
    };
    const size = { perSecond: PER_SECOND, rounds: short ? 100 : 350, fleets: 6 };
    const [few, ...featuredOnes] = await inLockstep(meter, start, size);
    const features = 'tables, extracts, hours and cooldowns';
    const names = [features, `${features}; ${MUTED.length} mutes`, `${features}; markets`];
    if (few === undefined) throw new Error('nothing was measured');
    return {
      rows: featuredOnes.map((ours, place) =>
        moreRow(
          { target: TARGET, what: `${RULES} rules with ${names[place]}`, unit: 'ms' },
          ours,
          { name: 'the same without', sample: few },
          { figure: 'p50', limit: MOST_ADDED_MS },
        ),
      ),
    };
  },
};

async function mute({ folder }: Subject): Promise<void> {
  await promisify(execFile)(process.execPath, [ENTRIES.dist, 'mute', ...MUTED, '--for', '1d'], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder },
  });
}
