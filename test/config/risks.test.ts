/** Destinations that would work, and yet lose messages or show them to others: where that is a warning, a note, or nothing. */
import { describe, expect, test } from 'vitest';
import { ENV, load, problemsOf } from './load-text.ts';

const TOKEN = '7654321098:AAEhBOweik9ai2o01cbsaiCh5ecohfa2o9A';
const env = { ...ENV, TOKEN, HOOK: 'https://discord.com/api/webhooks/887766554433221100/abcDEF123_-' };

const FEED = `feeds: [{ apiKey: "\${KEY}" }]`;

/** Warnings, and notes with the word before them, of a config with a destination `one`. */
function found(destination: string, rest = FEED) {
  const loaded = load(
    `${rest}\ndestinations:\n  one: ${destination}\nrules: [{ match: { update: any }, send: one }]\n`,
    env,
  );
  expect(problemsOf(loaded)).toEqual([]);
  return [
    ...loaded.warnings.map(({ message }) => message),
    ...loaded.notes.map(({ message }) => `note: ${message}`),
  ];
}

const webhook = (more: string) => `{ type: webhook, url: "https://bot.bridge.test/x", ${more} }`;

describe('attempts and maxAge', () => {
  test.each([
    [
      'maxAge: 1h, timeout: 5s, retry: { attempts: 5 }',
      '5 attempts take at most 26.5s, so a delivery is given up before `maxAge` (1h)',
    ],
    [
      'maxAge: 1m, timeout: 1s, retry: { attempts: 3, minDelay: 10s, maxDelay: 20s }',
      '3 attempts take at most 33s, so a delivery is given up before `maxAge` (1m)',
    ],
    [
      'maxAge: 1m, timeout: 1s, retry: { attempts: 5, minDelay: 1s, maxDelay: 2s }',
      '5 attempts take at most 12s, so a delivery is given up before `maxAge` (1m)',
    ],
    // Nobody wrote a maxAge, so few attempts may well be meant.
    [
      'retry: { attempts: 3 }',
      'note: 3 attempts take at most 15.3s, so a delivery is given up before the default of `maxAge` (10m)',
    ],
  ])('%s', (more, message) => {
    expect(found(webhook(more))).toEqual([message]);
  });

  test.each([
    ['no attempts: until maxAge', 'maxAge: 1h'],
    [
      'the example of the docs: each attempt may take as long as `timeout`',
      'maxAge: 5s, timeout: 3s, retry: { attempts: 5, minDelay: 100ms, maxDelay: 1s }',
    ],
    ['as long as the attempts', 'maxAge: 15s, timeout: 5s, retry: { attempts: 3 }'],
    ['a single attempt is a decision', 'maxAge: 1h, retry: { attempts: 1 }'],
    ['without an end', 'maxAge: false, retry: { attempts: 5 }'],
    ['so many that they last', 'maxAge: 10m, retry: { attempts: 1000 }'],
  ])('%s is fine', (_name, more) => {
    expect(found(webhook(more))).toEqual([]);
  });

  test('of a chat', () => {
    const chat = (more: string) => `{ type: discord, webhookUrl: "\${HOOK}", ${more} }`;
    expect(found(chat('maxAge: 1h, retry: { attempts: 3 }'))).toEqual([
      '3 attempts take at most 30.3s, so a delivery is given up before `maxAge` (1h)',
    ]);
    expect(found(chat('maxAge: 1h'))).toEqual([]);
  });

  test('from `defaults`: at the place where it is written, once', () => {
    const text = `feeds: [{ apiKey: "\${KEY}" }]
defaults:
  webhook: { maxAge: 1h, retry: { attempts: 4 } }
destinations:
  a: { type: webhook, url: "https://bot.bridge.test/a" }
  b: { type: webhook, url: "https://bot.bridge.test/b" }
rules: [{ match: { update: any }, send: [a, b] }]
`;
    expect(load(text, ENV).warnings.map(({ line, column }) => [line, column])).toEqual([[3, 45]]);
  });

  test('a maxAge in `defaults` is written', () => {
    const rest = `${FEED}\ndefaults: { webhook: { maxAge: 1h } }`;
    expect(found(webhook('retry: { attempts: 3 }'), rest)).toEqual([
      '3 attempts take at most 15.3s, so a delivery is given up before `maxAge` (1h)',
    ]);
  });
});

