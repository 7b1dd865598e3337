// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own references, not JavaScript's
/** Mistakes that people make: each is reported with the thing, the place and the fix, and nothing else. */
import { describe, expect, test } from 'vitest';
import { DESTINATIONS, ENV, FEEDS, load, problemsOf, RULES, shown, warningsOf } from './load-text.ts';

const MINIMAL = FEEDS + DESTINATIONS + RULES;
const rules = (...lines: readonly string[]) => FEEDS + DESTINATIONS + ['rules:', ...lines, ''].join('\n');

describe('shape', () => {
  test.each(['tls: { insecure: maybe }', 'tls: yes please', 'tls:'])(
    'regression: a feed with a broken `%s` is a problem, not a crash',
    (tls) => {
      const problems = problemsOf(
        load(`feeds:\n  - apiKey: \${KEY}\n    ${tls}\n${DESTINATIONS}${RULES}`, ENV),
      );
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(/^3:\d+: `(tls|insecure)` /);
    },
  );

  test('regression: the certificate of a feed is looked for though another key of `tls` is wrong', () => {
    const yaml = `feeds:\n  - apiKey: \${KEY}\n    tls: { ca: nope.pem, insecure: maybe }\n${DESTINATIONS}${RULES}`;
    expect(problemsOf(load(yaml, ENV))).toEqual([
      '3:16: /etc/bridge/nope.pem cannot be read: it does not exist',
      '3:36: `insecure` must be true or false',
    ]);
  });

  test('regression: a mapping where a list belongs is one problem', () => {
    const yaml = `feeds:\n  name: tokyo\n  apiKey: \${KEY}\n${DESTINATIONS}rules:\n  match: {}\n  send: [bot]\n`;
    expect(problemsOf(load(yaml, ENV))).toEqual([
      '2:3: `feeds` must be a list of feeds, each starting with a dash',
      '7:3: `rules` must be a list of rules, each starting with a dash',
    ]);
  });

  test.each([
    ['ticker: 1000', '8:15', '"1000"'],
    ['ticker: [ABC, 0x10]', '8:21', '"0x10"'],
    ['title: { not: true }', '8:21', '"true"'],
  ])('`%s`: text that YAML reads as something else is to be put in quotes', (condition, place, quoted) => {
    const loaded = load(rules('  - send: bot', '    match:', `      ${condition}`), ENV);
    expect(problemsOf(loaded)).toEqual([expect.stringContaining(`${place}: `)]);
    expect(shown(loaded)).toContain(`hint: put it in quotes: ${quoted}`);
  });

  test.each([
    ['match: { exchange: upbit }', 'publisher'],
    ['match: { type: spot_listing }', 'listingType'],
    ['match: { symbol: ABC }', 'ticker'],
    ['match: { symbols: ABC }', 'ticker'],
    ['match: { title: { regex: KRW } }', 'matches'],
    ['if: {}', 'match'],
    ['schedule: {}', 'when'],
    ['when: { time: "09:00-17:00" }', 'hours'],
    ['when: { tz: UTC, days: mon }', 'timezone'],
  ])('`%s`: another word for a key is understood', (entry, key) => {
    expect(shown(load(rules('  - send: bot', `    ${entry}`), ENV))).toContain(
      `hint: did you mean \`${key}\`?`,
    );
  });

  test('a button that leads nowhere is named', () => {
    const yaml = MINIMAL.replace(
      'rules:',
      '  chat: { type: telegram, botToken: "123456789:AAAAAAAAAAAAAAAAAAAAAAAA", chatId: 5, buttons: [{ text: a, url: nowhere }] }\nrules:',
    );
    expect(problemsOf(load(yaml, ENV))).toEqual([
      expect.stringMatching(/^5:\d+: `url` must be a full URL starting with https:\/\//),
    ]);
  });
});

describe('regression: what is wrong with the whole of a mapping is told beside what is wrong with a part', () => {
  const destination = (...lines: readonly string[]) =>
    `${FEEDS}destinations:\n  bot:\n${lines.map((line) => `    ${line}\n`).join('')}${RULES}`;

  test.each([
    [
      'discord',
      destination('type: discord', 'maxAge: 5'),
      [
        '5:5: `bot`: set webhookUrl, or botToken and channelId',
        '6:13: `maxAge` must be a duration such as 5s',
      ],
    ],
    [
      'discord, twice',
      destination(
        'type: discord',
        'webhookUrl: https://discord.com/api/webhooks/123456789012345678/abc',
        'botToken: "${KEY}"',
        'channelId: "5"',
      ),
      [
        '6:17: `webhookUrl`: set either webhookUrl, or botToken and channelId, not both',
        '8:16: `channelId` must be a Discord id',
      ],
    ],
    [
      'webhook',
      destination('type: webhook', 'url: https://x.br.test/y', 'contentType: text/csv', 'timeout: 5'),
      ['7:18: `contentType` works only with a text body', '8:14: `timeout` must be a duration'],
    ],
    [
      'a rule',
      rules('  - match: { publisher: 5 }', '    send: []'),
      ['6:25: `publisher` must be text', '7:11: `send` must name at least one destination'],
    ],
    [
      'the server',
      `${MINIMAL}server: { host: 0.0.0.0, port: many }\n`,
      ['8:17: `host` must be 127.0.0.1', '8:32: `port` must be a whole number'],
    ],
    ['a server that is no mapping', `${MINIMAL}server: [1]\n`, ['8:9: `server` must be a mapping']],
    ['a host that is no text', `${MINIMAL}server: { host: 5 }\n`, ['8:17: `host` must be text']],
    ['no send at all', rules('  - match: {}'), ['6:5: `send` is missing']],
  ])('%s', (_name, yaml, expected) => {
    expect(problemsOf(load(yaml, ENV))).toEqual(expected.map((part) => expect.stringContaining(part)));
  });
});

describe('YAML', () => {
  test('regression: a tab is one problem, whatever the parser makes of the rest', () => {
    expect(problemsOf(load(rules('\t- match: {}', '    send: bot'), ENV))).toEqual([
      '6:1: a tab cannot indent YAML',
    ]);
  });

  test.each([
    ["'", 'single'],
    ['"', 'double'],
  ])('regression: a quote that is never closed is shown where it opens (%s)', (quote) => {
    const loaded = load(rules(`  - match: { title: { matches: ${quote}KRW } }`, '    send: bot'), ENV);
    expect(problemsOf(loaded)).toEqual(['6:32: the closing quote is missing']);
  });

  test('a key without a space behind its colon', () => {
    const loaded = load(rules('  - match:{}', '    send: bot'), ENV);
    expect(problemsOf(loaded)).toEqual(['6:5: this is not a key and a value']);
    expect(shown(loaded)).toContain('hint: after a key comes a colon, then a space: match: {}');
  });
});

describe('a fault in a template stands at its place in the file', () => {
  const body = (...lines: readonly string[]) =>
    `${FEEDS}destinations:\n  bot:\n    type: webhook\n    url: https://x.br.test/y\n    body:\n${lines
      .map((line) => `      ${line}\n`)
      .join('')}${RULES}`;

  test.each([
    ['in quotes', ['a: "{{ tiker }}"'], '8:14'],
    ['plain', ['a: buy {{ tiker }}'], '8:17'],
    ['behind text of the same words', ["a: 'tiker {{ tiker }}'"], '8:20'],
    ['a block', ['a: |', '  {{ title }}', '  and {{ tiker }}'], '10:16'],
    ['a list', ['a: [x, "{{ tiker }}"]'], '8:18'],
  ])('%s', (_name, lines, place) => {
    expect(problemsOf(load(body(...lines), ENV))).toEqual([
      `${place}: unknown variable "tiker" (did you mean "tickers"?)`,
    ]);
  });

  test.each([
    ['with escapes', ['a: "\\u0041 {{ tiker }}"'], '8:10: line 1, column 6: '],
    ['folded', ['a: >-', '  {{ title }}', '  {{ tiker }}'], '8:10: line 1, column 16: '],
    ['with a variable', ['a: "${KEY} {{ tiker }}"'], '8:10: line 1, column 73: '],
  ])('%s: the text is shown, and the place in it told', (_name, lines, place) => {
    expect(problemsOf(load(body(...lines), ENV))).toEqual([
      expect.stringContaining(`${place}unknown variable`),
    ]);
  });
});

describe('encoding', () => {
  test('regression: a file that is not UTF-8 is refused where it stops being so', () => {
    const yaml = MINIMAL.replace('match: {}', 'name: caf\ufffd\n    match: {}');
    expect(problemsOf(load(yaml, ENV))).toEqual(['6:14: this is not UTF-8 text']);
    expect(shown(load(yaml, ENV))).toContain('hint: save the file as UTF-8');
  });

  test('regression: UTF-16, as some editors of Windows write it', () => {
    const utf16 = Buffer.from(`\ufeff${MINIMAL}`, 'utf16le').toString('utf8');
    expect(problemsOf(load(utf16, ENV))).toEqual(['1:1: this is not UTF-8 text']);
  });
});

describe('warnings', () => {
  test.each([
    ['no rules', 'rules: []\n', '`rules` must have at least one rule: nothing would be sent'],
    ['an unknown destination', 'rules: [{ match: {}, send: bott }]\n', 'there is no destination bott'],
  ])('regression: %s are no reason to call destinations unused', (_name, yaml, problem) => {
    const loaded = load(FEEDS + DESTINATIONS + yaml, ENV);
    expect(problemsOf(loaded)).toEqual([expect.stringContaining(problem)]);
    expect(warningsOf(loaded)).toEqual([]);
  });

  test.each([
    ['wss://cryptolisting.ws', 'abcdefghijkl', true],
    ['wss://kr.cryptolisting.ws', `dsk_${'0'.repeat(63)}`, true],
    ['wss://kr.cryptolisting.ws', `dsk_${'0'.repeat(64)}`, false],
    ['ws://127.0.0.1:9201', 'abcdefghijkl', false],
  ])('%s: a key of the wrong form (%s) is told before the service refuses it: %s', (url, key, isTold) => {
    const yaml = `feeds: [{ url: "${url}", apiKey: "\${KEY}" }]\n${DESTINATIONS}${RULES}`;
    expect(warningsOf(load(yaml, { KEY: key }))).toEqual(
      isTold ? [expect.stringMatching(/^1:\d+: `apiKey` does not have the form/)] : [],
    );
  });
});
