/** `send --as`: the rules choose as for real news, and every receiver can see that it is a sample. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import { openStore } from '../../src/outbox/store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { runCommandLine } from '../support/command.ts';
import { FaultyServer } from '../support/faulty-server.ts';
import { announcementAt, attemptOf } from '../support/outbox.ts';

let folder = '';
let scope = new AsyncDisposableStack();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'send-as-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await scope.disposeAsync();
  scope = new AsyncDisposableStack();
});

const DISCORD = 'api/webhooks/123456789012345678/aVerySecretWebhookToken0123456789';

/** A platform that takes everything. */
async function servers() {
  const json = (body: object) => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const [discord, telegram, bot] = await Promise.all([
    FaultyServer.start(json({ id: '1' })),
    FaultyServer.start(json({ ok: true, result: { message_id: 1 } })),
    FaultyServer.start({ status: 204 }),
  ]);
  for (const server of [discord, telegram, bot]) scope.use(server);
  return { discord, telegram, bot };
}

type Servers = Awaited<ReturnType<typeof servers>>;

const configOf = ({ discord, telegram, bot }: Servers, change = (text: string) => text) =>
  writeFileSync(
    join(folder, 'config.yaml'),
    change(`feeds:
  - { name: tokyo, url: "ws://127.0.0.1:1", apiKey: "\${KEY}" }
  - { name: seoul, url: "ws://127.0.0.1:2", apiKey: "\${KEY}" }
destinations:
  bot: { type: webhook, url: "${bot.origin}/order", forEach: ticker, warm: false, body: { buy: "{{ ticker }}" } }
  raw: { type: webhook, url: "${bot.origin}/raw", warm: false }
  team: { type: discord, webhookUrl: "${discord.origin}/${DISCORD}", warm: false }
  vip: { type: telegram, botToken: "123456789:AAxyzxyzxyzxyzxyzxyzxyz_0123456789aa", chatId: 42, apiUrl: "${telegram.origin}", warm: false }
rules:
  - name: korean
    match: { publisher: [upbit, bithumb], listingType: spot_listing, title: { matches: "KRW|원화" }, ticker: { not: [USDT] } }
    send: [bot, { to: vip, template: short }]
  - { name: seoul only, match: { feed: seoul }, send: [raw], stop: true }
  - { name: noise, match: { listingType: not_listing }, send: [], stop: true }
  - { name: the rest, match: { listingType: { not: futures_listing } }, send: [team, vip] }
templates:
  short: { text: "<b>{{ tickers | join: ', ' }}</b>" }
`),
  );

const send = (...args: readonly string[]) =>
  runCommandLine(['send', ...args, '-c', join(folder, 'config.yaml')], {
    env: { KEY: `dsk_${'0'.repeat(64)}` },
  });

test('the rules choose destinations, templates and tickers as for real news', async () => {
  const all = await servers();
  configOf(all);
  const { exitCode, out, err } = await send('--as', 'upbit/spot_listing', '--ticker', 'ABC,USDT,DEF');
  expect(out.split('\n').map((line) => line.replace(/in [\d.]+m?s/, 'in 1ms'))).toEqual([
    'upbit spot_listing [ABC, USDT, DEF] 샘플(ABC, USDT, DEF) KRW 마켓 디지털 자산 추가 → by "korean", "the rest"',
    '✓ bot for ABC  delivered in 1ms. [HTTP 204]',
    '✓ bot for DEF  delivered in 1ms. [HTTP 204]',
    '✓ vip  delivered in 1ms. [HTTP 200]',
    '✓ team  delivered in 1ms. [HTTP 200]',
    '4 of 4 delivered',
  ]);
  expect(err).toMatch(/^! bot {2}gets a real request: .*x-listing-bridge-sample: true/);
  expect(exitCode).toBe(0);
  expect(all.bot.received.map(({ body }) => body).sort()).toEqual(['{"buy":"ABC"}', '{"buy":"DEF"}']);
  expect(all.telegram.received).toHaveLength(1);
});

