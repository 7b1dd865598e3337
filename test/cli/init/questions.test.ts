/** The conversation of `init`, with servers that behave as Discord, Telegram and a bot: answers → files that `check` has no complaint about. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { Cancelled } from '../../../src/cli/ask.ts';
import { configText, optionsOf } from '../../../src/cli/init-config.ts';
import { envText } from '../../../src/cli/init-env.ts';
import { askSetup, type Given } from '../../../src/cli/init-questions.ts';
import { NAMES, type Setup, variablesOf } from '../../../src/cli/init-setup.ts';
import { tryDestination } from '../../../src/cli/trial.ts';
import { howToGet } from '../../../src/config/env-example.ts';
import { findTelegramChats } from '../../../src/destinations/telegram/find-chats.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { startBotServer } from '../../../src/simulator/bot-server.ts';
import { startDiscordServer } from '../../../src/simulator/discord-server.ts';
import { startTelegramServer } from '../../../src/simulator/telegram-server.ts';
import { FILE, load, problemsOf, warningsOf } from '../../config/load-text.ts';
import { STOP, scripted } from './scripted.ts';

const KEY = `dsk_${'a1'.repeat(32)}`;

const closing = async <Server extends { close(): Promise<void> }>(starting: Promise<Server>) => {
  const server = await starting;
  onTestFinished(() => server.close());
  return server;
};

type Answers = Parameters<typeof scripted>[0];
type Env = Readonly<Record<string, string>>;

interface Extras {
  readonly given?: Partial<Given>;
  readonly env?: Env;
  readonly envFile?: Env;
  readonly stopped?: () => boolean;
}

async function converse(answers: Answers, { given = {}, env = {}, envFile = {}, stopped }: Extras = {}) {
  const { ask, lines, left } = scripted(answers);
  const io = { clock: systemClock, random: () => 0.5, signal: new AbortController().signal, version: '0' };
  const setup = await askSetup(
    { isMinimal: false, feeds: ['cryptolisting'], ...given },
    {
      ask,
      known: (name) =>
        env[name] !== undefined
          ? { value: env[name], place: 'the environment' }
          : envFile[name] !== undefined
            ? { value: envFile[name], place: '.env' }
            : undefined,
      isShadowing: (name) => env[name] !== undefined,
      send: (chosen) => tryDestination(NAMES[chosen.kind], optionsOf(chosen), io),
      findChats: (botToken, apiUrl = '') => findTelegramChats({ apiUrl, botToken }, io),
      bytes: (count) => Buffer.alloc(count, 7),
      isStopped: stopped ?? (() => false),
    },
  );
  expect(left).toEqual([]);
  const told = lines.flatMap((line) => line.told ?? []).filter((line) => !line.startsWith('info '));
  const faults = lines.flatMap((line) => line.fault ?? []);
  return { setup, lines, told, faults, questions: lines.map(({ question }) => question).filter(Boolean) };
}

/** Loaded as the bridge would. */
function loaded(setup: Setup) {
  const text = configText(setup);
  const env = envText(undefined, variablesOf(setup), howToGet);
  return { text, env, ...load(text, {}, { [FILE.replace('config.yaml', '.env')]: env }) };
}

function clean(setup: Setup) {
  const result = loaded(setup);
  expect([...problemsOf(result), ...warningsOf(result)]).toEqual([]);
  for (const { value } of variablesOf(setup)) if (value) expect(result.text).not.toContain(value);
  return result;
}

