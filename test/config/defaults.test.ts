// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own references, not JavaScript's
/** `defaults:` by type, below what each destination says itself. */
import { describe, expect, test } from 'vitest';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import type { Secret } from '../../src/platform/secret.ts';
import { ENV as KEY, load, problemsOf, shown, told, warningsOf } from './load-text.ts';

const TOKEN = '123456789:AAbbCCddEEffGGhhIIjjKKllMMnn';
const ENV = { ...KEY, BOT_URL: 'https://bot.bridge.test/x', TOKEN };
const FEEDS = 'feeds:\n  - apiKey: ${KEY}\n';
const BOTS = `destinations:
  bot: { type: webhook, url: "\${BOT_URL}" }
  sub-1: { type: webhook, url: "\${BOT_URL}" }
  sub-2: { type: webhook, url: "\${BOT_URL}" }
rules:
  - { match: {}, send: [bot, sub-1, sub-2] }
`;

/** Each destination, with every rule sending to all. */
const destinations = (defaults: string, ...lines: readonly string[]) =>
  load(
    `${FEEDS}defaults: ${defaults}\ndestinations:\n${lines.map((line) => `  ${line}\n`).join('')}rules: [{ match: {}, send: "*" }]\n`,
    ENV,
  );

describe('merging', () => {
  test('what a destination says itself counts, then the defaults of its type, then those of the program', () => {
    const { config, problems } = destinations(
      '{ webhook: { timeout: 3s, maxAge: 5s }, telegram: { silent: true } }',
      'one: { type: webhook, url: "${BOT_URL}", timeout: 1s }',
      'two: { type: webhook, url: "${BOT_URL}" }',
      'chat: { type: telegram, botToken: "${TOKEN}", chatId: 5 }',
    );
    expect(problems).toEqual([]);
    expect(config?.destinations).toMatchObject({
      one: { timeout: 1000, maxAge: 5000, concurrency: 16 },
      two: { timeout: 3000, maxAge: 5000 },
      chat: { timeout: 10_000, silent: true },
    });
  });

  test('mappings of options merge key by key; false, a list, a body and a template replace', () => {
    const { config, problems } = destinations(
      '{ webhook: { retry: { attempts: 5, minDelay: 50ms }, rateLimit: { limit: 5, per: 1s }, headers: { X-Source: us, X-Mode: live }, body: { a: 1, b: 2 }, maxAge: 5s, warm: 1m } }',
      'one: { type: webhook, url: "${BOT_URL}", retry: { maxDelay: 1s }, rateLimit: { limit: 9 }, headers: { x-mode: paper }, body: { c: 3 }, maxAge: false }',
      'two: { type: webhook, url: "${BOT_URL}", body: text }',
    );
    expect(problems).toEqual([]);
    const { one, two } = config?.destinations ?? {};
    const headers = (one as unknown as { headers: Record<string, Secret> }).headers;
    expect(one).toMatchObject({
      retry: { attempts: 5, minDelay: 50, maxDelay: 1000 },
      rateLimit: { limit: 9, per: 1000 },
      body: { c: 3 },
      maxAge: false,
      warm: 60_000,
    });
    expect(Object.entries(headers).map(([name, value]) => [name, value.reveal()])).toEqual([
      ['x-mode', 'paper'],
      ['X-Source', 'us'],
    ]);
    expect(two).toMatchObject({ body: 'text', retry: { attempts: 5 } });
    expect(JSON.stringify(one)).not.toContain('"a":1');
  });

  test('a required option may stand in the defaults: one bot for many chats', () => {
    const { config, problems } = destinations(
      '{ telegram: { botToken: "${TOKEN}" } }',
      'one: { type: telegram, chatId: 5 }',
      'two: { type: telegram, chatId: "@our_channel" }',
    );
    expect(problems).toEqual([]);
    expect(config?.destinations['two']).toMatchObject({ chatId: '@our_channel' });
  });

  test('of options that exclude one another, those of the destination keep out the others', () => {
    const hook = 'https://discord.com/api/webhooks/123456789012345678/abc';
    const byBot = destinations(
      '{ discord: { botToken: "${TOKEN}", silent: true } }',
      'one: { type: discord, channelId: "123456789012345678" }',
      `two: { type: discord, webhookUrl: "${hook}" }`,
    );
    expect(byBot.problems).toEqual([]);
    expect(byBot.config?.destinations['two']).toMatchObject({ silent: true });
    expect(byBot.config?.destinations['two']).not.toHaveProperty('botToken');
    const byHook = destinations(
      `{ discord: { webhookUrl: "${hook}" } }`,
      'one: { type: discord, channelId: "123456789012345678", botToken: "${TOKEN}" }',
      'two: { type: discord, mention: here }',
    );
    expect(byHook.problems).toEqual([]);
  });

  test('anchors and `<<` work in them and beside them', () => {
    const { config, problems } = load(
      `x-quick: &quick { timeout: 1s, retry: { attempts: 2 } }
defaults: { webhook: { <<: *quick, maxAge: 5s } }
${FEEDS}destinations:
  one: { type: webhook, url: "\${BOT_URL}", <<: *quick, retry: { minDelay: 10ms } }
rules: [{ match: {}, send: one }]
`,
      ENV,
    );
    expect(problems).toEqual([]);
    expect(config?.destinations['one']).toMatchObject({
      timeout: 1000,
      maxAge: 5000,
      retry: { attempts: 2, minDelay: 10 },
    });
  });
});

