/**
 * A destination type that is in no list of the program behaves as `webhook` does where it says the same of itself:
 * nothing outside a type's folder may know its name. The same config is written for both, word for word, and what
 * comes of it is compared.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { startDaemon } from '../../src/daemon/daemon.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import { prepareDestinations } from '../../src/destinations/prepared.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { startFeedServer } from '../../src/simulator/feed-server.ts';
import { configReference } from '../../tools/docs/config-reference.ts';
import { runCommandLine } from '../support/command.ts';
import { FaultyServer } from '../support/faulty-server.ts';
import { announcementOf } from './render-support.ts';
import { typesWithScratch as types } from './scratch-type/index.ts';
import { scratchSecret } from './scratch-type/subject.ts';

const KEY = `dsk_${'a1'.repeat(32)}`;

/** One's words become the other's, with as many letters: places in the file stay the same. */
const inScratch = (text: string) =>
  text
    .replaceAll('webhook', 'scratch')
    .replaceAll(/\burl\b/g, 'uri')
    .replaceAll('_URL', '_URI')
    .replaceAll('body', 'form');

interface Parts {
  /** Options of the destination `bot`, as flow YAML. */
  readonly bot: string;
  readonly rest?: string;
  readonly feed?: string;
}

/** `url:` of the feed is no option of a destination. */
const yaml = ({
  bot,
  rest = 'rules: [{ name: all, match: {}, send: [bot] }]',
  feed = 'ws://127.0.0.1:1',
}: Parts) => ({
  feeds: `feeds: [{ name: tokyo, "url": "${feed}", apiKey: "\${KEY}" }]\nserver: false\nstore: { path: ./bridge.db }\n`,
  own: `destinations:\n  bot: { ${bot} }\n${rest}\n`,
});
const webhookFile = (parts: Parts) => yaml(parts).feeds + yaml(parts).own;
const scratchFile = (parts: Parts) => yaml(parts).feeds + inScratch(yaml(parts).own);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scratch-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The exit code and everything that a person sees, of both, in the words of the scratch type. */
async function both(parts: Parts, ...args: readonly string[]) {
  const results = [];
  for (const text of [webhookFile(parts), scratchFile(parts)]) {
    const file = join(folder, 'config.yaml');
    writeFileSync(file, text);
    const { exitCode, out, err } = await runCommandLine([...args, '-c', file], {
      env: { KEY, TOKEN: scratchSecret },
      destinationTypes: types,
    });
    results.push(inScratch(`${exitCode}\n${out}\n${err}`));
  }
  const [webhook = '', scratch = ''] = results;
  return { webhook, scratch };
}

const URL_OF_BOT = 'url: "https://bot.bridge.test/x"';

