// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own references, not JavaScript's
/** Where Liquid is read, where it is not, and what it may name. */
import { describe, expect, test } from 'vitest';
import { ENV, FEEDS, load, problemsOf, RULES, shown, warningsOf } from './load-text.ts';

const CHAT = 'webhookUrl: https://discord.com/api/webhooks/123456789012345678/abc';
const withDestination = (...lines: readonly string[]) =>
  `${FEEDS}destinations:\n  bot:\n${lines.map((line) => `    ${line}\n`).join('')}${RULES}`;
const WEBHOOK = ['type: webhook', 'url: https://x.br.test/y'];
const ONE_ERROR = (place: string) => [expect.stringMatching(new RegExp(`^${place}: .*literally$`))];

describe('regression: Liquid that nothing reads is an error', () => {
  test.each([
    ['url', ['type: webhook', 'url: "https://x.br.test/{{ ticker }}"'], '6:29'],
    ['a tag in url', ['type: webhook', 'url: "https://x.br.test/{% if test %}a{% endif %}"'], '6:29'],
    [
      'as the address bar of a browser writes it',
      ['type: webhook', 'url: "https://x.br.test/%7B%7Bticker%7D%7D"'],
      '6:29',
    ],
    ['half of it', ['type: webhook', 'url: "https://x.br.test/{{ ticker"'], '6:29'],
    ['a header', [...WEBHOOK, 'headers: { X-Symbol: "a {{ ticker }}" }'], '7:29'],
    ['contentType', [...WEBHOOK, 'body: x', 'contentType: "text/{{ publisher }}"'], '8:24'],
    ['method', [...WEBHOOK, 'method: "{{ publisher }}"'], '7:14'],
    ['bodyMatches', [...WEBHOOK, 'success: { bodyMatches: "{{ ticker }}" }'], '7:30'],
    ['a key of a body', [...WEBHOOK, 'body: { "{{ publisher }}": buy }'], '7:13'],
    ['a deep key of a body', [...WEBHOOK, 'body: { a: [{ "x{% if test %}": 1 }] }'], '7:19'],
    ['username', ['type: discord', CHAT, 'username: "{{ publisher }}"'], '7:16'],
    ['avatarUrl', ['type: discord', CHAT, 'avatarUrl: "https://x.br.test/{{ publisher }}.png"'], '7:35'],
    ['mention', ['type: discord', CHAT, 'mention: "role:{{ publisher }}"'], '7:20'],
    ['threadId', ['type: discord', CHAT, 'threadId: "{{ publisher }}"'], '7:16'],
    [
      'chatId',
      ['type: telegram', `botToken: "123456789:${'A'.repeat(35)}"`, 'chatId: "@{{ publisher }}"'],
      '7:15',
    ],
  ])('%s', (_name, lines, place) => {
    const loaded = load(withDestination(...lines), ENV);
    expect(problemsOf(loaded)).toEqual(ONE_ERROR(place));
    expect(shown(loaded)).toContain('hint: ');
  });

  test.each([
    ['a condition', `  - match: { title: { matches: "{{ ticker }}" } }\n    send: bot\n`, '6:33'],
    ['a target', `  - match: {}\n    send: ["{{ publisher }}"]\n`, '7:13'],
  ])('%s', (_name, rule, place) => {
    const yaml = `${FEEDS}destinations:\n  bot: { type: webhook, url: https://x.br.test/y }\nrules:\n${rule}`;
    expect(problemsOf(load(yaml, ENV))).toEqual(ONE_ERROR(place));
  });

  test('in a key of a template', () => {
    const yaml = `${withDestination(...WEBHOOK)}templates:\n  a: { body: { "{{ publisher }}": 1 } }\n`;
    expect(problemsOf(load(yaml, ENV))).toEqual(ONE_ERROR('11:16'));
  });

  test('from a variable; but two braces in a secret are chance', () => {
    const yaml = withDestination(
      'type: webhook',
      'url: "${BOT_URL}"',
      'headers: { Authorization: "${TOKEN}" }',
    );
    const bad = load(yaml, { ...ENV, BOT_URL: 'https://x.br.test/{{ ticker }}', TOKEN: 'p{{w{%' });
    expect(problemsOf(bad)).toEqual([expect.stringMatching(/^6:10: .*`url` is not a template/)]);
    expect(problemsOf(load(yaml, { ...ENV, BOT_URL: 'https://x.br.test/', TOKEN: 'p{{w{%' }))).toEqual([]);
  });

  test('JSON in a header is no Liquid', () => {
    const lines = [...WEBHOOK, `headers: { X-Meta: '{"a":{"b":1}}' }`];
    expect(problemsOf(load(withDestination(...lines), ENV))).toEqual([]);
  });
});

