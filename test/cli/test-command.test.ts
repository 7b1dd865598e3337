// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own references, not JavaScript's
/** `test` and `test --record`: verdicts, exit codes, no secrets, no network; and `check`, which runs the tests too. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import { loadConfig } from '../../src/config/load.ts';
import { newsOf } from '../../src/delivery/content.ts';
import { openStore } from '../../src/outbox/store.ts';
import { announcementOf } from '../destinations/render-support.ts';
import { runCommandLine } from '../support/command.ts';
import { FakeClock } from '../support/fake-clock.ts';

const HEAD = `feeds:
  - { name: tokyo, apiKey: "\${KEY}" }
  - { name: own, type: websocket, url: "\${OWN_URL}", map: { title: { path: t }, publisher: { value: own }, listingType: { value: news } } }
`;
const CONFIG = `${HEAD}destinations:
  team: { type: discord, webhookUrl: "\${TEAM_URL}", mention: "role:\${ROLE}" }
  posts: { type: discord, botToken: "\${DISCORD_TOKEN}", channelId: "\${CHANNEL}", timeout: "\${TIMEOUT}" }
  chat: { type: telegram, botToken: "\${file:/nowhere/token}", chatId: "\${CHAT_ID}" }
  bot:
    type: webhook
    url: "https://\${HOST}:\${PORT}/signal"
    secret: "\${BOT_SECRET}"
    forEach: ticker
    headers: { X-Key: "\${HEADER_KEY}" }
    tls: { ca: ./nowhere.pem }
    dryRun: "\${DRY}"
    body: { symbol: "{{ ticker }}USDT", passphrase: "\${PASS}", account: "\${ACCOUNT}" }
groups:
  chats: [team, chat]
rules:
  - { name: spot, match: { publisher: upbit, listingType: spot_listing }, send: [bot, chats] }
  - { name: own feed, match: { feed: own }, send: [posts] }
server: { port: "\${SERVER_PORT}", token: "\${ADMIN_TOKEN}" }
alerts: { send: team }
`;
const TESTS = `tests:
  - name: an order and the chats
    announcement: { publisher: upbit, listingType: spot_listing, ticker: "ABC,DEF", title: ABC and DEF }
    expect: [bot, chats]
    expectPayload:
      bot: [{ symbol: ABCUSDT }, { symbol: DEFUSDT }]
      chats: ABC and DEF
  - name: of one feed
    announcement: { title: a, feed: own }
    expect: posts
  - name: nothing
    announcement: Maintenance
    expectNone: true
`;

/** Names that stand in titles of exchanges. */
const ENV = { KEY: 'dsk_a', A: 'not this', B: 'nor this' };

const before = process.cwd();
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'test-command-'));
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => vi.restoreAllMocks());

const run = (args: readonly string[], yaml: string, env: Readonly<Record<string, string>> = {}) => {
  writeFileSync('config.yaml', yaml);
  return runCommandLine(args, { env, clock: new FakeClock(Date.UTC(2026, 10, 25)) });
};

describe('without secrets and without a network', () => {
  test('every variable is missing, and no socket is opened', async () => {
    const connect = vi.spyOn(Socket.prototype, 'connect');
    expect(await run(['test'], CONFIG + TESTS)).toEqual({ exitCode: 0, out: '✓ 3 tests passed', err: '' });
    expect(connect).not.toHaveBeenCalled();
  });

  test('a .env with placeholders, and one that is broken, are as none', async () => {
    for (const env of [
      'TEAM_URL=https://discord.com/api/webhooks/123456789012345678/replace_me\n',
      'KEY="dsk\n',
    ]) {
      writeFileSync('.env', `${env}CHAT_ID=your-chat-id\nBOT_SECRET=\n`);
      expect(await run(['test'], CONFIG + TESTS)).toMatchObject({ exitCode: 0, err: '' });
    }
    rmSync('.env');
  });

  test('values that are set count, and a secret among them is never shown', async () => {
    const tests = TESTS.replace('{ symbol: ABCUSDT }', '{ symbol: A, passphrase: other, account: mine }');
    const result = await run(['test'], CONFIG + tests, { PASS: 'hunter2hunter2', ACCOUNT: 'theirs' });
    expect(result.exitCode).toBe(1);
    expect(result.out).toContain('passphrase: expected "other", got "<redacted>"');
    expect(result.out).toContain('account: expected "mine", got "theirs"');
    expect(result.out).not.toContain('hunter2');
    const json = await run(['test', '--json'], CONFIG + tests, { PASS: 'hunter2hunter2' });
    expect(json.out).not.toContain('hunter2');
    const same = TESTS.replace('{ symbol: ABCUSDT }', '{ passphrase: hunter2hunter2 }');
    expect(await run(['test'], CONFIG + same, { PASS: 'hunter2hunter2' })).toMatchObject({ exitCode: 0 });
  });

  test('what is not there stands as it is written', async () => {
    const tests = TESTS.replace('{ symbol: ABCUSDT }', '{ account: mine }');
    expect((await run(['test'], CONFIG + tests)).out).toContain('account: expected "mine", got "${ACCOUNT}"');
  });

  test.each([
    ['send: [bot, chats]', 'send: ["${WHO}"]', 'WHO'],
    ['chats: [team, chat]', 'chats: ["${MEMBER}"]', 'MEMBER'],
    ['type: telegram', 'type: "${TYPE}"', 'TYPE'],
    ['port: "${SERVER_PORT}"', 'port: "9${SERVER_PORT}999999"', 'SERVER_PORT'],
  ])('for a name, and where nothing fits, there is no stand-in: %s', async (from, to, name) => {
    const { exitCode, err } = await run(['test'], CONFIG.replace(from, to) + TESTS);
    expect(exitCode).toBe(1);
    expect(err).toContain(`the variable ${name} is not set`);
  });

  test('`check` and `explain` go on asking for them', async () => {
    expect((await run(['check'], CONFIG + TESTS)).out).toContain('the variable KEY is not set');
    expect((await run(['explain', '--title', 'a'], CONFIG + TESTS)).err).toContain(
      'the variable KEY is not set',
    );
  });
});

