/** `in` and `lookup` where announcements pass: what matches, what each ticker is looked up as, what is not sent, and the words for it. */
import { describe, expect, test } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import type { Config } from '../../src/config/schema.ts';
import { prepareDestinations } from '../../src/destinations/prepared.ts';
import { dryRun } from '../../src/dry-run.ts';
import { fold } from '../../src/matching/text.ts';
import { compileRules } from '../../src/routing/router.ts';
import { PackedTable } from '../../src/tables/packed.ts';
import { ENV, FEEDS, load, told } from '../config/load-text.ts';
import { announcementOf } from '../destinations/render-support.ts';

const TABLES = `tables:
  never: [USDT]
  perps: { ABC: ABCUSDT, 1INCH: 1INCHUSDT, Ⓢ: SUSDT, USDT: USDTUSD, N: 7 }
  exchanges: [upbit, bithumb]
  titles: ["the whole title"]
  far: { url: "https://x.test/list" }
`;

function configOf(match: string, body = '{ s: \'{{ ticker | lookup: "perps" }}\' }', more = ''): Config {
  const loaded = load(
    `${FEEDS}destinations:
  bot: { type: webhook, url: https://bot.bridge.test/x, forEach: ticker, body: ${body} }
  all: { type: webhook, url: https://all.bridge.test/x, body: { s: '{{ tickers | lookup: "perps" }}', t: '{{ tickers | first | lookup: "perps" }}' } }
${TABLES}${more}rules:
  - match: ${match}
    send: [bot, all]
`,
    ENV,
  );
  expect(told(loaded).filter((line) => !line.includes('nothing uses'))).toEqual([]);
  if (loaded.config === undefined) throw new Error('no config');
  return loaded.config;
}

const run = (config: Config, news: Partial<Announcement>) =>
  dryRun(announcementOf(news), {
    router: compileRules(config.rules, config.extract, config.tableOf),
    destinations: prepareDestinations(config),
    redact: (text) => text,
  });

const bodies = (config: Config, news: Partial<Announcement>, destination = 'bot') =>
  run(config, news)
    .deliveries.filter((one) => one.destination === destination)
    .map(({ request }) => request.body);

describe('in', () => {
  test.each<[string, Partial<Announcement>, readonly (string | undefined)[]]>([
    ['{ ticker: { in: perps } }', { tickers: ['ABC', 'XYZ'] }, ['ABC']],
    ['{ ticker: { in: perps } }', { tickers: ['abc', '1inch', 'S', 'XYZ'] }, ['abc', '1inch', 'S']],
    ['{ ticker: { in: perps } }', { tickers: ['XYZ'] }, []],
    ['{ ticker: { in: perps } }', { tickers: [] }, []],
    ['{ ticker: { in: perps, not: { in: never } } }', { tickers: ['USDT', 'ABC'] }, ['ABC']],
    ['{ ticker: { not: { in: never } } }', { tickers: ['USDT', 'ABC'] }, ['ABC']],
    ['{ ticker: { not: { in: [never, perps] } } }', { tickers: ['USDT', 'ABC'] }, []],
    ['{ ticker: { in: [never, perps] } }', { tickers: ['USDT', 'ABC'] }, ['USDT', 'ABC']],
    ['{ ticker: [XYZ, { in: perps }] }', { tickers: ['XYZ', 'ABC', 'DEF'] }, ['ABC']],
    ['{ ticker: { in: far } }', { tickers: ['ABC'] }, []],
    [
      '{ publisher: { in: exchanges }, ticker: { in: perps } }',
      { publisher: 'Upbit', tickers: ['ABC'] },
      ['ABC'],
    ],
    ['{ publisher: { in: exchanges } }', { publisher: 'okx', tickers: ['ABC'] }, []],
    ['{ title: { in: titles } }', { title: 'The Whole Title', tickers: ['ABC'] }, ['ABC']],
  ])('%s of %j', (match, news, sent) => {
    const { deliveries } = run(configOf(match), news);
    expect(deliveries.flatMap(({ destination, ticker }) => (destination === 'bot' ? [ticker] : []))).toEqual(
      sent,
    );
  });

  test('a rule is found by the rows of this moment, however many rules there are', () => {
    const more = Array.from(
      { length: 300 },
      (_, n) => `  - match: { ticker: T${n}, publisher: okx }\n    send: all\n`,
    ).join('');
    const loaded = load(
      `${FEEDS}destinations:\n  all: { type: webhook, url: https://all.bridge.test/x }\n${TABLES}rules:\n${more}  - { name: far, match: { ticker: { in: far } }, send: all }\n`,
      ENV,
    );
    const router = compileRules(loaded.config?.rules ?? [], {}, loaded.config?.tableOf);
    expect(router.route(announcementOf({ tickers: ['NEW'] })).rules).toEqual([]);
    const packed = PackedTable.of(new Map([[fold('NEW'), 'x']]));
    loaded.config?.liveTables.get('far')?.take({ packed, asOfMs: 0 });
    expect(router.route(announcementOf({ tickers: ['NEW'] })).rules).toEqual(['far']);
  });

  test('explain says which table, how large and how old', () => {
    const config = configOf('{ ticker: { in: perps, not: { in: never } } }');
    const [rule] = run(config, { tickers: ['XYZ'] }).rules;
    expect(rule?.conditions).toEqual([
      {
        ...{ field: 'ticker', got: 'XYZ', matched: false },
        wanted: 'in perps (inline, 5 rows) and not (in never (inline, 1 row))',
      },
    ]);
  });
});