test('a cooldown holds back no sample, and a sample starts none', async () => {
  const all = await servers();
  configOf(all, (text) => {
    const cooled = text.replace('    send: [bot,', '    cooldown: { by: ticker, for: 24h }\n    send: [bot,');
    return `${cooled}store: { path: ./bridge.db }\n`;
  });
  const path = join(folder, 'bridge.db');
  const store = openStore(path, systemClock, () => undefined);
  const sent = { ...announcementAt(-1000, systemClock.monotonicMs()), tickers: ['ABC'] };
  const delivery = {
    ...{ id: `${sent.id}-0`, content: newsOf(sent), destination: 'bot', rule: 'korean', ticker: 'ABC' },
    ...{ template: undefined, importance: 1, expiresAtMs: undefined },
  };
  store.outbox.record(delivery.content, [delivery]);
  store.outbox.settle([attemptOf(delivery, {})]);
  await store.close();
  const sample = ['--as', 'upbit/spot_listing', '--ticker', 'ABC,DEF'];
  for (const times of [1, 2]) {
    const { exitCode, out } = await send(...sample);
    expect([exitCode, out.split('\n').at(-1)], `${times}`).toEqual([0, '4 of 4 delivered']);
  }
  const listing = ['--publisher', 'upbit', '--listing-type', 'spot_listing', '--title', 'KRW'];
  const { out } = await runCommandLine(
    ['explain', ...listing, '--ticker', 'ABC,DEF', '-c', join(folder, 'config.yaml')],
    { env: { KEY: `dsk_${'0'.repeat(64)}` } },
  );
  expect(out, 'of the store').toContain('ABC was sent here');
  expect(out, 'of a sample').toContain('bot for DEF');
});

test('every receiver sees that it is a sample: header, default body, embed, template', async () => {
  const all = await servers();
  configOf(all, (text) => text.replace('send: [team, vip]', 'send: [team, raw]'));
  await send('--as', 'upbit/spot_listing', '--ticker', 'ABC', '--title', 'ABC KRW');
  for (const { headers } of all.bot.received) expect(headers['x-listing-bridge-sample']).toBe('true');
  const raw = all.bot.received.find(({ path }) => path === '/raw');
  expect(JSON.parse(raw?.body ?? '')).toMatchObject({
    type: 'test_announcement',
    test: true,
    publisher: 'upbit',
    listingType: 'spot_listing',
    tickers: ['ABC'],
    title: 'SAMPLE from listing-bridge: ABC KRW',
    rule: 'the rest',
    feed: 'tokyo',
  });
  const { embeds, content } = JSON.parse(all.discord.last.body);
  expect(embeds[0].title).toBe('🧪 TEST · 🟢 Upbit spot listing: ABC');
  expect(embeds[0].description).toMatch(/^SAMPLE from listing\\-bridge/);
  expect(content).toBeUndefined();
  // The template shows neither title nor `test`.
  expect(JSON.parse(all.telegram.last.body).text).toBe(
    '🧪 SAMPLE from listing-bridge, not news\n\n<b>ABC</b>',
  );
});

test('a template of Discord without the title is marked too, and stays within the limit', async () => {
  const all = await servers();
  configOf(all, (text) =>
    text
      .replace('send: [team, vip]', 'send: [{ to: team, template: long }]')
      .replace('templates:\n', `templates:\n  long: { text: "${'x'.repeat(1999)}" }\n`),
  );
  await send('--as', 'binance/spot_listing');
  const { content } = JSON.parse(all.discord.last.body);
  expect(content).toMatch(/^🧪 SAMPLE from listing-bridge, not news\nxxx/);
  expect(content.length).toBeLessThanOrEqual(2000);
});

test('only destinations that are named, of those that the rules choose', async () => {
  const all = await servers();
  configOf(all);
  const { exitCode, out, err } = await send('team', '--as', 'upbit/spot_listing');
  expect(out).toMatch(/\n✓ team {2}delivered/);
  expect([exitCode, err, all.bot.received, all.telegram.received]).toEqual([0, '', [], []]);
  const other = await send('raw', '--as', 'upbit/spot_listing');
  expect(other).toMatchObject({
    exitCode: 1,
    err: expect.stringMatching(
      /^Nothing sent to raw: for upbit spot_listing .* the rules choose bot, vip, team\./,
    ),
  });
});

test('--rule: only this rule, whatever the others do', async () => {
  const all = await servers();
  configOf(all);
  expect((await send('--as', 'upbit/spot_listing', '--rule', 'the rest')).exitCode).toBe(0);
  expect([all.discord, all.telegram, all.bot].map(({ received }) => received.length)).toEqual([1, 1, 0]);
  // Without the template of the other rule.
  expect(JSON.parse(all.telegram.last.body).text).toContain('Upbit spot listing');
  const no = await send('--as', 'binance/spot_listing', '--rule', 'korean');
  expect(no).toMatchObject({ exitCode: 1, out: '' });
  expect(no.err).toMatch(/^The rule does not match binance spot_listing .*so nothing is sent:\n/);
  expect(no.err).toMatch(
    /"korean" \(line 10\): publisher: wanted upbit or bithumb, got "binance"; title: wanted/,
  );
});