const SMALL = `feeds:
  - { apiKey: "\${KEY}" }
destinations:
  one: { type: webhook, url: "https://one.bridge.test/" }
  two: { type: webhook, url: "https://two.bridge.test/" }
rules:
  - { name: stopper, match: { publisher: upbit }, send: one, stop: true }
  - { name: near, match: { publisher: binance, title: { matches: will list }, ticker: ABC }, send: [one, two] }
  - { name: nearer, match: { publisher: binance, ticker: ABC }, send: two }
`;

describe('failures', () => {
  const failing = async (test: string) =>
    (await run(['test'], `${SMALL}tests:\n  - { ${test} }\n`)).out.split('\n').slice(2, -2);

  test.each([
    [
      'announcement: { publisher: upbit, title: a }, expect: two',
      'two  expected, but gets nothing: rule "nearer" (config.yaml:9) is not evaluated: "stopper" has `stop: true`; nor does it match: publisher: wanted binance, got "upbit"; ticker: wanted ABC',
    ],
    [
      'announcement: { publisher: binance, title: a, ticker: XYZ }, expect: two',
      'two  expected, but gets nothing: rule "nearer" (config.yaml:9) does not match: ticker: wanted ABC, got "XYZ"',
    ],
    [
      'announcement: { publisher: binance, title: a, ticker: ABC }, expectNone: true',
      'two  not expected, but rule "nearer" (config.yaml:9) sends to it',
    ],
    [
      'announcement: { publisher: binance, title: a, ticker: ABC }, expect: [one, two]',
      'one  expected, but gets nothing: rule "near" (config.yaml:8) does not match: title: wanted',
    ],
  ])('%s', async (given, expected) => {
    const lines = await failing(given);
    expect(
      lines.some((line) => line.startsWith(`  ✗ ${expected}`)),
      lines.join('\n'),
    ).toBe(true);
  });

  test('a rule that another one stopped, and a destination that no rule sends to', async () => {
    const stopped = SMALL.replace('publisher: binance, ticker', 'publisher: upbit, ticker');
    const yaml = `${stopped}tests:\n  - { announcement: { publisher: upbit, ticker: ABC }, expect: [one, two] }\n`;
    expect((await run(['test'], yaml)).out).toContain(
      'two  expected, but gets nothing: rule "nearer" (config.yaml:9) is not evaluated: "stopper" has `stop: true`',
    );
    const without = SMALL.replace('[one, two]', 'one').replace('send: two', 'send: one');
    expect((await run(['test'], `${without}tests:\n  - { announcement: a, expect: two }\n`)).out).toContain(
      'two  expected, but gets nothing: no rule sends to it',
    );
  });

  test('a request that is withheld, and too many of them', async () => {
    const each = SMALL.replace(
      '"https://two.bridge.test/"',
      '"https://two.bridge.test/", forEach: ticker',
    ).replace(', ticker: ABC }, send: two', ' }, send: two');
    const none = await run(
      ['test'],
      `${each}tests:\n  - { announcement: { publisher: binance, title: a }, expect: two }\n`,
    );
    expect(none.out).toContain(
      'two  expected, but gets nothing: rule "nearer" (config.yaml:9) matches, but forEach: ticker, and the announcement has no ticker',
    );
    const many = await run(
      ['test'],
      `${each}tests:\n  - { announcement: { publisher: binance, title: a, tickers: [A, B] }, expectPayload: { two: [{}] } }\n`,
    );
    expect(many.out).toContain('two  expected 1 request, got 2, by rule "nearer" (config.yaml:9)');
  });

  test('of an included file, with its own place', async () => {
    writeFileSync(
      'more.yaml',
      'rules:\n  - { name: more, match: {}, send: two }\ntests:\n  - announcement: a\n    expect: one\n',
    );
    const { out, exitCode } = await run(['test'], `include: more.yaml\n${SMALL}`);
    expect(exitCode).toBe(1);
    expect(out).toContain('✗ test 1  more.yaml:4');
    expect(out).toContain('two  not expected, but rule "more" (more.yaml:2) sends to it  more.yaml:5');
    expect((await run(['check'], `include: more.yaml\n${SMALL}`, { KEY: 'dsk_a' })).out).toMatch(
      /^more\.yaml:5:13: the test "test 1" fails\. one: expected, but gets nothing/m,
    );
  });

  test('as JSON', async () => {
    const { out, exitCode } = await run(
      ['test', '--json'],
      `${SMALL}tests:\n  - { name: a, announcement: { publisher: upbit, title: t }, expect: two }\n`,
    );
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      file: 'config.yaml',
      ...{ passed: 0, failed: 1 },
      tests: [
        {
          ...{ name: 'a', passed: false, place: { file: 'config.yaml', line: 11 } },
          destinations: [
            {
              kind: 'missing',
              destination: 'two',
              place: { line: 11 },
              text: expect.stringContaining('gets nothing') as string,
            },
            { kind: 'unexpected', destination: 'one', rule: 'stopper' },
          ],
        },
      ],
    });
  });

  test('`check` is not fine with a test that fails, and fine without', async () => {
    const failing = `${SMALL}tests:\n  - { announcement: a, expect: two }\n`;
    expect((await run(['check'], failing, { KEY: 'dsk_a' })).exitCode).toBe(1);
    expect(
      (await run(['check'], failing.replace('expect: two', 'expectNone: true'), { KEY: 'dsk_a' })).exitCode,
    ).toBe(0);
  });
});

