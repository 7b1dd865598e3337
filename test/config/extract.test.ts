/** `extract:`: names and patterns that are wrong, and what uses them. */
import { describe, expect, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import { prepareDestinations } from '../../src/destinations/prepared.ts';
import { dryRun } from '../../src/dry-run.ts';
import { compileRules } from '../../src/routing/router.ts';
import { announcementOf } from '../destinations/render-support.ts';
import { ENV, load, problemsOf } from './load-text.ts';

interface Parts {
  readonly extract?: string;
  readonly match?: string;
  readonly body?: string;
  readonly text?: string;
}

const loaded = ({
  extract = '{ pair: { matches: "(\\\\w+)/KRW" } }',
  match = '{ extract: { pair: "*" } }',
  body = '{ symbol: "{{ ticker }}" }',
  text = 'hello',
}: Parts) =>
  load(
    `feeds: [{ apiKey: "\${KEY}" }]
extract: ${extract}
destinations:
  bot: { type: webhook, url: https://bot.bridge.test/x, forEach: ticker, body: ${body} }
  team: { type: discord, webhookUrl: "\${HOOK}" }
templates:
  loud: { text: ${JSON.stringify(text)} }
rules:
  - { name: one, match: ${match}, send: [bot, { to: team, template: loud }] }
`,
    { ...ENV, HOOK: 'https://discord.com/api/webhooks/123456789012345678/abcdefghijklmnopqrstuvwxyz' },
  );

const found = (parts: Parts) => {
  const { problems, warnings } = loaded(parts);
  return [...problems, ...warnings].map(
    ({ line, column, message, hint }) => `${line}:${column}: ${message}; ${hint}`,
  );
};

test('what is right needs no word', () => {
  expect(found({})).toEqual([]);
  expect(found({ body: '{ symbol: "{{ extract.pair }}" }' })).toEqual([
    expect.stringContaining('no {{ ticker }} in it'),
  ]);
  expect(found({ text: '{{ extract.pair | default: "?" }}' })).toEqual([]);
});

test.each<[string, Parts, string]>([
  [
    'an unknown name in a condition',
    { match: '{ extract: { pairs: "*" } }' },
    '9:38: there is no extract pairs; did you mean `pair`?',
  ],
  [
    'an unknown name in a template',
    { text: '{{ extract.pear }}' },
    '7:21: there is no extract pear; there is: pair',
  ],
  [
    'an unknown name in a body',
    { body: '{ s: "{{ ticker }}{{ extract.quote }}" }' },
    'there is no extract quote; there is: pair',
  ],
  [
    'no name at all',
    { text: '{{ extract }}' },
    '"extract" needs a name, such as {{ extract.pair }}; there is: pair',
  ],
  [
    'a name that is computed',
    { text: '{% assign n = "pair" %}{{ extract[n] }}' },
    '"extract" needs a name, such as {{ extract.pair }}; there is: pair',
  ],
  [
    'a slip in the variable',
    { text: '{{ extrakt.pair }}' },
    'unknown variable "extrakt" (did you mean "extract"?)',
  ],
  [
    'a malformed pattern',
    { extract: '{ pair: { matches: "(KRW" } }' },
    '2:29: not a valid regular expression: missing closing ): `(KRW`; undefined',
  ],
  [
    'a lookahead',
    { extract: '{ pair: { matches: "(?=KRW)" } }' },
    'the engine is linear-time (RE2): no lookahead, lookbehind or backreferences',
  ],
  [
    'a pattern without its key',
    { extract: '{ pair: KRW }' },
    '2:18: `pair` must be a mapping: { matches: "…" }; undefined',
  ],
  ['another key', { extract: '{ pair: { regex: KRW } }' }, 'unknown key `regex`; did you mean `matches`?'],
  ['no pattern', { extract: '{ pair: {} }' }, '`matches` is missing'],
  [
    'a list',
    { extract: '[pair]' },
    '2:10: `extract` must be a mapping: name, then { matches: "…" }; undefined',
  ],
  [
    'a name that Liquid cannot say',
    { extract: '{ my-pair: { matches: KRW }, pair: { matches: x } }' },
    'the name `my-pair` must be 1 to 40 letters, digits or underscores, beginning with a letter',
  ],
  [
    'a number for a pattern',
    { extract: '{ pair: { matches: 5 } }' },
    '`matches` must be text (in quotes), not a number; put it in quotes: "5"',
  ],
  [
    'a condition that is no mapping',
    { match: '{ extract: pair }' },
    '`extract` must be a mapping: name of an extract, then its condition; undefined',
  ],
  ['no condition', { match: '{ extract: {} }' }, '`extract` must name at least one extract; undefined'],
  [
    'a malformed pattern in a condition',
    { match: '{ extract: { pair: { matches: "(" } } }' },
    'not a valid regular expression',
  ],
  [
    'one that nothing uses',
    { extract: '{ pair: { matches: x }, more: { matches: y } }' },
    '2:34: nothing uses the extract more; undefined',
  ],
])('%s', (_name, parts, expected) => {
  expect(found(parts).join('\n')).toContain(expected);
});

test('an order that the title may leave without its part', () => {
  const body = '{ symbol: "{{ ticker }}-{{ extract.pair }}" }';
  expect(found({ match: '{ listingType: spot_listing }', body })).toEqual([
    '9:18: bot names extract.pair, and this rule also matches titles without it: no order is sent for them; add extract: { pair: "*" } to `match`',
  ]);
  expect(found({ body })).toEqual([]);
});

describe('an announcement', () => {
  const run = (parts: Parts, title: string) => {
    const { config, problems } = loaded(parts);
    if (config === undefined) throw new Error(JSON.stringify(problems));
    const destinations = prepareDestinations(config);
    const router = compileRules(config.rules, config.extract);
    return dryRun(announcementOf({ title, tickers: ['ETC'] }), {
      router,
      destinations,
      redact: (text) => text,
    });
  };
  const ETC = '이더리움클래식 원화 마켓(ETC/KRW) 오픈 안내';

  test('is matched by a part of its title, and that part is rendered', () => {
    const { rules, deliveries } = run(
      { body: '{ symbol: "{{ ticker }}{{ extract.pair }}" }', text: 'P {{ extract.pair }}' },
      ETC,
    );
    expect(rules[0]?.conditions).toEqual([
      { field: 'extract', wanted: 'pair: *', got: 'pair: ETC', matched: true },
    ]);
    expect(deliveries.map(({ request }) => request.body)).toEqual([
      { symbol: 'ETCETC' },
      expect.objectContaining({ content: 'P ETC' }),
    ]);
  });

  test('is not matched without it', () => {
    const { rules, deliveries } = run({}, 'Binance Will List Lido DAO (LDO)');
    expect(rules[0]?.conditions).toEqual([
      { field: 'extract', wanted: 'pair: *', got: 'pair: nothing found', matched: false },
    ]);
    expect(deliveries).toEqual([]);
  });

  test.each<[string, string, boolean]>([
    ['{ extract: { pair: ETC } }', 'of one value', true],
    ['{ extract: { pair: [etc, ABC] } }', 'of a list', true],
    ['{ extract: { pair: "E*" } }', 'of a glob', true],
    ['{ extract: { pair: { not: ETC } } }', 'of not', false],
    ['{ extract: { pair: { matches: "^E" } } }', 'of a pattern', true],
  ])('%s: %s', (match, _what, expected) => {
    expect(run({ match }, ETC).rules[0]?.matched).toBe(expected);
  });

  test('gives a chat a blank, and no order', () => {
    const { deliveries, withheld } = run(
      {
        match: '{ listingType: spot_listing }',
        body: '{ symbol: "{{ ticker }}{{ extract.pair }}" }',
        text: '[{{ extract.pair }}]{{ extract.pair | default: "?" }}',
      },
      'Binance Will List Lido DAO (LDO)',
    );
    expect(deliveries.map(({ destination, request }) => [destination, request.body])).toEqual([
      ['team', expect.objectContaining({ content: '[]?' })],
    ]);
    expect(withheld).toEqual([
      expect.objectContaining({
        destination: 'bot',
        reason: expect.stringContaining('the title has nothing for extract.pair'),
      }),
    ]);
  });
});

test('regression: a rehearsed order need not have what its title lacks', () => {
  const { config } = loaded({ body: '{ symbol: "{{ ticker }}{{ extract.pair }}" }' });
  const [bot] = config === undefined ? [] : prepareDestinations(config);
  const delivery = {
    ...{
      id: 'a',
      key: 'a',
      content: newsOf(announcementOf({ title: 'T' })),
      destination: 'bot',
      rule: 'one',
    },
    ...{ template: undefined, ticker: 'ABC', importance: 1 as const, expiresAtMs: undefined },
  };
  expect(() => bot?.render(delivery)).toThrow('the title has nothing for extract.pair');
  expect(bot?.rehearse?.(delivery)).toMatchObject({ body: '{"symbol":"ABC"}' });
});

test('a rule with an extract is covered by one with the same, and by none with another', () => {
  const rule = (name: string, match: string) =>
    `  - { name: ${name}, match: ${match}, send: bot, stop: true }\n`;
  const warned = (one: string, other: string) => {
    const result = load(
      `feeds: [{ apiKey: "\${KEY}" }]\nextract: { a: { matches: x }, b: { matches: y } }\ndestinations:\n  bot: { type: webhook, url: https://bot.bridge.test/x }\nrules:\n${rule('one', one)}${rule('two', other)}`,
      ENV,
    );
    expect(problemsOf(result)).toEqual([]);
    return result.warnings.map(({ message }) => message).filter((message) => message.includes('never'));
  };
  expect(warned('{ extract: { a: "*" } }', '{ extract: { a: "*", b: "*" } }')).toHaveLength(1);
  expect(warned('{ extract: { a: "*" } }', '{ extract: { b: "*" } }')).toEqual([]);
  expect(warned('{ extract: { a: "*" } }', '{ ticker: X }')).toEqual([]);
});
