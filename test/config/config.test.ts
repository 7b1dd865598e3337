// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own references, not JavaScript's
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENV_EXAMPLE } from '../../src/config/env-example.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { destinationTypes } from '../../src/destinations/index.ts';
import { Secret } from '../../src/platform/secret.ts';
import { runs } from '../support/properties.ts';
import {
  apiKeyOf,
  DESTINATIONS,
  ENV,
  FEEDS,
  FILE,
  load,
  problemsOf,
  RULES,
  shown,
  warningsOf,
} from './load-text.ts';

const MINIMAL = FEEDS + DESTINATIONS + RULES;
const TYPES = [...destinationTypes.keys()].join(', ');

describe('a valid config', () => {
  test('gets every default, in ms and with absolute paths', () => {
    const { config, problems, warnings, digest } = load(MINIMAL, ENV);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([]);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(config).toMatchObject({
      file: FILE,
      feeds: [{ name: 'cryptolisting.ws', silenceTimeout: 45_000 }],
      destinations: { bot: { type: 'webhook', maxAge: 600_000 } },
      rules: [{ name: 'rule 1', match: {}, send: [{ to: 'bot' }], stop: false }],
      templates: {},
      store: { path: '/etc/bridge/data/listing-bridge.db', retention: 30 * 86_400_000 },
      server: { host: '127.0.0.1', port: 8787 },
      log: { level: 'info', format: 'auto' },
      watch: true,
      dedupeWindow: 3_600_000,
      shutdownTimeout: 10_000,
    });
  });

  test('a relative store.path starts from $LISTING_BRIDGE_STORE_ROOT where it is set, an absolute one does not', () => {
    const env = { ...ENV, LISTING_BRIDGE_STORE_ROOT: '/' };
    expect(load(MINIMAL, env).config?.store.path).toBe('/data/listing-bridge.db');
    const named = `${MINIMAL}store: { path: /var/lib/x.db }\n`;
    expect(load(named, env).config?.store.path).toBe('/var/lib/x.db');
  });

  test('the example with the example environment has no other fault than placeholders, and each of them', () => {
    const file = new URL('../../config.example.yaml', import.meta.url).pathname;
    const text = readFileSync(file, 'utf8');
    const loaded = load(text, { ...parseEnv(ENV_EXAMPLE) } as Record<string, string>);
    const named = /^\d+:\d+: `\w+` is still a placeholder, from the variable (\w+) /;
    expect(
      problemsOf(loaded)
        .map((problem) => named.exec(problem)?.[1])
        .sort(),
    ).toEqual(Object.keys(parseEnv(ENV_EXAMPLE)).sort());
    expect(warningsOf(loaded)).toEqual([]);
    const variables = [...text.matchAll(/^[^#\n]*\$\{([A-Z_]+)\}/gm)].map(([, name]) => name);
    expect(new Set(variables)).toEqual(new Set(Object.keys(parseEnv(ENV_EXAMPLE))));
  });

  test('without a server', () => {
    expect(load(`${MINIMAL}server: false\n`, ENV).config?.server).toBe(false);
  });

  test('anchors and merge keys are expanded, own keys win', () => {
    const { config, problems } = load(
      `${FEEDS}${RULES}destinations:
  bot: &bot { type: webhook, url: "https://bot.bridge.test/x", timeout: 1s, maxAge: 5s }
  copy: { <<: *bot, timeout: 2s }
`,
      ENV,
    );
    expect(problems).toEqual([]);
    expect(config?.destinations['copy']).toMatchObject({ type: 'webhook', timeout: 2000, maxAge: 5000 });
  });

  test('a byte order mark and CRLF do not matter', () => {
    expect(load(`\uFEFF${MINIMAL.replaceAll('\n', '\r\n')}`, ENV).problems).toEqual([]);
  });
});

/** name, YAML, what `check` says. The minimal parts follow below unless the YAML has them. */
const BROKEN: readonly (readonly [name: string, yaml: string, problems: readonly string[]])[] = [
  ['unknown key', 'feedz: 1', ['1:1: unknown key `feedz`']],
  ['cluster without a database', 'cluster: {}', ['1:1: `url` is missing']],
  ['unknown nested key', 'log:\n  levle: info', ['2:3: unknown key `levle`']],
  [
    'word of a set',
    'log: { level: verbose }',
    ['1:15: `level` must be one of: debug, info, warn, error, silent'],
  ],
  [
    'bare number as duration',
    'dedupeWindow: 5',
    ['1:15: `dedupeWindow` must be a duration with a unit, such as 500ms, 5s, 10m, 1h or 3d'],
  ],
  ['empty section', 'store:', ['1:1: `store` has no value']],
  ['port out of range', 'server: { port: 99999 }', ['1:17: `port` must be a whole number from 0 to 65535']],
  [
    'open host without token',
    'server: { host: 0.0.0.0 }',
    ['1:17: `host` must be 127.0.0.1, ::1 or localhost, unless server.token is set: anyone could reach it'],
  ],
  [
    'feeds not a list',
    'feeds: { apiKey: x }',
    ['1:8: `feeds` must be a list of feeds, each starting with a dash'],
  ],
  ['feed without key', 'feeds:\n  - name: a', ['2:5: `apiKey` is missing']],
  ['slip in a required key', 'feeds:\n  - apikey: "${KEY}"', ['2:5: unknown key `apikey`']],
  [
    'number where text belongs',
    'feeds:\n  - { apiKey: "${KEY}", exchanges: [1] }',
    ['2:37: an entry of `exchanges` must be text (in quotes), not a number'],
  ],
  [
    'duration or off',
    'feeds:\n  - { apiKey: "${KEY}", selfTest: 5x }',
    ['2:35: `selfTest` must be a duration with a unit, such as 500ms, 5s, 10m, 1h or 3d, or false'],
  ],
  [
    'unreadable CA',
    'feeds:\n  - apiKey: ${KEY}\n    tls: { ca: ca.pem }',
    ['3:16: /etc/bridge/ca.pem cannot be read: it does not exist'],
  ],
  [
    'a delay that leaves nothing to send',
    'destinations:\n  bot: { type: webhook, url: "https://bot.test/x", delay: 10m }',
    ['2:59: nothing would ever be sent: after 10m all news is older than maxAge (10m)'],
  ],
  [
    'feed names',
    'feeds:\n  - apiKey: ${KEY}\n  - apiKey: ${KEY}',
    ['3:5: there is already a feed named cryptolisting.ws, in line 2'],
  ],
  ['unset variable', 'store: { path: "${NOPE}" }', ['1:16: the variable NOPE is not set']],
  ['empty variable', 'store: { path: "${EMPTY}" }', ['1:16: the variable EMPTY is set, but empty']],
  [
    'missing file',
    'store: { path: "${file:s/x}" }',
    ['1:16: the file /etc/bridge/s/x cannot be read: it does not exist'],
  ],
  ['unclosed reference', 'store: { path: "${NOPE" }', ['1:16: `${` is never closed']],
  [
    'wrong type',
    'destinations:\n  bot: { type: webhok, url: https://x.br.test/y }',
    [`2:16: \`type\` must be one of: ${TYPES}`],
  ],
  ['no type', 'destinations:\n  bot: { url: https://x.br.test/y }', [`2:3: \`bot\` needs a type: ${TYPES}`]],
  [
    'name of a destination',
    'destinations:\n  bot: { type: webhook, url: https://x.br.test/y }\n  a b: { type: webhook, url: https://x.br.test/y }',
    ['3:3: the name `a b` must be 1 to 40 letters, digits, dots, dashes or underscores'],
  ],
  [
    'reserved header',
    'destinations:\n  bot:\n    type: webhook\n    url: https://x.br.test/y\n    headers: { host: x }',
    ['5:16: the name `host` is a header that the bridge sets itself'],
  ],
  [
    'unset variable says no more',
    'destinations:\n  bot: { type: discord, webhookUrl: "${NOPE}" }',
    ['2:37: the variable NOPE is not set'],
  ],
  [
    'unknown destination',
    'rules:\n  - { match: {}, send: [bot, bto] }',
    ['2:30: there is no destination bto'],
  ],
  [
    'unknown template',
    'rules:\n  - { match: {}, send: [{ to: bot, template: x }] }',
    ['2:46: there is no template x'],
  ],
  [
    'destination twice',
    'rules:\n  - { match: {}, send: [bot, bot] }',
    ['2:30: bot is named twice: a rule sends to it once'],
  ],
  ['no match', 'rules:\n  - name: a\n    send: bot', ['2:5: `match` is missing']],
  [
    'rule names',
    'rules:\n  - { name: a, match: {}, send: bot, stop: true }\n  - { name: a, match: {}, send: bot }',
    ['3:13: there is already a rule named a, in line 2'],
  ],
  [
    'nothing sent',
    'rules:\n  - match: {}\n    send: []',
    ['3:11: `send` must name at least one destination (or add stop: true, to drop what matches)'],
  ],
  [
    'lookahead',
    'rules:\n  - match: { title: { matches: (?=x) } }\n    send: bot',
    ['2:32: not a valid regular expression: invalid or unsupported Perl syntax: `(?=`'],
  ],
  [
    'bracket',
    'rules:\n  - match: { title: { not: [{ matches: "(a" }] } }\n    send: bot',
    ['2:40: not a valid regular expression: missing closing ): `(a`'],
  ],
  [
    'condition key',
    'rules:\n  - match: { title: { matchs: a } }\n    send: bot',
    ['2:23: unknown key `matchs`'],
  ],
  [
    'condition kind',
    'rules:\n  - match: { tickerCount: lots }\n    send: bot',
    ['2:27: `tickerCount` must be a whole number, a list, or an object with not or any'],
  ],
  ['empty template', 'templates:\n  a: {}', ['2:6: `a` must have text, body or both']],
  ['not a mapping', '- feeds', ['1:1: the config must be a mapping with feeds, destinations and rules']],
  ['duplicate key', 'log: {}\nlog: {}', ['2:1: the key log is given twice: here and in line 1']],
  [
    'unquoted template',
    'templates:\n  a: { text: {{ ticker }} }',
    ['2:15: a key must be a word', '2:14: `text` must be text, not a mapping'],
  ],
  ['unquoted @', 'store: { path: @x }', ['1:16: text that starts with @ must be in quotes']],
  ['tag', 'store: { path: !env X }', ['1:16: tags (!name) are not supported']],
  ['unknown anchor', 'store: { path: *x }', ['1:16: there is no anchor of this name above']],
  ['reserved key', 'templates:\n  __proto__: { text: a }', ['2:3: __proto__ cannot be a key']],
  ['tab', 'store:\n\tpath: x', ['2:1: a tab cannot indent YAML']],
  ['colon in text', 'store: path: x', ['1:8: a key and its value cannot stand here']],
  ['open quote', 'log: {}\nstore: "x', ['2:8: the closing quote is missing']],
];

/** These cannot have the minimal parts after them. */
const ALONE = new Set(['not a mapping', 'open quote', 'tab', 'colon in text']);

describe('a broken config', () => {
  test.each(BROKEN)('%s', (name, yaml, expected) => {
    const rest = ALONE.has(name)
      ? []
      : [FEEDS, DESTINATIONS, RULES].filter((part) => !yaml.startsWith(part.slice(0, part.indexOf(':') + 1)));
    const loaded = load([yaml, ...rest].join('\n'), { ...ENV, EMPTY: '' });
    expect(problemsOf(loaded).toSorted()).toEqual(expected.toSorted());
    expect(loaded.config).toBeUndefined();
  });

  test.each([
    ['', 'the file is empty'],
    ['# nothing\n', 'the file is empty'],
    ['a: 1\n---\nb: 2\n', 'the file holds more than one YAML document'],
    ['a: &a [*a]', 'is too large or too deep (an alias that contains itself?)'],
  ])('%j', (yaml, message) => {
    expect(load(yaml).problems.map((problem) => problem.message)).toContain(message);
  });

  test('regression: half a character in a secret is no crash', () => {
    const loaded = load(`feeds: [{ apiKey: "a\\ud800bbbbbbbbbb" }]\n${DESTINATIONS}${RULES}`);
    expect(problemsOf(loaded)).toEqual([
      '1:19: `apiKey` must be one line of plain letters and digits, as the service issued it',
    ]);
  });

  test('property: any text is answered with problems, never with a crash', () => {
    const piece = fc.constantFrom(
      'feeds',
      'rules',
      ':',
      ' ',
      '\n',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '"',
      '&a',
      '*a',
      '<<',
      '${',
      '!',
      '\t',
      '?',
      '|',
      'x',
      '\\ud800',
      '~',
      '1',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 25 }), (pieces) => {
        const { problems, config } = load(pieces.join(''));
        expect(config).toBeUndefined();
        expect(problems.length).toBeGreaterThan(0);
      }),
      { numRuns: runs(2000) },
    );
  });

  test('aliases cannot make a small file huge', () => {
    const levels = Array.from({ length: 12 }, (_, level) =>
      level === 0
        ? 'a0: &a0 [1,1,1,1,1,1,1,1,1,1]'
        : `a${level}: &a${level} [${`*a${level - 1},`.repeat(10)}]`,
    );
    expect(load(levels.join('\n')).problems.map(({ message }) => message)).toContain(
      'is too large or too deep (an alias that contains itself?)',
    );
  });

  test('a missing file says how to make one', () => {
    const { problems, config, digest } = loadConfig({ file: '/nowhere/config.yaml', env: {} });
    expect(config).toBeUndefined();
    expect(digest).toBe('');
    expect(problems.map((problem) => formatProblem('config.yaml', problem))).toEqual([
      'config.yaml:1:1: the file cannot be read: it does not exist\n  hint: make one with: listing-bridge init',
    ]);
  });

  test('every problem is reported in one go, in the order of the file', () => {
    const loaded = load(
      `feeds:
  - url: https://x.br.test
    apiKey: \${KEY}
    tls: { ca: nope.pem }
destinations:
  bot: { type: webhook, url: "https://x.br.test/y", timeout: 3, body: { a: "{{ tickr }}" } }
  chat: { type: telegram }
rules:
  - match: { publisher: 5, title: { matches: "(" } }
    send: [bto]
log: { level: loud }
`,
      ENV,
    );
    expect(problemsOf(loaded)).toEqual([
      '2:10: `url` must be a full URL starting with wss:// or ws://',
      '4:16: /etc/bridge/nope.pem cannot be read: it does not exist',
      '6:62: `timeout` must be a duration with a unit, such as 500ms, 5s, 10m, 1h or 3d',
      expect.stringMatching(/^6:80: .*tickr/),
      '7:3: `botToken` is missing',
      '7:3: `chatId` is missing',
      '9:25: `publisher` must be text, a list, or an object with not, in, matches or any',
      expect.stringMatching(/^9:46: not a valid regular expression: missing closing \)/),
      '10:12: there is no destination bto',
      '11:15: `level` must be one of: debug, info, warn, error, silent',
    ]);
  });

  test('the problem is shown with its line, a caret and a hint', () => {
    const loaded = load(`${MINIMAL}log:\n  level: inof # 원화\n`, ENV);
    expect(shown(loaded)).toBe(
      [
        'config.yaml:9:10: `level` must be one of: debug, info, warn, error, silent',
        '    9 |   level: inof # 원화',
        '      |          ^',
        '  hint: did you mean `info`?',
      ].join('\n'),
    );
  });

  test('the caret stands right behind wide characters, tabs and blotted secrets', () => {
    const caretAt = (yaml: string) => {
      const [, line = '', caret = ''] = shown(load(yaml + MINIMAL, ENV)).split('\n');
      return { line: line.slice(8), before: caret.slice(8, caret.indexOf('^')) };
    };
    expect(caretAt('"원화": 1\n').before).toBe('');
    expect(caretAt('log: { "원화": 1 }\n').before).toBe(' '.repeat(7));
    expect(caretAt('log: { level: info, #원화\n format: 원화 }\n').before).toBe(' '.repeat(9));
    expect(caretAt('store: { path: 원화, pth: 1 }\n').before).toBe(
      ' '.repeat('store: { path: '.length + 4 + 2),
    );
    expect(caretAt('log:\t{ levl: 1 }\n').before).toBe('       ');
    const { line, before } = caretAt('server: { token: abcdefghijklmnop, prot: 1 }\n');
    expect(line.slice(before.length)).toMatch(/^prot/);
    expect(line).not.toContain('abcdefgh');
  });
});