describe('lookup', () => {
  const all = '{ ticker: "*" }';
  test.each([
    ['{{ ticker | lookup: "perps" }}', 'ABC', { s: 'ABCUSDT' }],
    ["{{ ticker | lookup: 'perps' }}", '1INCH', { s: '1INCHUSDT' }],
    ['{{ ticker | lookup: "perps" }}', 'N', { s: 7 }],
    ['{{ ticker | lookup: "perps" | downcase }}-x', 'ABC', { s: 'abcusdt-x' }],
    ['{{ ticker | lookup: "never" }}', 'USDT', { s: 'USDT' }],
    ['{{ ticker | lookup: "perps", ticker }}', 'XYZ', { s: 'XYZ' }],
    ['{{ ticker | lookup: "perps", "none" }}', 'XYZ', { s: 'none' }],
    ['{{ ticker | lookup: "perps" | default: ticker }}', 'XYZ', { s: 'XYZ' }],
    ['{{ ticker | lookup: "perps" | default: "" }}', 'XYZ', { s: '' }],
  ])('%s of %s', (template, ticker, body) => {
    const written = `{ s: ${JSON.stringify(template)} }`;
    expect(bodies(configOf(all, written), { tickers: [ticker] })).toEqual([body]);
  });

  test.each([
    '{{ ticker | lookup: "perps" }}',
    '{{ ticker | lookup: "perps" | append: "-x" }}',
    'buy {{ ticker | lookup: "perps" }} now',
    '{% assign s = ticker | lookup: "perps" %}{{ s }}',
    '{% assign s = ticker | lookup: "perps" %}{% if s %}{{ s }}{% else %}{{ ticker }}{% endif %}',
    '{{ ticker | append: "X" | lookup: "perps" }}',
    '{{ ticker }}{{ publisher | lookup: "perps" }}',
    '{{ ticker | lookup: "far" }}',
  ])('%s of what is not there makes no request', (template) => {
    const written = `{ side: buy, s: ${JSON.stringify(template)} }`;
    const { deliveries, withheld } = run(configOf(all, written), { tickers: ['XYZ'] });
    expect(deliveries.map(({ destination }) => destination)).toEqual(['all']);
    expect(withheld).toEqual([
      {
        destination: 'bot',
        rule: 'rule 1',
        reason: expect.stringMatching(/ is not in (perps|far) \(.*\): no request \[no_symbol\]$/) as string,
      },
    ]);
  });

  test('of several tickers, those that are there are sent', () => {
    const { deliveries, withheld } = run(configOf(all), { tickers: ['ABC', 'XYZ'] });
    expect(deliveries.map(({ destination, ticker }) => [destination, ticker])).toEqual([
      ['bot', 'ABC'],
      ['all', undefined],
    ]);
    expect(withheld).toEqual([
      {
        destination: 'bot',
        rule: 'rule 1',
        reason: 'XYZ is not in perps (inline, 5 rows): no request [no_symbol]',
        isRest: true,
      },
    ]);
  });

  test('of a whole announcement: those that are there, and nothing for nothing', () => {
    expect(bodies(configOf(all), { tickers: ['ABC', 'XYZ', 's'] }, 'all')).toEqual([
      { s: ['ABCUSDT', 'SUSDT'], t: 'ABCUSDT' },
    ]);
    expect(bodies(configOf(all), { tickers: ['XYZ'] }, 'all')).toEqual([{ s: [], t: null }]);
  });
});