describe('the command line', () => {
  test('--name narrows, whatever the case; a name of none is wrong usage', async () => {
    expect((await run(['test', '-t', 'ORDER'], CONFIG + TESTS)).out).toBe('✓ 1 test passed');
    expect(await run(['test', '--name', 'nope'], CONFIG + TESTS)).toMatchObject({
      exitCode: 2,
      err: 'No test has "nope" in its name.',
    });
  });

  test('--at is the moment of tests without one', async () => {
    const timed = SMALL.replace(
      '"https://one.bridge.test/"',
      `"https://one.bridge.test/", body: "{{ 'now' | date: '%F %H' }}"`,
    );
    const yaml = `${timed}tests:\n  - { announcement: { publisher: upbit, title: a }, expectPayload: { one: 2026-03-04 05 } }\n  - { announcement: { publisher: upbit, title: a }, at: 2026-01-02T03:00:00+09:00, expectPayload: { one: 2026-01-01 18 } }\n`;
    expect(await run(['test', '--at', '2026-03-04T05:06Z'], yaml)).toMatchObject({
      out: '✓ 2 tests passed',
      err: '',
    });
    expect((await run(['test'], yaml)).out).toContain('✗ 1 test failed, 1 passed');
    expect(await run(['test', '--at', 'noon'], yaml)).toMatchObject({ exitCode: 2 });
  });

  test('a rule with `when` sees the time of the test', async () => {
    const timed = SMALL.replace(
      'match: { publisher: upbit }',
      'match: { publisher: upbit }, when: { hours: "09:00-17:00", timezone: Asia/Seoul }',
    );
    const yaml = `${timed}tests:
  - { announcement: { publisher: upbit, title: a }, at: 2026-11-25T10:00:00+09:00, expect: one }
  - { announcement: { publisher: upbit, title: a }, at: 2026-11-25T10:00:00Z, expectNone: true }
  - { announcement: { publisher: upbit, title: a }, expect: one }
`;
    expect((await run(['test', '--at', '2026-11-25T16:59:59+09:00'], yaml)).out).toBe('✓ 3 tests passed');
    const late = await run(['test', '--at', '2026-11-25T17:00:01+09:00'], yaml);
    expect(late.out).toContain('✗ test 3');
    expect(late.out).toContain('✗ 1 test failed, 2 passed');
    expect(late.out).toMatch(/rule "stopper" \(config\.yaml:7\) does not match: outside its hours: /);
  });

  test('a config with problems, and one without tests, are not fine', async () => {
    expect(await run(['test'], SMALL.replace('send: two', 'send: tow') + TESTS)).toMatchObject({
      exitCode: 1,
      out: '',
    });
    expect((await run(['test'], SMALL)).exitCode).toBe(1);
  });
});