describe('a person wants', () => {
  test('alerts in Discord: the sample arrives, and the config has nothing else', async () => {
    const discord = await closing(startDiscordServer());
    const { setup, told } = await converse([
      'alerts',
      ['discord'],
      ['binance', 'upbit', 'bithumb'],
      KEY,
      discord.webhookUrl,
      true,
    ]);
    expect(discord.received).toHaveLength(1);
    expect(told).toEqual([expect.stringMatching(/^good team {2}delivered in .*\[HTTP 200\]$/)]);
    const { text, config } = clean(setup);
    expect(Object.keys(config?.destinations ?? {})).toEqual(['team']);
    expect(config?.rules.map(({ send }) => send.map(({ to }) => to))).toEqual([[], ['team']]);
    expect(config?.alerts?.send).toEqual(['team']);
    expect(text).not.toMatch(/telegram|webhook$|exchanges|BOT/m);
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./config.schema.json');
  });

  test('alerts by a bot in Discord: its token, a channel, and a sample that arrives', async () => {
    const discord = await closing(startDiscordServer());
    const { setup, told } = await converse(
      ['alerts', ['discord-bot'], ['upbit'], KEY, discord.botToken, discord.channelId, true],
      { env: { DISCORD_API_URL: `${discord.url}/api` } },
    );
    expect(told).toEqual([expect.stringMatching(/^good community {2}delivered in .*\[HTTP 200\]$/)]);
    expect(discord.received).toHaveLength(1);
    const { config, text, env } = clean(setup);
    expect(config?.destinations['community']).toMatchObject({
      type: 'discord',
      channelId: discord.channelId,
    });
    expect(config?.alerts?.send).toEqual(['community']);
    expect(text).toMatch(/botToken: \$\{DISCORD_BOT_TOKEN\}/);
    expect(env).toContain(`DISCORD_BOT_TOKEN=${discord.botToken}\n`);
    const later = await converse(['alerts', ['discord-bot'], ['upbit'], KEY, '', '']);
    expect(problemsOf(loaded(later.setup)).join()).toMatch(/DISCORD_BOT_TOKEN[\s\S]*DISCORD_CHANNEL_ID/);
  });

  test.each([
    [
      'with a key in a header, beside the feed that needs nothing but one',
      ['cryptolisting', 'websocket'],
      [['upbit'], KEY],
      ['header', 'X-Api-Key', 'a-key-of-4711'],
      ['data["odd.key"]', 'data.coins', '', 'data.exchange', '', 'kind'],
      {
        headers: { 'X-Api-Key': expect.anything() },
        map: {
          title: { path: 'data["odd.key"]' },
          ...{ tickers: { path: 'data.coins' }, publisher: { path: 'data.exchange' } },
          listingType: { path: 'kind' },
        },
      },
    ],
    [
      'alone, greeted with a message',
      ['websocket'],
      [],
      ['hello', `{"op":"login","key":"it's-4711"}`],
      ['null', '', 'upbit', 'spot_listing'],
      {
        hello: [`{"op":"login","key":"it's-4711"}`],
        map: {
          title: { path: 'null' },
          publisher: { value: 'upbit' },
          listingType: { value: 'spot_listing' },
        },
      },
    ],
    [
      'that knows nobody',
      ['websocket'],
      [],
      ['none'],
      ['title', 'tickers', 'upbit', 'other'],
      { map: { listingType: { value: 'other' } } },
    ],
  ] as const)('a source of their own, %s', async (_, feeds, ofFeed, key, map, wanted) => {
    const { setup, told } = await converse(
      [
        ...['alerts', ['program'], [...feeds], ...ofFeed, 'ws://127.0.0.1:9/x?key=4711-4711', ...key, ...map],
        ...['http://127.0.0.1:9/x', false, false],
      ] as Answers,
      { given: { feeds: undefined } },
    );
    const { config, text } = clean(setup);
    expect(config?.feeds.map(({ type }) => type)).toEqual(feeds);
    expect(config?.feeds.at(-1)).toMatchObject(wanted);
    expect(text).not.toContain('4711');
    expect(told.join()).toMatch(
      map.includes('other' as never) ? /^warning Rules with .* never match this source/ : /^$/,
    );
    const minimal = configText({ ...setup, isMinimal: true });
    expect(minimal).not.toMatch(/ # |4711/);
  });

  test('a bot that trades: one request for each ticker, only while it is fresh, and no alerts to it', async () => {
    const bot = await closing(startBotServer({ secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` }));
    const { setup } = await converse(['bot', ['upbit'], KEY, `${bot.url}/signal`, true, true]);
    expect(bot.received.map(({ body, headers }) => [body, headers['x-listing-bridge-sample']])).toEqual([
      [{ symbol: 'SAMPLEUSDT', action: 'buy', exchange: 'sample' }, 'true'],
    ]);
    const { config } = clean(setup);
    expect(config?.destinations).toMatchObject({
      bot: { forEach: 'ticker', maxAge: 5000, onAmbiguous: 'drop' },
    });
    expect(config?.feeds).toMatchObject([{ exchanges: ['upbit'] }]);
    expect(config?.rules).toMatchObject([{ match: { listingType: 'spot_listing' }, send: [{ to: 'bot' }] }]);
    expect(config?.alerts).toBeUndefined();
  });

  test('both, with Telegram: its chat is found by what somebody wrote there', async () => {
    const telegram = await closing(startTelegramServer());
    telegram.hear({ id: 4242, type: 'private', first_name: 'Ann', last_name: 'Other' });
    telegram.hear({ id: -1_001_234_567_891, type: 'channel', title: 'Listings\u001b[2J' });
    const { setup, lines } = await converse(
      [
        'both',
        ['telegram'],
        ['binance', 'upbit'],
        KEY,
        telegram.botToken,
        'find',
        true,
        '-1001234567891',
        true,
        'http://127.0.0.1:9/x',
        true,
        false,
      ],
      { env: { TELEGRAM_API_URL: telegram.url } },
    );
    expect(lines.find(({ question }) => question === 'Which of these?')?.choices).toEqual([
      '-1001234567891',
      '4242',
      '',
    ]);
    expect(telegram.received.map(({ chatId }) => chatId)).toEqual(['-1001234567891']);
    const { config } = clean(setup);
    expect(config?.rules.map(({ send }) => send.map(({ to }) => to))).toEqual([
      ['channel', 'bot'],
      [],
      ['channel'],
    ]);
    expect(config?.destinations['channel']).toMatchObject({
      chatId: -1_001_234_567_891,
      apiUrl: telegram.url,
    });
  });

  test('a program of their own: every field, and it is told apart from an order', async () => {
    const bot = await closing(startBotServer());
    const { setup } = await converse(['alerts', ['program'], ['upbit'], KEY, `${bot.url}/x`, false, true]);
    expect(bot.received.map(({ body }) => body)).toMatchObject([
      { type: 'test_announcement', tickers: ['SAMPLE'] },
    ]);
    const { config } = clean(setup);
    expect(Object.keys(config?.destinations ?? {})).toEqual(['program']);
  });

  test('the shortest: one feed, one destination, one rule', async () => {
    const discord = await closing(startDiscordServer());
    const { setup } = await converse(
      ['discord', ['binance', 'upbit', 'bithumb'], KEY, discord.webhookUrl, true],
      {
        given: { isMinimal: true },
      },
    );
    const { text } = clean(setup);
    expect(text).toBe(`# yaml-language-server: $schema=./config.schema.json
feeds:
  - apiKey: \${CRYPTOLISTING_API_KEY}
destinations:
  team:
    type: discord
    webhookUrl: \${DISCORD_WEBHOOK_URL}
rules:
  - match: { update: any }
    send: team
`);
  });

  test('to fill everything in later: `check` says what is empty, and nothing else', async () => {
    const { setup } = await converse([
      'both',
      ['discord', 'telegram'],
      ['upbit'],
      '',
      '',
      '',
      'later',
      '',
      true,
    ]);
    const result = loaded(setup);
    expect(
      problemsOf(result).map((problem) => /variable (\w+) is set, but empty/.exec(problem)?.[1]),
    ).toEqual([
      'CRYPTOLISTING_API_KEY',
      'DISCORD_WEBHOOK_URL',
      'TELEGRAM_BOT_TOKEN',
      'TELEGRAM_CHAT_ID',
      'BOT_URL',
    ]);
  });
});

describe('a wrong answer', () => {
  test('is refused at once, by the rules of the config, and another is asked for', async () => {
    const { faults, setup } = await converse([
      ...['both', ['discord', 'telegram'], ['upbit']],
      ...['dsk_123', 'dsk_replace_me', KEY],
      ...[
        'https://discord.com/channels/1/2',
        'https://discord.com/api/webhooks/ID/TOKEN',
        'https://discord.com/api/webhooks/12345678901234567/abc',
        false,
      ],
      ...['12345', `123456789:${'A'.repeat(35)}`, 'type', 't.me/x', '@my_channel', '@listings_of_ann', false],
      ...['bot.local', 'https://bot.example.com/x', 'http://127.0.0.1:9000/x', false, false],
    ]);
    expect(faults).toEqual([
      'This does not have the form of a key (dsk_ and 64 hex characters): copy it again, complete.',
      'This is still a placeholder: put the real value here.',
      expect.stringContaining('This must be a Discord webhook URL'),
      'This is still a placeholder: put the real value here.',
      'This must be a bot token from @BotFather, such as 123456789:AA…',
      expect.stringContaining('This must be a chat id'),
      'This is still a placeholder: put the real value here.',
      'This must be a full URL starting with https:// or http://',
      'This is still a placeholder: put the real value here.',
    ]);
    clean(setup);
  });

  test('of a bot in Discord and of a source: in its own words', async () => {
    const { faults } = await converse(
      [
        ...['alerts', ['discord-bot'], ['websocket']],
        ...['https://source.test/x', 'source.test', 'ws://127.0.0.1:9/x', 'header'],
        ...['X Key', 'Host', 'X-Key', 'ключ', 'a-key-of-4711'],
        ...['$.title', 'data.items[*]', 'title', '/tickers', '', '', 'a b', 'exchange', 'other'],
        ...[
          'Bot MTk4.Cl2F.ZnCj',
          '123456789012345678',
          'a'.repeat(32),
          'MTk4NjIyNDgz.Cl2FMQ.ZnCjm1XVW7vRze4',
        ],
        ...['#listings', '123', '123456789012345678', false],
      ],
      { given: { feeds: undefined } },
    );
    expect(faults.slice(0, 9)).toEqual([
      expect.stringMatching(/^This .*wss?:/),
      expect.stringMatching(/^This .*URL/),
      'This is not a valid header name',
      'This is a header that the bridge sets itself',
      'This must be one line of plain ASCII',
      ...Array.from({ length: 4 }, () => expect.stringMatching(/^This must be a path, such as title/)),
    ]);
    expect(faults.slice(9)).toEqual([
      expect.stringMatching(/^This must be the token alone, without "Bot "/),
      expect.stringMatching(/^This does not have the form of a bot token \(three parts/),
      expect.stringMatching(/^This does not have the form of a bot token/),
      expect.stringMatching(/^This must be a Discord id: 17 to 20 digits \(/),
      expect.stringMatching(/^This must be a Discord id/),
    ]);
  });

  test('a sample that does not arrive: the advice of `send`, then corrected, tried again, kept or left out', async () => {
    const discord = await closing(startDiscordServer());
    const gone = discord.webhookUrl.replace(/[^/]+$/, 'another-token-that-nobody-has');
    const start: Answers = ['alerts', ['discord', 'telegram'], ['upbit'], KEY, gone, true];
    const rest: Answers = [`123456789:${'A'.repeat(35)}`, 'type', '@listings_of_ann', false];
    const corrected = await converse(
      [...start, 'again', 'correct', discord.webhookUrl, true, ...rest].toSpliced(7, 0, true),
    );
    expect(corrected.told.map((line) => line.slice(0, 24))).toEqual([
      'bad team  not delivered.',
      'bad team  not delivered.',
      expect.stringMatching(/^good team {2}delivered/),
    ]);
    expect(corrected.told.join()).not.toContain('another-token-that-nobody-has');
    const kept = await converse([...start, 'keep', ...rest]);
    expect(kept.setup.destinations.map(({ kind }) => kind)).toEqual(['discord', 'telegram']);
    const skipped = await converse([...start, 'skip', ...rest]);
    expect(skipped.setup.destinations.map(({ kind }) => kind)).toEqual(['telegram']);
    clean(skipped.setup);
  });

  test('no chat to be found: why, and another way', async () => {
    const telegram = await closing(startTelegramServer());
    const env = { TELEGRAM_API_URL: telegram.url };
    const wrongToken = `123456789:${'B'.repeat(35)}`;
    const start: Answers = ['alerts', ['telegram'], ['upbit'], KEY];
    const nothing = await converse(
      [...start, telegram.botToken, 'find', true, 'type', '@listings_of_ann', false],
      { env },
    );
    expect(nothing.told).toEqual([
      expect.stringMatching(/^warning The bot has read nothing yet: write to it/),
    ]);
    const unknown = await converse([...start, wrongToken, 'find', true, 'later'], { env });
    expect(unknown.told).toEqual([
      'bad Telegram does not know this bot token: copy it again from @BotFather.',
    ]);
    telegram.faults.push({ status: 409, body: { ok: false, error_code: 409, description: 'Conflict' } });
    const busy = await converse([...start, telegram.botToken, 'find', true, 'later'], { env });
    expect(busy.told.join()).toContain('Another program reads the messages of this bot');
    await telegram.close();
    const away = await converse([...start, telegram.botToken, 'find', true, 'later'], { env });
    expect(away.told.join()).toMatch(/^bad 127\.0\.0\.1:\d+ could not be asked: .*Check the network/);
    expect(away.told.join()).not.toContain(telegram.botToken);
  });
});

describe('what is there already', () => {
  test('is offered, and used', async () => {
    const envFile = {
      CRYPTOLISTING_API_KEY: KEY,
      DISCORD_WEBHOOK_URL: 'https://discord.com/api/webhooks/12345678901234567/abc',
    };
    const { setup, questions } = await converse(['alerts', ['discord'], ['upbit'], true, true, false], {
      envFile,
    });
    expect(questions).toContain('Use the DISCORD_WEBHOOK_URL of .env?');
    expect(setup.apiKey).toEqual({ name: 'CRYPTOLISTING_API_KEY', value: KEY });
    clean(setup);
  });

  test('regression: a new value for a variable that the environment has would not count, so it gets another name', async () => {
    const env = { CRYPTOLISTING_API_KEY: KEY };
    const other = `dsk_${'b2'.repeat(32)}`;
    const { setup } = await converse(['bot', ['upbit'], false, other, 'http://127.0.0.1:9/x', false, false], {
      env,
    });
    expect(setup.apiKey).toEqual({ name: 'CRYPTOLISTING_API_KEY_2', value: other });
    clean(setup);
  });
});

test('Ctrl-C ends it at every question', async () => {
  const answers: Answers = [
    'both',
    ['telegram'],
    ['upbit'],
    KEY,
    `123456789:${'A'.repeat(35)}`,
    'type',
    '@listings_of_ann',
    false,
    'http://127.0.0.1:9/x',
    true,
    false,
  ];
  await converse(answers);
  for (const at of answers.keys())
    await expect(converse([...answers.slice(0, at), STOP]), `${at}`).rejects.toThrow(Cancelled);
});

test('Ctrl-C during a sample ends it, and so does a setup without a destination', async () => {
  const start: Answers = [
    'alerts',
    ['discord'],
    ['upbit'],
    KEY,
    'http://127.0.0.1:9/api/webhooks/12345678901234567/abc',
    true,
  ];
  await expect(converse(start, { stopped: () => true })).rejects.toThrow(Cancelled);
  await expect(converse([...start, 'skip'])).rejects.toThrow(Cancelled);
});