describe('check says the same, at the same place', () => {
  test.each([
    ['sound', { bot: `type: webhook, ${URL_OF_BOT}` }, /fine/],
    [
      'an alert for a destination that takes an order for each ticker',
      {
        bot: `type: webhook, ${URL_OF_BOT}, forEach: ticker`,
        rest: 'rules: [{ name: all, match: {}, send: [bot] }]\nalerts: { send: [bot] }',
      },
      /one order for each ticker \(forEach\)/,
    ],
    [
      'an alert for one with a form of its own',
      {
        bot: `type: webhook, ${URL_OF_BOT}, body: "buy now"`,
        rest: 'rules: [{ name: all, match: {}, send: [bot] }]\nalerts: { send: [bot] }',
      },
      /has a form of its own, but gets an alert/,
    ],
    [
      'a symbol of several tickers',
      { bot: `type: webhook, ${URL_OF_BOT}, body: "buy {{ tickers | first }}USDT"` },
      /symbol when an announcement/,
    ],
    [
      'the same order for each ticker',
      { bot: `type: webhook, ${URL_OF_BOT}, forEach: ticker, body: "buy it" ` },
      /no \{\{ ticker \}\} in it/,
    ],
    [
      'a rule for what names no ticker',
      {
        bot: `type: webhook, ${URL_OF_BOT}, forEach: ticker, body: "buy {{ ticker }}"`,
        rest: 'rules: [{ name: all, match: { redacted: true }, send: [bot] }]',
      },
      /never sends anything/,
    ],
    [
      'Liquid in an address',
      { bot: 'type: webhook, url: "https://bot.bridge.test/{{ ticker }}"' },
      /is not a template/,
    ],
    [
      'a variable that is not there',
      { bot: `type: webhook, ${URL_OF_BOT}, body: "buy {{ tikcer }}"` },
      /tikcer/,
    ],
    ['a ticker without forEach', { bot: `type: webhook, ${URL_OF_BOT}, body: "buy {{ ticker }}"` }, /ticker/],
    [
      'an answer pattern that is malformed',
      { bot: `type: webhook, ${URL_OF_BOT}, success: { bodyMatches: "(" }` },
      /not a valid regular expression/,
    ],
    [
      'an answer pattern that finds nothing',
      { bot: `type: webhook, ${URL_OF_BOT}, success: { bodyMatches: "/ok/i" }` },
      /no answer would count as/,
    ],
    ['no type', { bot: URL_OF_BOT }, /add `type: scratch`/],
    [
      'a number of tickers that is none',
      { bot: `type: webhook, ${URL_OF_BOT}, maxTickers: 0` },
      /maxTickers/,
    ],
    [
      'a secret in clear',
      { bot: 'type: webhook, url: "https://bot.bridge.test/very-secret-token-1234567890"' },
      /in the file in clear/,
    ],
    [
      'a place for a foreign variable',
      { bot: `type: webhook, ${URL_OF_BOT}, body: "buy {ticker}"` },
      /would be sent literally/,
    ],
  ] as const)('%s', async (_, parts, words) => {
    const { webhook, scratch } = await both(parts, 'check');
    expect(scratch).toMatch(words);
    expect(scratch).not.toContain('very-secret-token');
    // Which of the other types it could have been is the only thing that only one of them can say.
    const others = (text: string) => text.replaceAll(/discord, telegram, scratch(, scratch)?/g, 'every type');
    expect(others(scratch)).toBe(others(webhook));
  });

  test('what only itself knows: a word for it, and how its secrets look, also where the YAML does not parse', async () => {
    const file = join(folder, 'config.yaml');
    const checked = async (bot: string) => {
      writeFileSync(file, scratchFile({ bot }));
      return (await runCommandLine(['check', '-c', file], { env: { KEY }, destinationTypes: types })).out;
    };
    expect(await checked('type: scr, uri: "https://bot.bridge.test/x"')).toContain('write type: scratch');
    expect(await checked(`type: scratch, uri: [, accessKey: ${scratchSecret}`)).not.toContain(scratchSecret);
    expect(
      await checked(`type: scratch, uri: "https://b.bridge.test/x", rule: ${scratchSecret}`),
    ).not.toContain(scratchSecret);
  });
});

test('explain: one request for each ticker, at most maxTickers, and what is withheld', async () => {
  const parts = {
    bot: `type: webhook, ${URL_OF_BOT}, forEach: ticker, maxTickers: 2, body: "buy {{ ticker }}USDT"`,
  };
  const many = await both(parts, 'explain', '--title', 'Many', '--ticker', 'ABC,DEF,GHI', '--json');
  const { deliveries, withheld } = JSON.parse(many.scratch.replace(/^0\n/, ''));
  expect(deliveries.map(({ request }: { request: { form: string } }) => request.form)).toEqual([
    'buy ABCUSDT',
    'buy DEFUSDT',
  ]);
  expect(withheld).toHaveLength(1);
  const comparable = (text: string) => text.replaceAll(/https:\S+|"(id|\w+Ms|\w+TimestampUs)": \S+/g, '');
  expect(comparable(many.scratch)).toBe(comparable(many.webhook));
  const none = await both(parts, 'explain', '--title', 'None');
  expect(none.scratch).toContain('nothing (forEach: ticker, and ');
  expect(none.scratch).toBe(none.webhook);
});

test('send: the form of the order with the sample, marked as one', async () => {
  await using server = await FaultyServer.start({ status: 204 });
  const parts = {
    bot: `type: webhook, url: "${server.origin}/x", forEach: ticker, warm: false, body: "buy {{ ticker }}"`,
  };
  const { scratch, webhook } = await both(parts, 'send', 'bot');
  expect(scratch).toMatch(/^0\n✓ bot {2}delivered/);
  expect(webhook).toMatch(/^0\n✓ bot {2}delivered/);
  expect(server.received.map(({ body }) => body)).toEqual(['buy SAMPLE', 'buy SAMPLE']);
  expect(server.received[1]?.headers).toMatchObject({ 'x-sample': 'true' });
});