describe('--record', () => {
  const news: readonly Partial<Announcement>[] = [
    {
      publisher: 'upbit',
      listingType: 'spot_listing',
      tickers: ['ABC'],
      title: '에이비씨(ABC) KRW 마켓: "추가" # {{ x }} ${KEY} $${A}',
    },
    {
      publisher: 'upbit',
      listingType: 'spot_listing',
      tickers: ['ABC', '1000', 'true', 'A-B'],
      title: "- it's: [odd], *and* &more | > %",
    },
    {
      publisher: 'upbit',
      listingType: 'spot_listing',
      tickers: ['ABC', '1000', 'true', 'A-B'],
      title: 'the same tickers',
      abnormal: true,
    },
    {
      publisher: 'unknown',
      listingType: 'unknown',
      tickers: [],
      title: 'null',
      feed: 'own',
      extra: { level: 5, deep: { a: ['${B}'] } },
    },
    {
      publisher: 'bithumb',
      listingType: 'not_listing',
      tickers: [],
      title: '  점검\n두 줄 \u{1F6A8} ',
      redacted: true,
    },
    {
      publisher: 'upbit',
      listingType: 'spot_listing',
      tickers: ['T'],
      title: 'self',
      type: 'test_announcement',
      test: true,
    },
    { publisher: 'upbit', listingType: 'spot_listing', tickers: ['GONE'], title: '', feed: 'left' },
  ];

  async function fill() {
    const clock = new FakeClock(Date.UTC(2026, 10, 24));
    const store = openStore(join(folder, 'data/listing-bridge.db'), clock, () => undefined);
    for (const [index, changes] of news.entries()) {
      const receivedMs = Date.UTC(2026, 10, 24, index);
      const id = `01kdvckfst${index}mwkbfn`;
      store.outbox.record(
        newsOf(announcementOf({ ...changes, id, receivedMs, receivedTimestampUs: receivedMs * 1000 + 7 })),
        [],
      );
    }
    return store;
  }

  test('what the last announcements lead to today, as tests that pass, also while the store is in use', async () => {
    const store = await fill();
    const { out, err, exitCode } = await run(['test', '--record', '100'], CONFIG);
    expect({ err, exitCode }).toEqual({ err: '', exitCode: 0 });
    expect(out).toBe((await run(['test', '--record', '100'], CONFIG)).out);
    await expect(`${out}\n`).toMatchFileSnapshot('recorded.yaml');
    const read = loadConfig({
      file: 'config.yaml',
      env: ENV,
      readFile: (path) => {
        if (path.endsWith('config.yaml')) return `${CONFIG}${out}\n`;
        throw new Error('there is no other file');
      },
      standsIn: true,
    });
    expect(read.config?.tests.map(({ announcement: { title = '' } }) => title)).toEqual(
      news.map(({ title }) => title),
    );
    expect((await run(['test'], `${CONFIG}${out}\n`)).out).toBe(`✓ ${news.length} tests passed`);
    writeFileSync('real.yaml', out);
    expect((await run(['test'], `include: real.yaml\n${CONFIG}${TESTS}`)).out).toBe(
      `✓ ${news.length + 3} tests passed`,
    );
    const changed = CONFIG.replace(
      'listingType: spot_listing }, send: [bot',
      'listingType: spot_listing }, send: [posts',
    );
    expect((await run(['test'], `include: real.yaml\n${changed}`)).exitCode).toBe(1);
    await store.close();
  });

  test('only so many, the newest; names that are taken are not taken again; as JSON', async () => {
    const { out } = await run(
      ['test', '--record', '2', '--json'],
      `${CONFIG}tests:\n  - { name: upbit spot_listing GONE, announcement: a, expectNone: true }\n`,
    );
    expect(JSON.parse(out)).toMatchObject({
      tests: [
        { name: 'upbit self-test T', expectNone: true },
        { name: 'upbit spot_listing GONE (2)', expect: expect.anything() as unknown },
      ],
    });
  });

  test('without a store, and without news in the time, it is said', async () => {
    expect(await run(['test', '--record', '2', '--store', 'nowhere.db'], CONFIG)).toMatchObject({
      exitCode: 1,
      out: '',
    });
    const none = await run(['test', '--record', '2', '--since', '1s'], CONFIG);
    expect(none).toMatchObject({ exitCode: 1, out: '' });
    expect(none.err).toMatch(/has no announcements of this time/);
    expect(readFileSync('config.yaml', 'utf8')).toBe(CONFIG);
  });
});