describe('places', () => {
  test('an inherited value stands where it is written', () => {
    const { where } = destinations(
      '{ webhook: { timeout: 3s, retry: { attempts: 5 } } }',
      'one: { type: webhook, url: "${BOT_URL}", retry: { minDelay: 1s } }',
    );
    const place = (...path: string[]) => where(['destinations', 'one', ...path]);
    expect(place('timeout')).toMatchObject({ line: 3, column: 33 });
    expect(place('retry', 'attempts')).toMatchObject({ line: 3, column: 56 });
    expect(place('retry', 'minDelay')).toMatchObject({ line: 5 });
    expect(place()).toMatchObject({ line: 5, column: 3 });
  });

  test('what is missing is missing from the destination', () => {
    expect(
      problemsOf(destinations('{ telegram: { botToken: "${TOKEN}" } }', 'one: { type: telegram }')),
    ).toEqual(['5:3: `chatId` is missing']);
  });

  test('of two thousand destinations, one default is one problem, and it names them', () => {
    const many = Array.from({ length: 2_000 }, (_, at) => `d${at}: { type: webhook, url: "\${BOT_URL}" }`);
    const loaded = destinations('{ webhook: { contentType: text/csv, timout: 1s, timeout: 3 } }', ...many);
    expect(told(loaded)).toEqual([
      '3:37: `contentType` works only with a text body; a tree is always application/json (for d0 and 1999 others)',
      '3:47: unknown key `timout` | did you mean `timeout`?',
      '3:68: `timeout` must be a duration with a unit, such as 500ms, 5s, 10m, 1h or 3d | did you mean 3s or 3ms?',
    ]);
    expect(destinations('{ webhook: { timeout: 3s } }', ...many).problems).toEqual([]);
  });
});

test('a secret in the defaults is shown nowhere, and warned about in clear', () => {
  const loaded = destinations(
    `{ telegram: { botToken: "${TOKEN}" }, webhook: { headers: { X-Pin: "4711-4712-4713" }, timout: 1s } }`,
    'one: { type: telegram, chatId: 5 }',
    'two: { type: telegram, chatId: 6 }',
  );
  expect(shown(loaded)).not.toMatch(/AAbbCC|4711-4712/);
  expect(loaded.redact(`${TOKEN} and 4711-4712-4713`)).not.toMatch(/AAbbCC|4711-4712/);
  expect(warningsOf(loaded)).toEqual([
    '3:35: `botToken` is written in the file in clear text',
    '3:108: `X-Pin` is written in the file in clear text',
  ]);
  expect(shown(loaded)).toContain('write ${TELEGRAM_BOT_TOKEN} here');
  const address = destinations(
    '{ webhook: { url: "https://bot.bridge.test/a", timout: 1s } }',
    'one: { type: webhook }',
  );
  expect(shown(address)).toContain('{ webhook: { url: <redacted>, timout: 1s } }');
});

