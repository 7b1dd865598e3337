/** The receivers of a cluster in trouble: strict, and with a record of everything that came. Which node is to send to which is decided here. */
import { holdersAmong, partitionOf } from '../../../src/cluster/partitions.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { makeReady } from '../../../src/daemon/ready-config.ts';
import { destinationTypes } from '../../../src/destinations/index.ts';
import { NO_TABLES } from '../../../src/matching/table.ts';
import { type BotServer, startBotServer } from '../../../src/simulator/bot-server.ts';
import { type DiscordServer, startDiscordServer } from '../../../src/simulator/discord-server.ts';
import { KEY } from '../../support/stand-ins.ts';

/** Things go wrong with `a`. */
export const NODES = ['a', 'b'] as const;
type Holder = (typeof NODES)[number];

/** By name, whose they are while both nodes are there. `once` is never sent twice: `onAmbiguous: drop`. */
const BOTS: Readonly<Record<string, { readonly of: Holder; readonly once?: true }>> = {
  one: { of: 'a' },
  two: { of: 'a' },
  three: { of: 'b' },
  four: { of: 'b' },
  order: { of: 'a', once: true },
  stop: { of: 'b', once: true },
};

/** Of these, every announcement goes to all. */
export const EVERYWHERE = Object.keys(BOTS);
/** Only the rules of one node have it, in one scene. */
export const ADDED = 'added';
/** Of `a`; with the limits of Discord. */
export const CHAT = 'chat';
export const isOnce = (destination: string): boolean => BOTS[destination]?.once === true;

/** While both nodes are there, as the program decides it from these options. */
function holderOf(options: object): string | undefined {
  const config = configSchema.parse({
    feeds: [{ name: 'one', url: 'wss://feed.invalid', apiKey: KEY }],
    destinations: { one: options },
    rules: [{ name: 'all', match: {}, send: ['one'] }],
  });
  const ready = makeReady({
    config: {
      ...config,
      ...{ file: 'config.yaml', types: destinationTypes, liveTables: new Map(), tableOf: NO_TABLES },
    },
    ...{ digest: '', files: [], patterns: [], redact: (text) => text },
  });
  return ready.destinations.map(({ limits }) => holdersAmong(NODES)[partitionOf(limits.broadest)])[0];
}

const webhookAt = (url: string) => ({ type: 'webhook', url: `${url}/` });

const chatAt = (webhookUrl: string) => ({ type: 'discord', webhookUrl });

/** One message that arrived. */
export interface Received {
  readonly destination: string;
  readonly title: string;
  /** `webhook-id`; of a chat, nothing. */
  readonly id: string | undefined;
}

export class Receivers implements AsyncDisposable {
  readonly #bots: ReadonlyMap<string, BotServer>;
  readonly #chat: DiscordServer;
  readonly #webhookUrl: string;

  private constructor(bots: ReadonlyMap<string, BotServer>, chat: DiscordServer) {
    this.#bots = bots;
    this.#chat = chat;
    let { webhookUrl } = chat;
    while (holderOf(chatAt(webhookUrl)) !== 'a') webhookUrl = chat.addWebhook();
    this.#webhookUrl = webhookUrl;
  }

  static async start(): Promise<Receivers> {
    const bots = new Map<string, BotServer>();
    for (const [name, { of }] of Object.entries({ ...BOTS, [ADDED]: { of: 'b' as const } }))
      bots.set(name, await botOf(of));
    return new Receivers(bots, await startDiscordServer());
  }

  /** For the config. */
  get destinations(): Readonly<Record<string, object>> {
    const bots = [...this.#bots].map(([name, { url }]) => [
      name,
      { ...webhookAt(url), ...(isOnce(name) && { onAmbiguous: 'drop' }) },
    ]);
    return { ...Object.fromEntries(bots), [CHAT]: chatAt(this.#webhookUrl) };
  }

  get received(): readonly Received[] {
    const ofBots = [...this.#bots].flatMap(([destination, { received }]) =>
      received.map(({ id, body }) => ({
        destination,
        id,
        title: (body as { readonly title: string }).title,
      })),
    );
    const ofChat = this.#chat.received.map(({ body }) => ({
      ...{ destination: CHAT, id: undefined },
      title: /announcement \d+ \w+/.exec(JSON.stringify(body))?.[0] ?? '',
    }));
    return [...ofBots, ...ofChat];
  }

  /** Requests that the chat had to refuse, because they were too many. */
  get overLimit(): number {
    return this.#chat.limitViolations;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#bots.values(), this.#chat].map((server) => server.close()));
  }
}

/** At an address that is that node's. */
async function botOf(node: Holder): Promise<BotServer> {
  for (;;) {
    const bot = await startBotServer();
    if (holderOf(webhookAt(bot.url)) === node) return bot;
    await bot.close();
  }
}