describe('templates', () => {
  test('are compiled for each destination that uses them', () => {
    const loaded = load(
      `${FEEDS}${DESTINATIONS}templates:
  bad: { text: "{{ nope }}" }
  unused: { text: "{{ nope }}" }
  tree:
    body:
      list: [1, "{{ nope }}"]
rules:
  - { match: { publisher: upbit }, send: [{ to: bot, template: bad }] }
  - { match: {}, send: [{ to: bot, template: tree }] }
`,
      ENV,
    );
    expect(problemsOf(loaded)).toEqual([
      expect.stringMatching(/^6:20: .*nope.*\(template bad for bot, webhook\)/),
      expect.stringMatching(/^10:21: .*nope.*\(template tree for bot, webhook\)/),
    ]);
    expect(warningsOf(loaded)).toContain('7:3: no rule uses the template unused');
  });
});

test('the JSON schema is made of the same parts', () => {
  const schema = configJsonSchema();
  expect(schema).toMatchObject({
    type: 'object',
    additionalProperties: false,
    properties: {
      log: {
        properties: {
          level: {
            anyOf: [
              { type: 'string', enum: ['debug', 'info', 'warn', 'error', 'silent'] },
              { type: 'string', pattern: String.raw`\$\{` },
            ],
          },
        },
      },
    },
  });
});

test('the JSON schema asks for each section, unless an included file brings it, or it is one', () => {
  expect(JSON.stringify(configJsonSchema()['allOf'])).toContain(
    [
      '{"if":{"required":["feeds"],"not":{"required":["include"]}},"then":{"required":["feeds","destinations","rules"]}}',
      '{"if":{"required":["include"]},"then":{"required":["feeds"]}}',
    ].join(),
  );
});

test('secrets in the config are secrets', () => {
  const { config } = load(MINIMAL, ENV);
  expect(apiKeyOf({ config })).toBeInstanceOf(Secret);
  expect(apiKeyOf({ config })?.reveal()).toBe(ENV.KEY);
  expect(JSON.stringify(config)).not.toContain(ENV.KEY);
});