/** Both in one config, with the registry that the config keeps. */
function prepared(more = '') {
  const bot = (type: 'webhook' | 'scratch') => {
    const text = `{ type: webhook, ${URL_OF_BOT}, body: "buy {{ ticker }}", forEach: ticker ${more} }`;
    return type === 'webhook' ? text : inScratch(text);
  };
  const text = `feeds: [{ url: "ws://127.0.0.1:1", apiKey: x }]\ndestinations:\n  webhook: ${bot('webhook')}\n  scratch: ${bot('scratch')}\nrules: [{ name: all, match: {}, send: [webhook, scratch] }]\n`;
  const { config, problems } = loadConfig({ file: 'c.yaml', env: {}, readFile: () => text, types });
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return prepareDestinations(config);
}

test('an order is no message: no other form instead of its own, nothing for no ticker, and no alert is one', () => {
  const [webhook, scratch] = prepared(', maxTickers: 7');
  const says = (one: typeof webhook) => one && { ...one, name: '', options: {}, limits: {} };
  expect(says(scratch)).toMatchObject({
    takesOrders: true,
    forEachTicker: true,
    maxTickers: 7,
    renderDefault: undefined,
  });
  expect(Object.keys(scratch ?? {}).sort()).toEqual(Object.keys(webhook ?? {}).sort());
  const delivery: Delivery = {
    ...{ id: 'a-0', destination: 'scratch', rule: 'all', template: undefined, ticker: undefined },
    ...{ importance: 1, expiresAtMs: undefined, content: { kind: 'news', announcement: announcementOf() } },
  };
  expect(() => scratch?.render(delivery)).toThrow(/forEach/);
  expect(scratch?.render({ ...delivery, ticker: 'ABC' })).toEqual(
    webhook?.render({ ...delivery, ticker: 'ABC' }),
  );
  const alert = {
    severity: 'good',
    headline: 'over',
    paragraphs: [],
    data: { code: 'x' },
    id: 'a',
    raisedMs: 1,
  } as const;
  const told = { ...delivery, template: 'gone', content: { kind: 'alert', alert } as const };
  expect(scratch?.render(told)).toEqual(webhook?.render(told));
  expect(JSON.stringify(scratch?.render(told))).not.toContain('buy');
});

test('a running bridge sends to both alike', async () => {
  await using server = await FaultyServer.start({ status: 204 });
  const feed = await startFeedServer({ cooldownMs: 0 });
  onTestFinished(() => feed.close());
  const order = `, forEach: ticker, maxTickers: 2, warm: false, body: "buy {{ ticker }}" }`;
  const bot = `{ type: webhook, url: "${server.origin}/webhook"${order}`;
  const file = join(folder, 'config.yaml');
  writeFileSync(
    file,
    `feeds: [{ name: tokyo, "url": "${feed.url}", apiKey: "${KEY}" }]\nserver: false\nstore: { path: ./b.db }\ndestinations:\n  webhook: ${bot}\n  scratch: ${inScratch(bot)}\nrules: [{ name: all, match: {}, send: [webhook, scratch] }]\n`,
  );
  const load = () => {
    const { config, problems, ...sound } = loadConfig({ file, env: {}, types });
    if (config === undefined) throw new Error(JSON.stringify(problems));
    return { config, ...sound };
  };
  const log: string[] = [];
  const stderr = { write: (lines: string) => log.push(lines) } as unknown as NodeJS.WritableStream;
  const daemon = await startDaemon({
    ...{ first: load(), load, clock: systemClock, random: () => 0.5, version: '0.0.0' },
    createLog: (redact) => createLog({ level: 'info', format: 'json' }, redact, stderr),
  });
  onTestFinished(() => daemon.stop());
  await feed.arrivals.waitFor(1);
  feed.announce({ title: 'Many', ticker: 'ABC,DEF,GHI' });
  await expect.poll(() => server.received.length).toBe(4);
  const sentTo = (path: string) =>
    server.received
      .filter((one) => one.path === path)
      .map(({ body }) => body)
      .sort();
  expect(sentTo('/scratch')).toEqual(['buy ABC', 'buy DEF']);
  expect(sentTo('/webhook')).toEqual(sentTo('/scratch'));
  const skipped = () =>
    log
      .join('')
      .split('\n')
      .filter((line) => line.includes('max_tickers'));
  await expect.poll(() => skipped().length).toBe(2);
  expect(await daemon.reload()).toMatchObject({ ok: true });
});

test('the reference of the config has its section', () => {
  const page = configReference(types);
  expect(page).toContain('## destinations, type: scratch\n\nA program that takes an order.');
  expect(page).toMatch(/\| `forEach` \|.*\n\| `maxTickers` \|/);
  expect(page.slice(page.indexOf('type: scratch'))).toMatch(/\| `uri` \| \S+, secret \|/);
});
