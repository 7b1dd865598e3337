/** Values that nobody has replaced are errors, wherever a value has to be real; and no real value is taken for one. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own references, not JavaScript's
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPlaceholder, reservedHost } from '../../src/config/placeholder-words.ts';
import { runs } from '../support/properties.ts';
import { DESTINATIONS, ENV, FEEDS, FILE, load, problemsOf, RULES, shown, warningsOf } from './load-text.ts';

const FEED = `feeds: [{ apiKey: dsk_${'a1'.repeat(32)} }]\n`;
const one = (destination: string) => `${FEEDS}destinations:\n  bot: { ${destination} }\n${RULES}`;
const TOKEN = 'AAH3kZp0wQ7v-9sXy2LmNbVcRtEuIoPlKjH';
const HOOK = 'https://discord.com/api/webhooks/1234567890123456789';
const REAL_HOOK = `${HOOK}/Zq3-kT7_${'a8Bd0fG2'.repeat(7)}`;

describe.each([
  ['dsk_your_key_here', 'dsk_replace_me', 'YOUR_API_KEY', '<api_key>', '<your key>', 'xxxxxxxxxxxx'],
  ['changeme', 'change-me', 'CHANGE_THIS', 'paste-key-here', 'put your key here', '...', '…', 'token'],
  ['dsk_xxx', 'dsk_…', 'dsk_<64 characters>', 'dsk_ab12cd34********', 'TODO', 'tbd', 'none', 'undefined'],
  ['replaceme', 'REPLACE-WITH-YOUR-KEY', 'insert_api_key_here', 'API_KEY', '[key]', 'dsk_your-key', 'null'],
  ['your-api-key', 'yourApiKey', 'my key goes here', '***', '-----', 'CRYPTOLISTING_API_KEY', 'dsk_TODO'],
])('a key', (...values) => {
  test.each(values)('%s', (KEY) => {
    const loaded = load(FEEDS + DESTINATIONS + RULES, { KEY });
    expect(loaded.config).toBeUndefined();
    expect(problemsOf(loaded)).toEqual([
      '2:13: `apiKey` is still a placeholder, from the variable KEY (set in the environment)',
    ]);
    expect(warningsOf(loaded)).toEqual([]);
    expect(shown(loaded)).toContain('from your account at https://cryptolisting.ws');
  });
});

test.each([
  ['webhookUrl', 'type: discord', 'https://discord.com/api/webhooks/ID/TOKEN'],
  ['webhookUrl', 'type: discord', 'https://discord.com/api/webhooks/<id>/<token>'],
  ['webhookUrl', 'type: discord', 'https://discord.com/api/webhooks/{webhook.id}/{webhook.token}'],
  ['webhookUrl', 'type: discord', 'https://discord.com/api/webhooks/...'],
  ['webhookUrl', 'type: discord', 'https://discord.com/api/webhooks/YOUR_WEBHOOK_ID/YOUR_WEBHOOK_TOKEN'],
  ['webhookUrl', 'type: discord', `${HOOK}/your-token`],
  ['webhookUrl', 'type: discord', `${HOOK}/replace_me`],
  ['webhookUrl', 'type: discord', `${HOOK}/xxxxxxxxxxxxxxxx`],
  ['webhookUrl', 'type: discord', `${HOOK}/XXX`],
  ['webhookUrl', 'type: discord', 'https://example.com/api/webhooks/1234567890123456789/abc'],
  ['webhookUrl', 'type: discord', 'DISCORD_WEBHOOK_URL'],
  ['botToken', 'type: telegram, chatId: 5', '123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11'],
  ['botToken', 'type: telegram, chatId: 5', '123456789:ABCdefGHIjklMNOpqrSTUvwxYZ'],
  ['botToken', 'type: telegram, chatId: 5', '123456:ABC'],
  ['botToken', 'type: telegram, chatId: 5', '123456789:replace_me_replace_me'],
  ['botToken', 'type: telegram, chatId: 5', '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw'],
  ['botToken', 'type: telegram, chatId: 5', '<bot token>'],
  ['chatId', `type: telegram, botToken: "123456789:${TOKEN}"`, '@my_channel'],
  ['chatId', `type: telegram, botToken: "123456789:${TOKEN}"`, '@your_channel_name'],
  ['chatId', `type: telegram, botToken: "123456789:${TOKEN}"`, '@channelusername'],
  ['chatId', `type: telegram, botToken: "123456789:${TOKEN}"`, '-100xxxxxxxxxx'],
  ['chatId', `type: telegram, botToken: "123456789:${TOKEN}"`, 'YOUR_CHAT_ID'],
  ['url', 'type: webhook', 'https://bot.example.com/signal'],
  ['url', 'type: webhook', 'https://EXAMPLE.org'],
  ['url', 'type: webhook', 'http://hooks.example:8080/x'],
  ['url', 'type: webhook', 'https://your-bot.com/hook'],
  ['url', 'type: webhook', 'https://yourdomain.com/hook'],
  ['url', 'type: webhook', 'https://<host>/hook'],
  ['url', 'type: webhook', 'https://app.trade.io/hook/<strategy-id>'],
  ['url', 'type: webhook', 'https://app.trade.io/hook?key=YOUR_KEY'],
  ['url', 'type: webhook', 'https://app.trade.io/hook/xxx-xxx-xxx'],
  ['url', 'type: webhook', 'https://app.trade.io/hook/changeme'],
  ['secret', 'type: webhook, url: "http://127.0.0.1:9/x"', 'whsec_replace_me'],
  ['secret', 'type: webhook, url: "http://127.0.0.1:9/x"', 'whsec_...'],
])('%s of { %s }: %s is one error, in its place, with where to get the real one', (key, rest, value) => {
  const literal = load(one(`${rest}, ${key}: ${JSON.stringify(value)}`), ENV);
  const column = 14 + rest.length + key.length;
  expect(problemsOf(literal)).toEqual([
    expect.stringMatching(new RegExp(`^4:${column}: \`${key}\` is still a placeholder`)),
  ]);
  expect(shown(literal)).toMatch(/ {2}hint: \S/);
  const file = { '/etc/bridge/.env': `# mine\nOTHER=1\n${key.toUpperCase()}="${value}"\n` };
  const fromFile = load(one(`${rest}, ${key}: "\${${key.toUpperCase()}}"`), ENV, file);
  expect(problemsOf(fromFile)).toEqual([
    expect.stringContaining(`is still a placeholder, from the variable ${key.toUpperCase()} (.env:3)`),
  ]);
  expect(shown(fromFile)).not.toContain(`"${value}"`);
});

const WEBHOOK = 'type: webhook, url: "http://127.0.0.1:9/x"';

test.each([
  ['a header', `${WEBHOOK}, headers: { Authorization: "Bearer <token>" }`],
  ['a header that is no secret', `${WEBHOOK}, headers: { X-Bot: your-bot-id }`],
  ['a key in a body', `${WEBHOOK}, body: { passphrase: "<passphrase>", side: buy }`],
  ['what a body asks for', `${WEBHOOK}, body: { bot_id: YOUR_BOT_ID }`],
  ['a header from a variable', `${WEBHOOK}, headers: { X-Source: "\${NAME}" }`],
])('regression: %s', (_name, destination) => {
  expect(problemsOf(load(one(destination), { ...ENV, NAME: 'changeme' }))).toEqual([
    expect.stringContaining('is still a placeholder'),
  ]);
});

test('regression: the token of the server, and the address of a feed', () => {
  const token = load(`${FEED}${DESTINATIONS}${RULES}server: { token: replace_me_admin }\n`, ENV);
  expect(problemsOf(token)).toEqual(['7:18: `token` is still a placeholder']);
  const feed = FEED.replace('[{', '[{ url: wss://feed.example.com/stream,');
  expect(problemsOf(load(`${feed}${DESTINATIONS}${RULES}`))).toEqual([
    '1:16: `url` is still a placeholder: nobody has this address',
  ]);
});

test('regression: the variable is named that brings the host of an address', () => {
  const loaded = load(one('type: webhook, url: "https://${HOST}/x"'), { ...ENV, HOST: 'bot.example.com' });
  expect(problemsOf(loaded)).toEqual([
    '4:30: `url` is still a placeholder, from the variable HOST (set in the environment): nobody has this address',
  ]);
});

test('regression: nothing is sent to one by a command that goes on without the rest', () => {
  const { remains } = load(one('type: webhook, url: "https://bot.example.com/x"'), ENV);
  expect([...remains.destinations]).toEqual([['bot', undefined]]);
});

describe('no false alarm', () => {
  test.each([
    'type: webhook, url: "http://127.0.0.1:9000/signal"',
    'type: webhook, url: "http://bot:8080/replace"',
    'type: webhook, url: "http://[::1]:9000/todo"',
    'type: webhook, url: "https://n8n.home.lan/webhook/exchange-italy"',
    'type: webhook, url: "https://api.trade.io/your/token/id"',
    'type: webhook, url: "https://hooks.slack.com/services/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"',
    'type: webhook, url: "https://webhooks.traderspost.io/trading/webhook/1f0c5c1e-8e7a-4a37-9b1d-2f3c4d5e6f70/8a1b2c3d"',
    'type: webhook, url: "https://examples.com/here"',
    'type: webhook, url: "https://bot.example.test/x"',
    'type: webhook, url: "http://127.0.0.1:9/x", headers: { X-Source: listing-bridge, X-Mode: token, Accept: "*/*" }',
    'type: webhook, url: "http://127.0.0.1:9/x", body: { text: "Change me … <b>here</b>", key: "{{ publisher }}", note: "..." }',
    'type: webhook, url: "http://127.0.0.1:9/x", body: { text: "replace this: {{ title }}", action: none }',
    `type: discord, webhookUrl: "${REAL_HOOK}", username: your-bot-name, threadName: "<TODO> {{ title }}"`,
    `type: telegram, botToken: "123456789:${TOKEN}", chatId: "@your_listings"`,
    `type: telegram, botToken: "123456789:${TOKEN}", chatId: -1001234567891, buttons: [{ text: "…", url: "https://example.com" }]`,
  ])('%s', (destination) => {
    expect(problemsOf(load(one(destination), ENV))).toEqual([]);
  });

  test('texts of the user: names, titles, templates', () => {
    const yaml = `${FEED}destinations:
  changeme: { type: webhook, url: "http://127.0.0.1:9/x" }
rules:
  - name: "<todo> replace me"
    match: { title: { matches: "xxx|your_key" }, ticker: { not: [TODO, XXX] } }
    send: [{ to: changeme, template: your-token }]
templates: { your-token: { text: "<b>…</b> replace me" } }
`;
    expect(problemsOf(load(yaml))).toEqual([]);
  });

  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const made = (alphabet: string, length: number) =>
    fc
      .array(fc.constantFrom(...alphabet), { minLength: length, maxLength: length })
      .map((characters) => characters.join(''));

  test('property: secrets as the services make them', () => {
    const values = fc.oneof(
      made('0123456789abcdef', 64).map((hex) => `dsk_${hex}`),
      made(`${letters}-_`, 68).map(
        (token) => `https://discord.com/api/webhooks/1234567890123456789/${token}`,
      ),
      made(`${letters}-_`, 33).map((token) => `7123456789:AA${token}`),
      fc
        .uint8Array({ minLength: 24, maxLength: 64 })
        .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`),
      fc.uuid().map((id) => `https://app.trade.io/hook/${id}`),
      fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }).map(String),
    );
    fc.assert(
      fc.property(values, (value) => {
        expect([value, isPlaceholder(value), reservedHost(value)]).toEqual([value, false, undefined]);
      }),
      { numRuns: runs(2000) },
    );
  });
});

test('a long value takes no time that grows faster than it', () => {
  for (const part of ['your_', 'put-', '<', 'x', 'a_', '@my', '.'])
    expect(typeof isPlaceholder(`${part.repeat(20_000)}!`)).toBe('boolean');
  expect(FILE).toContain('config.yaml');
});