test('a placeholder, a certificate that is not there and a glued symbol are found at the default, once', () => {
  const bots = ['one: { type: webhook, url: "${BOT_URL}" }', 'two: { type: webhook, url: "${BOT_URL}" }'];
  expect(told(destinations('{ webhook: { tls: { ca: nope.pem } } }', ...bots))).toEqual([
    '3:35: /etc/bridge/nope.pem cannot be read: it does not exist (for one and another)',
  ]);
  expect(told(destinations('{ webhook: { body: { s: "{{ tickers | first }}USDT" } } }', ...bots))).toEqual([
    expect.stringMatching(/^3:35: warning: .* \(for one and another\) \| /),
  ]);
  expect(
    told(
      destinations(
        '{ telegram: { botToken: changeme } }',
        'a: { type: telegram, chatId: 5 }',
        'b: { type: telegram, chatId: 6 }',
      ),
    ),
  ).toEqual(['3:35: `botToken` is still a placeholder | put the real value there']);
});

test('the schema for editors has every option of a type, and asks for none that a default may bring', () => {
  const { properties, allOf } = configJsonSchema() as {
    properties: {
      defaults: unknown;
      destinations: { additionalProperties: { oneOf: { required: string[] }[] } };
    };
    allOf: unknown;
  };
  expect(properties.defaults).toMatchObject({
    additionalProperties: false,
    properties: {
      webhook: {
        additionalProperties: false,
        properties: { url: {}, retry: { properties: { attempts: {} } } },
      },
    },
  });
  expect(properties.destinations.additionalProperties.oneOf.map(({ required }) => required)).toEqual([
    ['type'],
    ['type'],
    ['type'],
  ]);
  expect(JSON.stringify(allOf)).toContain('"then":{"required":["type","url"]}');
});