describe('regression: what is Liquid by its description is read as such', () => {
  test.each([
    ['threadName', ['type: discord', CHAT, 'threadName: "{{ title }}"'], []],
    [
      'a button, whose address is quoted as it is',
      [
        'type: telegram',
        `botToken: "123456789:${'A'.repeat(35)}"`,
        'chatId: 5',
        'buttons: [{ text: x, url: "https://x.br.test/{{ ticker }}" }]',
      ],
      [expect.stringMatching(/write \{\{ tickers \| join/)],
    ],
    ['a misspelled name in it', ['type: discord', CHAT, 'threadName: "{{ titel }}"'], [expect.anything()]],
  ])('%s', (_name, lines, problems) => {
    expect(problemsOf(load(withDestination(...lines), ENV))).toEqual(problems);
  });
});

describe('regression: placeholders of other tools are warned of', () => {
  test.each([
    ['body: { symbol: "{ticker}USDT" }', '7:22', 'ticker'],
    ['body: { symbol: "{ ticker }USDT" }', '7:22', 'ticker'],
    ['body: { symbol: "{ { ticker } }" }', '7:22', 'ticker'],
    ['body: { symbol: "{ticker}}" }', '7:22', 'ticker'],
    ['body: { symbol: "%TICKER%" }', '7:22', 'TICKER'],
    ['body: { symbol: $ticker }', '7:21', 'ticker'],
    ['body: { symbol: "[[symbol]]" }', '7:22', 'symbol'],
    ['body: "buy <ticker>"', '7:16', 'ticker'],
    ['headers: { X-Symbol: "{ticker}" }', '7:27', undefined],
  ])('%s', (line, place, name) => {
    const loaded = load(withDestination(...WEBHOOK, line), ENV);
    expect(warningsOf(loaded)).toContainEqual(
      expect.stringMatching(new RegExp(`^${place}: .*not a placeholder`)),
    );
    if (name !== undefined) expect(shown(loaded)).toContain(`hint: write {{ ${name} }}`);
  });

  test('and nothing else is', () => {
    const lines = [...WEBHOOK, 'body: { a: "{x} $5 100% %d <b>ticker</b> {{ title }} <title>x</title>" }'];
    expect(warningsOf(load(withDestination(...lines), ENV))).toEqual([]);
  });
});

describe('regression: `ticker` exists only under `forEach: ticker`', () => {
  const NO_TICKER = /"ticker" exists only in a webhook with `forEach: ticker`.*\{\{ tickers \| join/;
  const body = (text: string) => withDestination(...WEBHOOK, `body: { a: '${text}' }`);

  test.each([
    '{{ ticker }}USDT',
    '{{ title | append: ticker }}',
    '{% if ticker %}x{% endif %}',
    '{% if ticker == "BTC" %}x{% endif %}',
    '{% unless ticker contains "X" %}x{% endunless %}',
    '{% case ticker %}{% when "BTC" %}x{% endcase %}',
    '{% for t in ticker %}{{ t }}{% endfor %}',
    '{% assign a = ticker %}{{ a }}',
    '{% capture a %}{{ ticker }}{% endcapture %}',
    '{% echo ticker %}',
    '{{ tickers[ticker] }}',
    '{{ ticker.size }}',
  ])('%s', (text) => {
    const problems = problemsOf(load(body(text), ENV));
    expect(problems).toEqual([expect.stringMatching(NO_TICKER)]);
    expect(problems[0]).toMatch(/^7:\d+: /);
    const forEach = body(text).replace('    body:', '    forEach: ticker\n    body:');
    expect(problemsOf(load(forEach, ENV))).toEqual([]);
  });

  test('a name of its own is no ticker of the announcement', () => {
    expect(problemsOf(load(body('{% for ticker in tickers %}{{ ticker }} {% endfor %}'), ENV))).toEqual([]);
  });

  test('a template is checked for each destination that a rule sends it to', () => {
    const yaml = `${FEEDS}destinations:
  each: { type: webhook, url: https://x.br.test/a, forEach: ticker }
  whole: { type: webhook, url: https://x.br.test/b }
  chat: { type: discord, ${CHAT} }
  group: { type: telegram, botToken: "123456789:${'A'.repeat(35)}", chatId: 5, buttons: [{ text: "{{ ticker }}", url: "https://x.br.test/" }] }
rules:
  - match: {}
    send: [{ to: each, template: one }, { to: whole, template: one }, { to: chat, template: one }, { to: group, template: one }]
templates:
  one: { text: "buy {{ ticker }}" }
`;
    const problems = problemsOf(load(yaml, ENV));
    expect(problems).toHaveLength(4);
    for (const problem of problems) expect(problem).toMatch(NO_TICKER);
    expect(problems.join('\n')).toMatch(
      /template one for whole, webhook[\s\S]*for chat, discord[\s\S]*for group, telegram/,
    );
    expect(problems.join('\n')).not.toContain('for each, ');
  });
});

describe('regression: a symbol made of all tickers is warned of', () => {
  test.each([
    '{{ tickers | first }}USDT',
    '{{ tickers }}USDT',
    '{{ tickers[0] }}_KRW',
    'KRW-{{ tickers.first }}',
    "{{ tickers | first | append: 'USDT' }}",
    "{{ tickers | join: '' | prepend: 'KRW-' }}",
    "{% assign t = tickers | first | append: '_USDT' %}{{ t }}",
  ])('%s', (text) => {
    const lines = [...WEBHOOK, `body: { symbol: "${text}" }`];
    expect(warningsOf(load(withDestination(...lines), ENV))).toEqual([
      '7:21: this is not a valid symbol when an announcement has several tickers, or none',
    ]);
    const forEach = load(withDestination(...lines, 'forEach: ticker'), ENV);
    expect(warningsOf(forEach)).toEqual([expect.stringMatching(/^7:5: no \{\{ ticker \}\} in it/)]);
  });

  test.each(['{ symbol: BTCUSDT }', '"buy {{ title }}"', '{ a: [\'{{ tickers | join: "," }}\'] }', '{}'])(
    'regression: under forEach a body without the ticker is the same order again and again: %s',
    (body) => {
      const loaded = load(withDestination(...WEBHOOK, 'forEach: ticker', `body: ${body}`), ENV);
      expect(problemsOf(loaded)).toEqual([]);
      expect(warningsOf(loaded)).toEqual([expect.stringContaining('each ticker would get the same request')]);
    },
  );

  test.each([
    '{ a: { b: ["{{ ticker | upcase }}USDT"] } }',
    '"buy {%- if ticker == "X" -%}x{% endif %}"',
    '{ text: "{% assign t = ticker %}{{ t }}" }',
  ])('one that names it is fine: %s', (body) => {
    const lines = [...WEBHOOK, 'forEach: ticker', `body: ${body}`];
    expect(warningsOf(load(withDestination(...lines), ENV))).toEqual([]);
    expect(warningsOf(load(withDestination(...WEBHOOK, 'forEach: ticker'), ENV))).toEqual([]);
  });

  test.each([
    '{{ tickers | join: ", " }} on {{ publisher }}',
    '{{ tickers }}',
    '({{ tickers }})',
    '{{ tickers | join: ", " | append: " on " }}{{ publisher }}',
    'https://x.br.test/{{ tickers | first }}_USDT',
  ])('and nothing else: %s', (text) => {
    const lines = [...WEBHOOK, `body: { text: '${text}' }`];
    expect(warningsOf(load(withDestination(...lines), ENV))).toEqual([]);
  });
});

test('regression: a form header over a tree is refused', () => {
  const lines = [
    ...WEBHOOK,
    'headers: { content-type: application/x-www-form-urlencoded }',
    'body: { a: "{{ title }}" }',
  ];
  expect(problemsOf(load(withDestination(...lines), ENV))).toEqual([
    expect.stringMatching(/^7:30: `content-type` is not what is sent/),
  ]);
});