test('no rule matches: the closest, and why not', async () => {
  const all = await servers();
  configOf(all);
  const { exitCode, out, err } = await send('--as', 'binance/futures_listing');
  expect([exitCode, out]).toEqual([1, '']);
  expect(err).toMatch(/^No rule matches binance futures_listing \[SAMPLE\] .*The closest:\n {2}"/);
  expect(err).toContain(
    '"the rest" (line 15): listingType: wanted not futures_listing, got "futures_listing"',
  );
  expect(err).toContain('--ticker, --title and --feed');
  expect(err).not.toContain('"korean"');
});

test('a rule that drops, and news without a ticker for an order', async () => {
  const all = await servers();
  configOf(all);
  const dropped = await send('--as', 'upbit/not_listing');
  expect(dropped).toMatchObject({
    exitCode: 1,
    err: expect.stringMatching(/"noise" \(line 14\) matches .* and sends nothing$/),
  });
  const without = await send('--as', 'upbit/spot_listing', '--ticker', '', '--rule', 'korean');
  expect(without).toMatchObject({ exitCode: 1, err: expect.stringContaining('ticker: wanted not') });
});

test('the feed is one of the config, by default the first', async () => {
  const all = await servers();
  configOf(all);
  expect((await send('--as', 'binance/spot_listing', '--feed', 'seoul')).out).toMatch(/✓ raw {2}delivered/);
  expect(await send('--as', 'binance/spot_listing', '--feed', 'seol')).toMatchObject({
    exitCode: 1,
    err: 'No feed seol in the config (did you mean "seoul"?); there is: tokyo, seoul',
  });
});

test.each([
  ['upbit/spot_listng', 'spot_listng is not a known listing type (did you mean "spot_listing"?)'],
  ['upbt/spot_listing', 'upbt is not a known exchange (did you mean "upbit"?)'],
  ['upbit', '--as takes an exchange and a listing type, such as upbit/spot_listing, not upbit'],
  ['upbit/spot_listing/x', '--as takes an exchange and a listing type'],
  ['/spot_listing', '--as takes an exchange and a listing type'],
  ['upbit/listing', '(did you mean "spot_listing"?)'],
  ['spot_listing/upbit', 'write --as upbit/spot_listing'],
])('--as %s', async (as, err) => {
  configOf(await servers());
  expect(await send('--as', as)).toMatchObject({ exitCode: 2, out: '', err: expect.stringContaining(err) });
});

test('an exchange and a type that nobody knows are news too', async () => {
  const all = await servers();
  configOf(all);
  expect((await send('--as', 'OKX/pre_market')).exitCode).toBe(0);
  expect(all.discord.received).toHaveLength(1);
});

test.each([
  [['--as', 'upbit/spot_listing', '--all'], 'the rules choose the destinations'],
  [['team', '--ticker', 'ABC'], 'add --as'],
  [['team', '--title', 'ABC'], 'add --as'],
])('%j is wrong usage', async (args, err) => {
  configOf(await servers());
  expect(await send(...args)).toMatchObject({ exitCode: 2, err: expect.stringContaining(err) });
});

test('a dry run and a pause hold it back, unless forced', async () => {
  const all = await servers();
  configOf(all, (text) => text.replaceAll('warm: false', 'warm: false, dryRun: true'));
  const held = await send('--as', 'upbit/spot_listing');
  expect(held).toMatchObject({
    exitCode: 1,
    err: '',
    out: expect.stringMatching(/! team {2}not sent\. .*\[dry_run\]\n0 of 3 delivered$/),
  });
  expect((await send('--as', 'upbit/spot_listing', '--force')).exitCode).toBe(0);
  expect(all.bot.received).toHaveLength(1);
});

test('--json: a list with rule and ticker', async () => {
  const all = await servers();
  configOf(all);
  const { out, err } = await send('--as', 'upbit/spot_listing', '--json');
  expect(JSON.parse(out)).toMatchObject([
    { destination: 'bot', ticker: 'SAMPLE', rule: 'korean', outcome: 'delivered', status: 204 },
    { destination: 'vip', rule: 'korean' },
    { destination: 'team', rule: 'the rest' },
  ]);
  expect(err).toMatch(/^! bot/);
});