describe('plain http', () => {
  const leads = (url: string) => found(`{ type: webhook, url: "${url}" }`);

  test.each([
    'http://bot.bridge.test/signal',
    'http://203.0.113.7:8080/signal',
    'http://172.32.0.1/x',
    'http://100.128.0.1/x',
    'http://11.0.0.1/x',
    'http://[2001:db8::1]/x',
    'http://10.bridge.test/x',
    'http://internal.bridge.test/x',
    'HTTP://Bot.Bridge.Test/x',
  ])('%s leads to another machine', (url) => {
    expect(leads(url)).toEqual([
      '`url` is not encrypted (http:) and leads to another machine: whoever is on the way can read and change what is sent',
    ]);
  });

  test.each([
    'http://10.0.0.5:9000/x',
    'http://172.16.0.1/x',
    'http://172.31.255.254/x',
    'http://192.168.1.20:9000/x',
    'http://169.254.1.1/x',
    'http://100.101.102.103/x',
    'http://[fd12:3456::1]/x',
    'http://[fe80::1]/x',
    'http://nas.local/x',
    'http://bot.lan:9000/x',
    'http://bot.fritz.box.home.arpa/x',
    'http://bot.trading.svc.cluster.local/x',
    'http://bot.trading.svc:80/x',
    'http://bot.my-tailnet.ts.net/x',
    'http://bot.corp.internal/x',
  ])('%s leads to a private network: a note', (url) => {
    expect(leads(url)).toEqual([
      'note: `url` is not encrypted (http:) and leads to another machine of a private network',
    ]);
  });

  test.each([
    'https://bot.bridge.test/signal',
    'http://127.0.0.1:9000/x',
    'http://127.8.8.8/x',
    'http://localhost:9000/x',
    'http://bot.localhost/x',
    'http://[::1]:9000/x',
    'http://0.0.0.0:9000/x',
    // Services of Docker Compose or Kubernetes.
    'http://bot:9000/x',
    'http://freqtrade-bot:8080/x',
    'http://n8n/webhook/abc',
    'http://host.docker.internal:9000/x',
    'http://host.containers.internal:9000/x',
    'http://gateway.docker.internal/x',
  ])('%s stays on this machine', (url) => {
    expect(leads(url)).toEqual([]);
  });

  test('a Bot API server, at its key', () => {
    const at = (host: string) =>
      found(
        `{ type: telegram, botToken: "\${TOKEN}", chatId: -1001234567890, apiUrl: "http://${host}:8081" }`,
      );
    expect(at('api.bridge.test')).toEqual([expect.stringMatching(/^`apiUrl` is not encrypted/)]);
    expect(at('telegram-bot-api')).toEqual([]);
  });

  test('the rows of a table decide what is bought', () => {
    const of = (url: string) =>
      load(
        `feeds: [{ apiKey: "\${KEY}" }]\ntables: { mine: { url: "${url}" } }\ndestinations:\n  one: { type: webhook, url: "https://a.bridge.test" }\nrules: [{ match: { ticker: { in: mine } }, send: one }]\n`,
        ENV,
      ).warnings.map(({ line, message }) => `${line}: ${message}`);
    expect(of('http://api.bridge.test/symbols')).toEqual([
      '2: `url` is not encrypted (http:) and leads to another machine: whoever is on the way can change its rows',
    ]);
    expect(of('http://symbols:8000/all')).toEqual([]);
    expect(of('https://api.bridge.test/symbols')).toEqual([]);
  });

  test.each<[string, string[]]>([
    [
      `{ url: "ws://feed.bridge.test", apiKey: "\${KEY}" }`,
      ['`url` is not encrypted (ws:) and leads to another machine: whoever is on the way can read the key'],
    ],
    [`{ url: "ws://simulator:8080", apiKey: "\${KEY}" }`, []],
    [`{ url: "ws://127.0.0.1:8080", apiKey: "\${KEY}" }`, []],
    [
      `{ url: "ws://10.0.0.7:8080", apiKey: "\${KEY}" }`,
      ['note: `url` is not encrypted (ws:) and leads to another machine of a private network'],
    ],
  ])('the feed %s', (feed, expected) => {
    expect(found('{ type: webhook, url: "https://a.bridge.test/x" }', `feeds: [${feed}]`)).toEqual(expected);
  });
});

