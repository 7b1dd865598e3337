/** The recipe of the community server, in the real daemon: each room gets its own, and only listings ping, only the role. */
import { expect, test } from 'vitest';
import { type DiscordItem, startDiscordServer } from '../../../src/simulator/discord-server.ts';
import { startTelegramServer } from '../../../src/simulator/telegram-server.ts';
import { configOf, cook } from './recipe.ts';

const ROLE = '123456789012345678';

async function serve() {
  await using cleanup = new AsyncDisposableStack();
  const close = <T extends { close(): Promise<void> }>(part: T) => cleanup.adopt(part, () => part.close());
  const discord = close(await startDiscordServer());
  const forum = close(await startDiscordServer({ forum: true }));
  const telegram = close(await startTelegramServer());
  const urls = {
    listings: discord.webhookUrl,
    delistings: discord.addWebhook(),
    rest: discord.addWebhook(),
    forum: forum.webhookUrl,
  };
  const recipe = cleanup.use(
    await cook(configOf('community-server'), {
      env: {
        DISCORD_LISTINGS_URL: urls.listings,
        DISCORD_DELISTINGS_URL: urls.delistings,
        DISCORD_REST_URL: urls.rest,
        DISCORD_FORUM_URL: urls.forum,
        TELEGRAM_BOT_TOKEN: telegram.botToken,
      },
      origins: { 'type: telegram': `type: telegram\n    apiUrl: ${telegram.url}` },
    }),
  );
  const inRoom = (name: keyof typeof urls) => (item: DiscordItem) => urls[name].includes(`/${item.target}/`);
  const held = cleanup.move();
  return { discord, forum, telegram, recipe, inRoom, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

const EVIL = `@everyone @here <@&${ROLE}> <@123456789012345678> KRW`;

test('each kind of news has its room, a listing pings the role, and no title pings anyone', async () => {
  await using server = await serve();
  const { discord, forum, telegram, recipe, inRoom } = server;
  recipe.announce({ listingType: 'spot_listing', ticker: 'AAA', title: EVIL });
  recipe.announce({
    listingType: 'futures_listing',
    ticker: 'BBB',
    title: 'BBB USDT perpetual',
    publisher: 'binance',
  });
  recipe.announce({ listingType: 'spot_delisting', ticker: 'CCC', title: `CCC ${EVIL}` });
  recipe.announce({ listingType: 'not_listing', ticker: 'DDD', title: `DDD ${EVIL}` });
  await discord.waitFor(4);
  await forum.waitFor(2);
  await telegram.waitFor(3);

  const titles = (name: Parameters<typeof inRoom>[0]) =>
    discord.received.filter(inRoom(name)).map(({ title }) => title.slice(-3));
  expect([titles('listings').toSorted(), titles('delistings'), titles('rest')]).toEqual([
    ['AAA', 'BBB'],
    ['CCC'],
    ['DDD'],
  ]);
  for (const item of [...discord.received, ...forum.received]) {
    const isListing = discord.received.includes(item) && inRoom('listings')(item);
    expect(item.content).toBe(isListing ? `<@&${ROLE}>` : '');
    expect(item.body['allowed_mentions']).toEqual(isListing ? { parse: [], roles: [ROLE] } : { parse: [] });
  }
  expect(discord.received.filter(inRoom('rest')).map(({ body }) => body['flags'])).toEqual([4096]);
  expect(forum.received.map(({ body }) => body['thread_name']).toSorted()).toEqual([
    'AAA · upbit',
    'BBB · binance',
  ]);
  expect(telegram.received.map(({ chatId }) => chatId)).toEqual(Array(3).fill('@listings_of_nobody'));
  expect([discord, forum, telegram].map(({ limitViolations }) => limitViolations)).toEqual([0, 0, 0]);
});

test('a thread without a ticker has the name of the title', async () => {
  await using server = await serve();
  server.recipe.announce({ ticker: '', title: '새로운 코인 KRW 마켓 추가' });
  const [thread] = await server.forum.waitFor(1);
  expect(thread?.body['thread_name']).toBe('새로운 코인 KRW 마켓 추가 · upbit');
});

test('a room that is gone does not keep the others from theirs', async () => {
  await using server = await serve();
  const { discord, telegram, recipe, inRoom } = server;
  const listings = discord.webhookUrl;
  discord.removeWebhook(listings);
  recipe.announce({ ticker: 'AAA', title: 'AAA KRW' });
  await telegram.waitFor(1);
  recipe.announce({ listingType: 'spot_delisting', ticker: 'CCC', title: 'CCC KRW' });
  await discord.waitFor(inRoom('delistings'));
  expect(discord.received.filter(inRoom('listings'))).toEqual([]);
});
