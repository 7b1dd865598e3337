/** A bridge under trace, with one source of each type and a receiver of its own for each announcement that is looked at. */
import { startBotServer } from '../../src/simulator/bot-server.ts';
import { startDiscordServer } from '../../src/simulator/discord-server.ts';
import { type FeedServer, startFeedServer } from '../../src/simulator/feed-server.ts';
import { type JsonFeedServer, startJsonFeedServer } from '../../src/simulator/json-feed-server.ts';
import type { StandIn } from '../../src/simulator/stand-in.ts';
import { startTelegramServer } from '../../src/simulator/telegram-server.ts';
import { type Program, Workplace } from '../support/program.ts';
import { KEY } from '../support/stand-ins.ts';
import { MARK, type Way } from './recorder.ts';
import { isQuiet, roundEnded, startTraced, waysIn, wayTo } from './traced-program.ts';

const CONFIG = `feeds:
  - { name: one, url: "\${FEED_URL}", apiKey: "\${FEED_KEY}", selfTest: false }
  - name: own
    type: websocket
    url: "\${OWN_URL}"
    only: { kind: listing }
    map:
      publisher: { value: binance }
      title: { path: title }
      tickers: { path: coins }
      listingType: { value: spot_listing }
      detectedAt: { path: time, unit: ms }
destinations:
  bot: { type: webhook, url: "\${BOT_URL}" }
  careful: { type: webhook, url: "\${CAREFUL_URL}", onAmbiguous: drop }
  third: { type: webhook, url: "\${THIRD_URL}" }
  each: { type: webhook, url: "\${EACH_URL}", forEach: ticker }
  chat: { type: discord, webhookUrl: "\${DISCORD_WEBHOOK_URL}" }
  group: { type: telegram, botToken: "\${TELEGRAM_BOT_TOKEN}", chatId: 4242, apiUrl: "\${TELEGRAM_API_URL}" }
rules:
  - { name: korean, match: { publisher: upbit, ticker: ${MARK} }, send: [bot] }
  - { name: thai, match: { publisher: bithumb, ticker: ${MARK} }, send: [careful] }
  - { name: own, match: { publisher: binance, ticker: ${MARK} }, send: [third] }
  - { name: each, match: { publisher: coinbase, ticker: ${MARK} }, send: [each] }
  - { name: chat, match: { publisher: okx, ticker: ${MARK} }, send: [chat] }
  - { name: group, match: { publisher: bybit, ticker: ${MARK} }, send: [group] }
store: { path: ./bridge.db }
server: { port: 0 }
log: { format: json }
`;

const BOTS = ['bot', 'careful', 'third', 'each'] as const;
type Receiver = (typeof BOTS)[number] | 'chat' | 'group';

const portOf = ({ url }: { readonly url: string }) => Number(new URL(url).port);

export interface World extends AsyncDisposable {
  readonly bridge: Program;
  readonly feed: FeedServer;
  readonly own: JsonFeedServer;
  /** Of the first round: the last ones. */
  readonly rehearsed: readonly Way[];
  /** One announcement, alone: its way to the receiver, and nothing under way any more. */
  lone(receiver: Receiver, announce: (title: string) => void): Promise<Way>;
}

export async function startWorld(): Promise<World> {
  await using cleanup = new AsyncDisposableStack();
  const feed = cleanup.adopt(await startFeedServer({ cooldownMs: 0 }), (part) => part.close());
  const own = cleanup.use(await startJsonFeedServer());
  const discord = cleanup.adopt(await startDiscordServer(), (part) => part.close());
  const telegram = cleanup.adopt(await startTelegramServer(), (part) => part.close());
  const receivers = new Map<string, Pick<StandIn<unknown>, 'url' | 'received' | 'connections'>>([
    ['chat', discord],
    ['group', telegram],
  ]);
  const env: Record<string, string> = { FEED_URL: feed.url, FEED_KEY: KEY, OWN_URL: own.url };
  env['DISCORD_WEBHOOK_URL'] = discord.webhookUrl;
  env['TELEGRAM_BOT_TOKEN'] = telegram.botToken;
  env['TELEGRAM_API_URL'] = telegram.url;
  for (const name of BOTS) {
    const bot = cleanup.adopt(await startBotServer(), (part) => part.close());
    receivers.set(name, bot);
    env[`${name.toUpperCase()}_URL`] = `${bot.url}/signal`;
  }
  const workplace = cleanup.use(new Workplace(CONFIG));
  const bridge = cleanup.use(startTraced(workplace, env));
  const ended = bridge.finished.then(() => Promise.reject(new Error(`it has ended: ${bridge.stderr}`)));
  const ready = roundEnded(bridge);
  await Promise.race([ended, ready]);
  // Two spare ones lie ready for each bot.
  for (const [name, { connections }] of receivers)
    await connections.waitFor(name === 'chat' || name === 'group' ? 1 : 2);
  own.send({ kind: 'hello' });
  await bridge.log.waitFor(({ msg, feed: name }) => msg === 'feed.live' && name === 'own');
  await isQuiet(bridge);
  const held = cleanup.move();
  const rehearsed = waysIn(bridge);
  let told = 0;
  return {
    ...{ bridge, feed, own, rehearsed },
    async lone(receiver, announce) {
      const bot = receivers.get(receiver);
      if (bot === undefined) throw new Error(`no receiver ${receiver}`);
      const before = bot.received.length;
      const log = bridge.log.all.length;
      announce(`news ${++told}`);
      const way = await wayTo(portOf(bot), bridge, before + 1);
      // Reported once it has ended.
      await bridge.log.waitFor(() =>
        bridge.log.all.slice(log).some(({ msg }) => msg === 'delivery.attempted'),
      );
      await isQuiet(bridge);
      return way;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