describe('chats of Telegram', () => {
  const chat = (chatId: string) => found(`{ type: telegram, botToken: "\${TOKEN}", chatId: ${chatId} }`);

  test.each([
    ['1001234567890', '1001234567890 looks like the id of a channel or group without its minus'],
    ['"1001234567890"', '1001234567890 looks like the id of a channel or group without its minus'],
    ['7654321098', '7654321098 is the bot itself (its token begins with it), and no bot can write to itself'],
    ['"@listings_bot"', '@listings_bot is the name of a bot: names that end in bot are kept for them'],
    ['"@ListingsBot"', '@ListingsBot is the name of a bot: names that end in bot are kept for them'],
    // One's own chat is what many start with.
    ['987654321', 'note: 987654321 is the id of a person, not of a group or channel'],
    ['"987654321"', 'note: 987654321 is the id of a person, not of a group or channel'],
  ])('%s', (chatId, message) => {
    expect(chat(chatId)).toEqual([message]);
  });

  test.each(['-1001234567890', '-4012345678', '-987654', '"@anns_listings"', '"@bot_listings"', '"@robots"'])(
    '%s is fine',
    (chatId) => {
      expect(chat(chatId)).toEqual([]);
    },
  );

  test('ids of other types say nothing about persons', () => {
    const discord =
      '{ type: discord, botToken: "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.abcdefghijklmnopqrstuvwxyz0123456789AB", channelId: "987654321098765432" }';
    expect(found(discord).filter((message) => /person|minus/.test(message))).toEqual([]);
  });
});

describe('a service that takes only a form of its own', () => {
  const SLACK = 'https://hooks.slack.com/services/T0/B0/x1x2x3x4';
  const PUSH = 'https://ntfy.bridge.test/listings';
  const MATTERMOST = 'https://chat.bridge.test/hooks/abcdefghij1234567890abcdef';
  const SERVICES = { SLACK, PUSH, MATTERMOST };
  const at = (variable: string, more = '') => `{ type: webhook, url: "\${${variable}}" ${more} }`;
  const warned = (destination: string, send = 'one', rest = '') => {
    const text = `${FEED}\ndestinations:\n  one: ${destination}\nrules: [{ match: {}, send: [${send}] }]\n${rest}`;
    const loaded = load(text, { ...env, ...SERVICES });
    expect(problemsOf(loaded)).toEqual([]);
    return loaded.warnings.map(({ message, hint }) => `${message}; ${hint}`);
  };
  const templates =
    'templates: { form: { body: { text: "{{ title }}" } }, chat: { embed: { title: "{{ title }}" } } }';

  test.each([
    ['SLACK', 'Slack, which refuses', 'body: { text: "{{ title }}" }'],
    ['PUSH', 'ntfy, which refuses, or shows as it is,', 'body: "{{ title }}", with the topic in `url`'],
    ['MATTERMOST', 'Mattermost, which refuses', 'body: { text: "{{ title }}" }'],
  ])('%s without a body', (variable, says, body) => {
    expect(warned(at(variable))).toEqual([
      `this is ${says} the JSON that a webhook without \`body\` gets; write ${body}`,
    ]);
    expect(warned(at(variable, ', body: { text: "{{ title }}" }'))).toEqual([]);
  });

  test('the template of the rule has the form, or has it not', () => {
    const send = (template: string) => `{ to: one, template: ${template} }`;
    expect(warned(at('SLACK'), send('form'), templates.replace(/, chat.*/, ' }'))).toEqual([]);
    const groups = 'groups: { all: [one] }\n';
    expect(warned(at('SLACK'), 'all', groups)[0]).toContain('this is Slack');
  });

  test('alerts are JSON whatever the body is', () => {
    for (const [variable, name] of [
      ['SLACK', 'Slack'],
      ['PUSH', 'ntfy'],
      ['MATTERMOST', 'Mattermost'],
    ] as const) {
      const [warning, ...others] = warned(
        at(variable, ', body: { text: "{{ title }}" }'),
        'one',
        'alerts: { send: one }',
      );
      expect(warning).toContain(`one is ${name}, which refuses`);
      expect(warning).toContain('; name a Discord or Telegram destination');
      expect(others).toEqual([]);
    }
  });

  test('another path of such a server, another host: nothing is said', () => {
    const url = (address: string) => `{ type: webhook, url: "${address}" }`;
    for (const address of [
      'https://slack.bridge.test/hooks/1',
      'https://chat.bridge.test/hooks/short',
      'https://nonntfy.test/a',
    ])
      expect(warned(url(address), 'one', 'alerts: { send: one }'), address).toEqual([]);
  });
});

describe('server.token', () => {
  const warned = (token: string) => {
    const loaded = load(
      `${FEED}\ndestinations:\n  one: ${webhook('')}\nrules: [{ match: { update: any }, send: one }]\nserver: { token: "\${ADMIN}" }\n`,
      { ...env, ADMIN: token },
    );
    expect(problemsOf(loaded)).toEqual([]);
    return loaded.warnings.map(({ message }) => message);
  };

  test.each([
    [
      'hunter2hunter2h',
      [
        'this token is shorter than 16 characters: it could be found by trying, and whoever has it can send orders',
      ],
    ],
    ['hunter2hunter2hu', []],
    ['3f9a1c0b7de4582699aa01bb', []],
  ])('%s', (token, messages) => {
    expect(warned(token)).toEqual(messages);
  });
});
