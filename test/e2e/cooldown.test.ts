/** Cooldowns on the built program, over its death. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FileDeliveries } from '../../src/outbox/file-deliveries.ts';
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
rules:
  - { name: orders, match: { listingType: spot_listing }, cooldown: { by: ticker, for: 24h }, send: [bot] }
  - { name: rest, match: { update: any }, send: [chat, bot] }
store: { path: ./bridge.db }
server: { port: 0 }
log: { format: json }
`;

test('regression: one order of a ticker, also when a kill -9 comes at once after one was held back', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(CONFIG);
  const { feed, bot } = standIns;
  const announce = (ticker: string, title: string) =>
    feed.announce({ publisher: 'upbit', listingType: 'spot_listing', ticker, title });
  {
    await using bridge = workplace.start(['run'], standIns.env);
    await bridge.event('feed.self_test_answered');
    announce('ABC', 'one');
    await bot.waitFor(1);
    announce('ABC,XYZ', 'two');
    await bot.waitFor(2);
    bridge.kill('SIGKILL');
    await bridge.finished;
  }
  await using bridge = workplace.start(['run'], standIns.env);
  await bridge.event('feed.live');
  announce('XYZ,ABC,NEW', 'three');
  await bot.waitFor(({ body }) => (body as { symbol: string }).symbol === 'NEW');
  const { url } = await bridge.event('bridge.started');
  const metrics = await (await fetch(`${String(url)}/metrics`)).text();
  // XYZ is skipped, or waits for the copy that was on the wire at the kill.
  expect(metrics).toMatch(/^listing_bridge_deliveries_total\{destination="bot",outcome="skipped"\} [1-3]$/m);
  bridge.kill('SIGTERM');
  expect(await bridge.finished).toMatchObject({ code: 0 });
  // The one that was on the wire may be sent again, under the same id.
  expect([...new Set(bot.received.map(({ headers }) => headers['webhook-id']))]).toHaveLength(3);
  const symbols = bot.received.map(({ body }) => (body as { symbol: string }).symbol);
  expect([...new Set(symbols)]).toEqual(['ABC', 'XYZ', 'NEW']);

  const stored = await new FileDeliveries(join(workplace.folder, 'bridge.db')).list({
    destination: 'bot',
    limit: 100,
  });
  const ends = stored.ok
    ? stored.value.deliveries.map((one) => `${one.delivery.ticker} ${one.reason ?? one.state}`)
    : [];
  expect(ends.toSorted()).toEqual([
    ...['ABC cooldown', 'ABC cooldown', 'ABC delivered', 'NEW delivered'],
    ...['XYZ cooldown', 'XYZ delivered'],
  ]);
  const skipped = bridge.log.all.find(({ msg, ticker }) => msg === 'delivery.skipped' && ticker === 'ABC');
  expect(skipped).toMatchObject({ destination: 'bot', reason: 'cooldown' });
  expect(skipped?.['detail']).toMatch(
    /^ABC was sent here .* ago by rule "orders" \(announcement \w+\); its cooldown/,
  );
});
