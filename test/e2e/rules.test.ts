/** Promises of rules, tested on the built program: who gets an announcement, and who must not. */
import { expect, test } from 'vitest';
import { Workplace } from '../support/program.ts';
import { startStandIns } from '../support/stand-ins.ts';

const CONFIG = `feeds:
  - { name: one, url: "\${FEED_URL}", apiKey: "\${FEED_KEY}" }
destinations:
  chat: { type: discord, webhookUrl: "\${DISCORD_WEBHOOK_URL}", rateLimit: { limit: 1000, per: 1s } }
  bot:
    type: webhook
    url: "\${BOT_URL}"
    secret: "\${BOT_SECRET}"
    forEach: ticker
    body: { symbol: "{{ ticker }}", by: "{{ rule }}" }
  dry: { type: webhook, url: "\${BOT_URL}", dryRun: true }
rules:
  - { name: canary, match: { test: true }, send: [chat] }
  - name: korean
    match: { publisher: [upbit, bithumb], title: { matches: "USDS-M|KRW" }, ticker: { not: [USDT, "X*"] } }
    send: [bot, dry]
  - { name: noise, match: { listingType: not_listing }, send: [], stop: true }
  - { name: rest, match: {}, send: [chat, bot] }
store: { path: ./bridge.db }
server: { port: 0 }
log: { format: json }
`;

test('a ticker for a ticker, no order for what is redacted, nothing after stop, self-tests only where asked for', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(CONFIG);
  await using bridge = workplace.start(['run'], standIns.env);
  const { feed, bot, discord } = standIns;
  await bridge.event('feed.self_test_answered');
  const announce = (ticker: string, title: string, listingType = 'spot_listing') =>
    feed.announce({ publisher: 'upbit', listingType, ticker, title });
  announce('ABC,USDT,XYZ,DEF', 'USDⓈ-M market');
  announce('GHI', '███ KRW ███');
  announce('JKL', 'maintenance', 'not_listing');
  announce('', 'KRW market without a ticker');
  announce('LAST', 'the last one');
  await bot.waitFor(({ body }) => (body as { symbol: string }).symbol === 'LAST');
  await discord.waitFor(5);

  expect(bot.received.map(({ text }) => text).toSorted()).toEqual([
    '{"symbol":"ABC","by":"korean"}',
    '{"symbol":"DEF","by":"korean"}',
    '{"symbol":"LAST","by":"rest"}',
  ]);
  expect(discord.received.map(({ title }) => title).toSorted()).toEqual([
    '🟢 Upbit spot listing',
    '🟢 Upbit spot listing',
    '🟢 Upbit spot listing: ABC, USDT, XYZ, DEF',
    '🟢 Upbit spot listing: LAST',
    expect.stringMatching(/^🧪 TEST · /),
  ]);
  // Nothing else is under way: what was read is all accounted for.
  bridge.kill('SIGTERM');
  expect(await bridge.finished).toMatchObject({ code: 0 });
  const skipped = bridge.log.all.filter(({ msg }) => msg === 'delivery.skipped');
  expect(skipped.map(({ destination, reason }) => [destination, reason])).toEqual([
    ['dry', 'dry_run'],
    ['dry', 'dry_run'],
  ]);
});

test('regression: thirty thousand tickers in one frame are twenty orders, one row and one line', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(CONFIG);
  await using bridge = workplace.start(['run'], standIns.env);
  const { feed, bot } = standIns;
  await bridge.event('feed.self_test_answered');
  const tickers = Array.from({ length: 30_000 }, (_, index) => `T${index}`);
  feed.announce({
    publisher: 'binance',
    listingType: 'spot_listing',
    ticker: tickers.join(','),
    title: 'Many',
  });
  feed.announce({ publisher: 'binance', listingType: 'spot_listing', ticker: 'LAST', title: 'the last one' });
  await bot.waitFor(({ body }) => (body as { symbol: string }).symbol === 'LAST');
  bridge.kill('SIGTERM');
  expect(await bridge.finished).toMatchObject({ code: 0 });

  const symbols = bot.received.map(({ body }) => (body as { symbol: string }).symbol);
  expect(symbols.toSorted()).toEqual(['LAST', ...tickers.slice(0, 20)].toSorted());
  const capped = bridge.log.all.filter(
    ({ msg, reason }) => msg === 'delivery.skipped' && reason === 'max_tickers',
  );
  expect(capped).toMatchObject([
    { destination: 'bot', detail: expect.stringContaining('29980 of 30000 tickers not sent') },
  ]);
});