describe('mistakes', () => {
  test.each([
    [
      '{ timeout: 3s }',
      [
        '3:13: unknown key `timeout` | options stand under their type: discord: { timeout: … } (types: discord, telegram, webhook)',
      ],
    ],
    [
      '{ url: "https://a.bridge.test" }',
      [
        '3:13: unknown key `url` | options stand under their type: webhook: { url: … } (types: discord, telegram, webhook)',
      ],
    ],
    ['{ webhooks: { timeout: 3s } }', ['3:13: unknown key `webhooks` | did you mean `webhook`?']],
    [
      '{ slack: { timeout: 3s } }',
      [
        '3:13: unknown key `slack` | Slack: use type: webhook with its incoming webhook as `url` and body: { text: "{{ title }}" }',
      ],
    ],
    ['{ tg: { silent: true } }', ['3:13: unknown key `tg` | write telegram']],
    [
      '{ bot: { timeout: 3s } }',
      ['3:13: unknown key `bot` | defaults are given by type, not by name: bot is of type webhook'],
    ],
    ['{ "*": { timeout: 3s } }', ['3:13: unknown key `*` | known here, by type: discord, telegram, webhook']],
    [
      '{ feeds: { silenceTimeout: 45s } }',
      ['3:13: unknown key `feeds` | defaults are only for destinations, by type: discord, telegram, webhook'],
    ],
    ['{ webhook: { timout: 3s } }', ['3:24: unknown key `timout` | did you mean `timeout`?']],
    ['{ webhook: { retries: 5 } }', ['3:24: unknown key `retries` | did you mean `retry`?']],
    [
      '{ webhook: { timeout: 3 } }',
      [
        '3:33: `timeout` must be a duration with a unit, such as 500ms, 5s, 10m, 1h or 3d | did you mean 3s or 3ms?',
      ],
    ],
    [
      '{ webhook: { type: webhook } }',
      ['3:24: unknown key `type` | remove it: these are already the defaults of type webhook'],
    ],
    [
      '{ webhook: { retry: 5 } }',
      ['3:31: `retry` must be a mapping of keys to values | write retry: { attempts: 5 }'],
    ],
    [
      '{ webhook: { retry: { attempts: 0, delay: 1s } } }',
      [
        '3:43: `attempts` must be a whole number, at least 1',
        '3:46: unknown key `delay` | did you mean `minDelay`?',
      ],
    ],
    [
      '{ webhook: { rateLimit: { limit: 5 } } }',
      [
        '3:24: `per` is missing (for bot and 2 others) | it must be a duration with a unit, such as 500ms, 5s, 10m, 1h or 3d',
      ],
    ],
    [
      '{ webhook: { contentType: text/csv } }',
      [
        '3:37: `contentType` works only with a text body; a tree is always application/json (for bot and 2 others)',
      ],
    ],
    ['{ webhook: { method: GET } }', ['3:32: `method` must be POST, PUT or PATCH']],
    [
      '{ webhook: { body: { a: "{{ tiker }}" } } }',
      ['3:39: unknown variable "tiker" (did you mean "tickers"?) (for bot and 2 others)'],
    ],
    [
      '{ webhook: { body: { a: "{{ ticker }}" } } }',
      [
        '3:39: "ticker" exists only in a webhook with `forEach: ticker`, which sends one request for each; without it, write {{ tickers | join: ", " }} for all of them (for bot and 2 others)',
      ],
    ],
    [
      '{ webhook: { headers: { X-A: "{{ title }}" } } }',
      [
        '3:41: `X-A` is not a template: Liquid in it would be used literally | put it into `body`, whose values are templates; for another address make another destination',
      ],
    ],
    [
      '{ webhook: { timeout: "${NOPE}" } }',
      [
        '3:33: the variable NOPE is not set | set it in the environment, or add a line NOPE=… to /etc/bridge/.env (which does not exist yet)',
      ],
    ],
    ['{ webhook: }', ['3:13: `webhook` has no value | it must be a mapping of keys to values']],
    [
      '[webhook]',
      ['3:11: `defaults` must be a mapping: a type of destination, then options for all of that type'],
    ],
    [
      '',
      [
        '3:1: `defaults` has no value | it must be a mapping: a type of destination, then options for all of that type',
      ],
    ],
    [
      'webhook',
      ['3:11: `defaults` must be a mapping: a type of destination, then options for all of that type'],
    ],
    [
      '{ webhook: { <<: retry } }',
      [
        '3:24: `<<` must be followed by an anchor of a mapping, or a list of those | write <<: *name, where &name stands before a mapping above',
      ],
    ],
  ])('defaults: %s', (written, expected) => {
    expect(told(load(`${FEEDS}defaults: ${written}\n${BOTS}`, ENV))).toEqual(expected);
  });

  test('a word that is nearly the section', () => {
    expect(told(load(`${FEEDS}${BOTS}default: { webhook: { timeout: 3s } }\n`, ENV))).toEqual([
      '9:1: unknown key `default` | did you mean `defaults`?',
    ]);
  });

  test('two exclusive options of one destination are a mistake still', () => {
    const hook = 'https://discord.com/api/webhooks/123456789012345678/abc';
    expect(
      problemsOf(
        destinations(
          '{ discord: { silent: true } }',
          `one: { type: discord, webhookUrl: "${hook}", botToken: "\${TOKEN}" }`,
        ),
      ),
    ).toEqual([expect.stringContaining('set either webhookUrl, or botToken and channelId, not both')]);
  });
});
