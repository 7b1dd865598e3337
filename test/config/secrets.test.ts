// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own references, not JavaScript's
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { secretKnowledge } from '../../src/config/secret-knowledge.ts';
import { isSecretPlace } from '../../src/config/secret-places.ts';
import { destinationTypes } from '../../src/destinations/index.ts';
import { secret, text } from '../../src/platform/fields.ts';
import { runs } from '../support/properties.ts';
import { ENV, load, shown, warningsOf } from './load-text.ts';

/** Random text with letters and digits, as every real key has. */
const token = fc
  .string({
    unit: fc.constantFrom(...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'),
    minLength: 32,
    maxLength: 48,
  })
  .filter((text) =>
    [0, 8, 16, 24].every(
      (at) => /\d/.test(text.slice(at, at + 8)) && /[a-zA-Z]/.test(text.slice(at, at + 8)),
    ),
  );

/** Without a digit, so that only its place tells that it is secret. */
const word = fc.string({
  unit: fc.constantFrom(...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ'),
  minLength: 32,
  maxLength: 48,
});

const allOf = (kind: fc.Arbitrary<string>) =>
  fc.record({ api: kind, hook: kind, path: kind, header: kind, bot: kind, admin: kind, sign: kind });
type Tokens = Readonly<Record<'api' | 'hook' | 'path' | 'header' | 'bot' | 'admin' | 'sign', string>>;

/** Every kind of secret, in clear. */
const inClear = ({ api, hook, path, header, bot, admin, sign }: Tokens) => `feeds:
  - apiKey: dsk_${api}
destinations:
  chat:
    type: discord
    webhookUrl: "https://discord.com/api/webhooks/123456789012345678/${hook}"
  group: { type: telegram, botToken: "123456789:${bot}", chatId: 5 }
  bot:
    type: webhook
    url: https://bot.bridge.test/hook/${path}?k=${path}
    headers: { X-Thing: ${header}, Authorization: Bearer ${header} }
    secret: whsec_${sign}
    method: GET
rules:
  - { match: {}, send: [chat, group, bot] }
server: { token: ${admin}, prt: 1 }
`;

/** Not even a third of a token may get out. */
function leaks(text: string, secrets: Tokens): string[] {
  return Object.values(secrets).flatMap((secret) => {
    const parts = Array.from({ length: secret.length - 11 }, (_, at) => secret.slice(at, at + 12));
    return parts.filter((part) => text.includes(part));
  });
}

describe('no secret is ever shown', () => {
  test('of a config with mistakes', () => {
    fc.assert(
      fc.property(fc.oneof(allOf(token), allOf(word)), (secrets) => {
        const loaded = load(inClear(secrets));
        const text = shown(loaded);
        expect(loaded.problems.length).toBeGreaterThan(1);
        expect(leaks(text, secrets)).toEqual([]);
        expect(text).toContain('method: GET');
      }),
      { numRuns: runs(50) },
    );
  });

  test('wherever a character or a line is lost, added or changed', () => {
    const at = fc.double({ min: 0, max: 0.999_999, noNaN: true });
    const character = fc.constantFrom(...'\n\t "\':{}[],#&*!|>%@-?$xX1');
    const edits = fc.array(fc.tuple(fc.constantFrom('add', 'drop', 'replace', 'cutLine'), at, character), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(allOf(token), edits, (secrets, changes) => {
        let yaml = inClear(secrets);
        for (const [kind, where, added] of changes) {
          const offset = Math.floor(where * yaml.length);
          const end =
            kind === 'add' ? offset : kind === 'cutLine' ? yaml.indexOf('\n', offset) + 1 : offset + 1;
          yaml =
            yaml.slice(0, offset) + (kind === 'drop' || kind === 'cutLine' ? '' : added) + yaml.slice(end);
        }
        const loaded = load(yaml);
        expect(leaks(shown(loaded), secrets)).toEqual([]);
        expect(leaks(JSON.stringify([loaded.problems, loaded.warnings]), secrets)).toEqual([]);
      }),
      { numRuns: runs(500) },
    );
  });

  test.each([
    ['short', 'server: { token: abc, prt: 1 }', 'abc', '{ token: <redacted>, prt: 1 }'],
    [
      'with escapes',
      'server: { token: "verysecret\\x41word", prt: 1 }',
      'verysecret',
      'token: <redacted>, prt',
    ],
    ['where nothing parses', 'server:\n  tok\n a8secretw: "x', 'a8secretw', '<redacted>'],
    [
      'regression: broken in two in a comment',
      `#  - apiKey: dsk_${'a1b2'.repeat(4)}%c3d4c3d4c3d4c3\ndestinations: {}`,
      'c3d4c3d4c3d4',
      '#  - apiKey: <redacted>%<redacted>',
    ],
    ['a long word where nothing parses', 'server: a\n secretsecretsecret: "x', 'secretsecret', '<redacted>'],
  ])('%s', (_name, yaml, secret, visible) => {
    const text = shown(load(yaml));
    expect(text).not.toContain(secret);
    expect(text).toContain(visible);
  });

  test('but keys stay readable where nothing parses', () => {
    expect(shown(load('log: {}\nshutdownTimeout: "5s'))).toContain('shutdownTimeout: "5s');
  });

  test('when it comes from a variable or a file, and fails its check', () => {
    fc.assert(
      fc.property(word, word, (one, two) => {
        const loaded = load(
          `feeds:
  - apiKey: \${KEY}
    name: \${KEY}/x
    exchanges: ["\${file:k}"]
destinations: { "d": { type: "\${KEY}" } }
rules: [{ match: { publisher: "\${KEY}" }, send: "\${file:k}" }]
`,
          { KEY: one },
          { '/etc/bridge/k': `${two}\n` },
        );
        const text = shown(loaded);
        expect(loaded.problems.length).toBeGreaterThan(2);
        expect(text.includes(one) || text.includes(two)).toBe(false);
      }),
      { numRuns: runs(50) },
    );
  });

  test('and the redactor of a valid config removes each, whole and in parts', () => {
    const yaml = `feeds:
  - apiKey: \${KEY}
destinations:
  chat: { type: discord, webhookUrl: "https://discord.com/api/webhooks/123456789012345678/hookTokenHook" }
  group: { type: telegram, botToken: "123456789:botTokenbotTokenbotToken", chatId: 5 }
  bot:
    type: webhook
    url: https://bot.bridge.test/a/long/path?with=query
    headers: { X-Source: listing-bridge, Authorization: Basic abcd, X-Var: "\${VAR}" }
rules:
  - { match: {}, send: [chat, group, bot] }
`;
    const { redact, problems } = load(yaml, { ...ENV, VAR: 'fromOutside' });
    expect(problems).toEqual([]);
    for (const secret of [
      ENV.KEY,
      'hookTokenHook',
      '123456789:botTokenbotTokenbotToken',
      '/a/long/path?with=query',
      'Basic abcd',
      'fromOutside',
    ])
      expect(redact(`<${secret}>`)).toBe('<<redacted>>');
    expect(redact('listing-bridge')).toBe('listing-bridge');
    expect(redact('https://bot.bridge.test')).toBe('https://bot.bridge.test');
  });
});

const whole = (destinations: string, feed = '') =>
  `feeds:\n  - { apiKey: "\${KEY}"${feed} }\ndestinations:\n${destinations}\nrules:\n  - { match: {}, send: d }\n`;
const webhook = (more: string) => `  d: { type: webhook, url: "https://bot.bridge.test/signal", ${more} }`;

describe('what a redactor of a config knows', () => {
  test.each([
    [
      'a password in the address of a feed',
      whole(webhook('dryRun: false'), ', url: "wss://me:pass1word@feed.bridge.test"'),
      'pass1word',
    ],
    [
      'a token in the query of a feed',
      whole(webhook('dryRun: false'), ', url: "wss://feed.bridge.test/?token=q1w2e3r4"'),
      'q1w2e3r4',
    ],
    ['a passphrase in a body', whole(webhook('body: { passphrase: open-sesame-9 }')), 'open-sesame-9'],
    ['a passcode deep in a body', whole(webhook('body: { login: { passcode: 8x8y8z } }')), '8x8y8z'],
    ['a PIN, which is a number', whole(webhook('body: { pin: 90817263 }')), '90817263'],
    [
      'the password of Basic',
      whole(webhook(`headers: { Authorization: Basic ${Buffer.from('me:s3cr3tpw9').toString('base64')} }`)),
      's3cr3tpw9',
    ],
    [
      'a header after its scheme',
      whole(webhook('headers: { Authorization: Token z9y8x7w6v5 }')),
      'z9y8x7w6v5',
    ],
    [
      'a value of a query',
      whole('  d: { type: webhook, url: "https://bot.bridge.test/a?sig=m1n2b3v4" }'),
      'm1n2b3v4',
    ],
    [
      'a segment of a path',
      whole('  d: { type: webhook, url: "https://bot.bridge.test/hooks/t0k3nt0k3n/now" }'),
      't0k3nt0k3n',
    ],
    [
      'the user of an own Bot API server',
      whole(
        '  d: { type: telegram, botToken: "123456789:AAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1", chatId: 5, apiUrl: "https://u:l0ngpassw0rd@api.bridge.test" }',
      ),
      'l0ngpassw0rd',
    ],
  ])('regression: %s', (_name, yaml, secret) => {
    const { redact } = load(yaml, ENV);
    expect(redact(`it said ${secret}, twice: ${encodeURIComponent(secret)}`)).not.toContain(secret);
    expect(redact(`it said ${secret}`)).toContain('it said <redacted>');
    expect(redact('https://bot.bridge.test and wss://feed.bridge.test')).toBe(
      'https://bot.bridge.test and wss://feed.bridge.test',
    );
  });

  test('regression: what merely came from the environment stays readable: names, hosts, ids, words', () => {
    const yaml = `feeds:
  - { apiKey: "\${KEY}", name: "\${REGION}", url: "wss://\${FEED_HOST}" }
destinations:
  d: { type: telegram, botToken: "\${TELEGRAM_BOT_TOKEN}", chatId: "\${CHAT_ID}" }
  "\${NAME}x": { type: webhook, url: "https://bot.bridge.test/signal", body: { pair: "\${PAIR}", author: "\${AUTHOR}" } }
rules:
  - { match: { publisher: "\${EXCHANGE}" }, send: [d] }
store: { path: "\${FOLDER}/bridge.db" }
`;
    const env = {
      ...ENV,
      REGION: 'tokyo-region-1',
      FEED_HOST: 'feed.bridge.test',
      TELEGRAM_BOT_TOKEN: '123456789:AAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1',
      CHAT_ID: '-1001234567890',
      PAIR: 'BTC-USDT-SWAP',
      AUTHOR: 'delivery.attempted',
      EXCHANGE: 'binance-futures',
      FOLDER: '/var/lib/listing-bridge',
    };
    const { redact } = load(yaml, env);
    const { KEY, TELEGRAM_BOT_TOKEN, ...readable } = env;
    for (const word of Object.values(readable)) expect(redact(`<${word}>`)).toBe(`<${word}>`);
    expect(redact(`<${KEY}> <${TELEGRAM_BOT_TOKEN}>`)).toBe('<<redacted>> <<redacted>>');
    expect(redact('chat 123456789')).toBe('chat 123456789');
  });

  test('a variable or a file whose name announces a secret is one wherever it is put', () => {
    const yaml = whole(webhook('body: { note: "${TRADE_TOKEN}", id: "${PIN_CHAT}", file: "${file:k}" }'));
    const { redact } = load(
      yaml,
      { ...ENV, TRADE_TOKEN: 'k2k3k4k5k6', PIN_CHAT: '123456789' },
      { '/etc/bridge/k': 'f1f2f3f4f5' },
    );
    expect(redact('k2k3k4k5k6 123456789 f1f2f3f4f5')).toBe('<redacted> 123456789 <redacted>');
  });

  test('regression: names stay readable where an address has them too, and its words hide no others', () => {
    const yaml = `feeds: [{ apiKey: "\${KEY}", name: tokyo-feed-1 }]
destinations:
  trading-bot-2: { type: webhook, url: "https://bot.bridge.test/trading-bot-2" }
  my-trading-signals: { type: webhook, url: "https://bot.bridge.test/my-trading-signals" }
  upbit-signals-2024: { type: webhook, url: "https://bot.bridge.test/hooks/upbit-signals-2024?key=k3yk3yk3y" }
  d: { type: webhook, url: "https://bot.bridge.test/hook/listing-bridge-2" }
rules:
  - { name: tokyo-feed-1, match: {}, send: [trading-bot-2, my-trading-signals, upbit-signals-2024, d] }
`;
    const { redact, problems } = load(yaml, ENV);
    expect(problems).toEqual([]);
    for (const word of [
      'trading-bot-2',
      'my-trading-signals',
      'the destination upbit-signals-2024 is suspended: see listing-bridge status',
      'listing-bot-upbit of tokyo-feed-1',
    ])
      expect(redact(word)).toBe(word);
    expect(redact('no route to /hook/listing-bridge-2, listing-bridge-2 or k3yk3yk3y')).toBe(
      'no route to <redacted>, <redacted> or <redacted>',
    );
    expect(redact('https://bot.bridge.test/trading-bot-2')).toBe('<redacted>');
  });

  test('regression: a placeholder that is all of a short path is told, not hidden', () => {
    const yaml = whole('  d: { type: webhook, url: "https://bot.bridge.test/{ticker}" }');
    expect(warningsOf(load(yaml, ENV)).join()).toContain('{ticker} is not a placeholder');
  });

  test('a key that was put where a name belongs is no name', () => {
    const key = `dsk_${'a1b2c3d4'.repeat(8)}`;
    const { redact } = load(
      `feeds: [{ apiKey: "\${KEY}", name: "\${KEY}" }]\ndestinations: { "${key}": { type: webhook, url: "https://x.br.test/${key}" } }\n`,
      { ...ENV, KEY: 'opensesame' },
    );
    expect(redact(`${key}, opensesame`)).toBe('<redacted>, <redacted>');
  });

  test('regression: a UUID is hidden without its dashes too, and an address that is none does not hide how others begin', () => {
    const uuid = '550e8400-e29b-41d4-a716-446655440000';
    const { redact } = load(whole(webhook(`headers: { X-Token: ${uuid} }`)), ENV);
    expect(redact(`<${uuid}> <${uuid.replaceAll('-', '')}>`)).toBe('<<redacted>> <<redacted>>');
    const broken = load(
      whole('  d: { type: webhook, url: "https://bot.bridge.test:99999/t0k3nt0k3n" }'),
      ENV,
    );
    expect(broken.redact('https://discord.com/api, t0k3nt0k3n')).toBe('https://discord.com/api, <redacted>');
  });

  test('regression: the first of two values of one key is shown nowhere', () => {
    const yaml = whole(
      '  d: { type: discord, webhookUrl: "https://discord.com/api/webhooks/123456789012345678/firstonefirstone", webhookUrl: "https://discord.com/api/webhooks/123456789012345678/secondonesecond" }',
    );
    const loaded = load(yaml, ENV);
    expect(loaded.problems.length).toBeGreaterThan(0);
    expect(shown(loaded)).not.toMatch(/firstone|secondone/);
    expect(loaded.redact('firstonefirstone and secondonesecond')).toBe('<redacted> and <redacted>');
  });
});

describe('a secret in clear', () => {
  const warn = (destination: string, env = ENV) =>
    warningsOf(
      load(
        `feeds:\n  - apiKey: \${KEY}\ndestinations:\n  d: ${destination}\nrules:\n  - { match: {}, send: d }\n`,
        env,
      ),
    );

  test.each([
    [
      '{ type: telegram, botToken: "123456789:aaaaaaaaaaaaaaaaaaaaaa", chatId: 5 }',
      ['4:34: `botToken` is written in the file in clear text'],
    ],
    [
      '{ type: webhook, url: "https://x.br.test/y?key=1" }',
      ['4:28: `url` is written in the file in clear text'],
    ],
    [
      '{ type: webhook, url: "https://x.br.test/abcdefghijklmnopqrst" }',
      ['4:28: `url` is written in the file in clear text'],
    ],
    ['{ type: webhook, url: "https://x.br.test/signal" }', []],
    [
      '{ type: webhook, url: "https://x.br.test/signal", body: { passphrase: open, pin: 1234, pair: "{{ title }}" } }',
      [
        '4:76: `passphrase` is written in the file in clear text',
        '4:87: `pin` is written in the file in clear text',
      ],
    ],
    // regression: false alarms
    ['{ type: webhook, url: "https://x.br.test/y", proxy: false }', []],
    ['{ type: webhook, url: "https://x.br.test/in?src=ann&v=2" }', []],
    ['{ type: webhook, url: "https://x.br.test/listing-signals-v2/orders" }', []],
    [
      '{ type: webhook, url: "https://x.br.test/in?id=9f8e7d6c5b4a" }',
      ['4:28: `url` is written in the file in clear text'],
    ],
    ['{ type: webhook, url: "https://x.br.test/y", body: { token: "{{ publisher }}" } }', []],
    [
      '{ type: telegram, botToken: "${KEY}", chatId: 5, apiUrl: "https://u:pass1word@x.br.test" }',
      ['4:63: `apiUrl` is written in the file in clear text'],
    ],
    ['{ type: webhook, url: "https://x.br.test/${KEY}" }', []],
    ['{ type: webhook, url: "https://x.br.test/y", headers: { X-A: plain } }', []],
    [
      '{ type: webhook, url: "https://x.br.test/y", headers: { Authorization: abc } }',
      ['4:77: `Authorization` is written in the file in clear text'],
    ],
  ])('%s', (destination, expected) => {
    expect(warn(destination)).toEqual(expected);
  });

  test('the hint names a variable', () => {
    const yaml =
      'feeds:\n  - url: wss://feed.example\n    apiKey: dsk_aaaaaaaaaaaaaaaa1\ndestinations: {}\nrules: []\n';
    expect(load(yaml).warnings[0]?.hint).toContain('${API_KEY}');
  });
});

test('every option that the schema calls secret stands in a place that counts as secret', () => {
  const places: string[][] = [];
  const visit = (schema: z.core.JSONSchema.BaseSchema | boolean | undefined, path: string[]): void => {
    if (typeof schema !== 'object') return;
    if (schema['secret'] === true) places.push(path);
    for (const [key, inner] of Object.entries(schema.properties ?? {})) visit(inner, [...path, key]);
    if (typeof schema.additionalProperties === 'object')
      visit(schema.additionalProperties, [...path, 'name']);
    for (const inner of [schema.items, schema.anyOf, schema.oneOf, schema.allOf].flat()) visit(inner, path);
  };
  visit(configJsonSchema(), []);
  expect(places.map((path) => path.join('.'))).toEqual(
    expect.arrayContaining([
      'feeds.apiKey',
      'destinations.name.url',
      'destinations.name.botToken',
      'server.token',
    ]),
  );
  const known = secretKnowledge(destinationTypes);
  expect(places.filter((path) => !isSecretPlace(path, known))).toEqual([]);
});

test('regression: an option of a feed that its schema calls secret is secret, whatever its name', () => {
  const known = secretKnowledge(destinationTypes, { presets: { login: secret(), title: text() } });
  expect(isSecretPlace(['feeds', 0, 'login'], known)).toBe(true);
  expect(isSecretPlace(['feeds', 0, 'title'], known)).toBe(false);
  expect(isSecretPlace(['rules', 0, 'login'], known)).toBe(false);
});
