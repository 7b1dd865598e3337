/** Two bridges as one, as built programs with a real PostgreSQL, and bots behind several addresses. */
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { holdersAmong, partitionOf } from '../../../src/cluster/partitions.ts';
import { secretName } from '../../../src/platform/secret.ts';
import { type BotServer, startBotServer } from '../../../src/simulator/bot-server.ts';
import { runCommandLine } from '../command.ts';
import { WAIT_MS } from '../limits.ts';
import { TestDatabase } from '../postgres/shared.ts';
import { Workplace } from '../program.ts';
import { type StandIns, startStandIns } from '../stand-ins.ts';

/** Behind several addresses of this machine, so that both nodes have some of them. */
export const BOTS = Array.from({ length: 8 }, (_, n) => `bot${n + 1}`);
export const TOKEN = 'a-token-for-the-tests';

const configOf = (node: string, attempts: number) => `feeds:
  - { name: one, url: "\${FEED_URL}", apiKey: "\${FEED_KEY}" }
destinations:
${BOTS.map((name, n) => `  ${name}: { type: webhook, url: "\${BOT_URL_${n + 1}}", maxAge: 1h, retry: { attempts: ${attempts} } }`).join('\n')}
rules:
  - { name: all, match: {}, send: [${BOTS.join(', ')}] }
store: { path: ./${node}.db }
server: { port: 0, token: ${TOKEN} }
cluster: { url: "\${DATABASE_URL}", node: ${node} }
log: { format: json }
`;

export async function startTwoNodes([first, second]: readonly [string, string] = ['a', 'b'], attempts = 1) {
  await using cleanup = new AsyncDisposableStack();
  const database = cleanup.use(await TestDatabase.create());
  const standIns: StandIns = cleanup.use(await startStandIns());
  const bots: BotServer[] = [];
  for (const [n] of BOTS.entries()) {
    const bot = cleanup.use(await startBotOf(n % 2 === 0 ? first : second, [first, second]));
    bots.push(bot.server);
  }
  const env = {
    ...standIns.env,
    ...Object.fromEntries(bots.map(({ url }, n) => [`BOT_URL_${n + 1}`, url])),
    DATABASE_URL: database.url(),
  };
  const start = async (node: string) => {
    const workplace = cleanup.use(new Workplace(configOf(node, attempts)));
    const program = cleanup.use(workplace.start(['run'], env));
    await program.event('feed.live');
    const { url } = await program.event('bridge.started');
    const get = async (path: string, method = 'GET') => {
      const headers = { authorization: `Bearer ${TOKEN}` };
      return (await (await fetch(`${String(url)}${path}`, { method, headers })).json()) as Answer;
    };
    const command = (...args: readonly string[]) =>
      runCommandLine([...args, '-c', join(workplace.folder, 'config.yaml')], { env });
    return { program, get, command, url: String(url) };
  };
  const [a, b] = [await start(first), await start(second)];
  const partitions = async () => (await a.get('/api/cluster')).nodes?.map((one) => one.partitions) ?? [];
  await vi.waitFor(async () => {
    const counts = await partitions();
    expect(counts.filter((count) => count > 64).length).toBe(2);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(256);
  }, WAIT_MS);
  const held = cleanup.move();
  return {
    ...{ a, b, bots, env },
    /** Deliveries of whose end every node may know. Of the last 50 ms it may be missing: whoever takes over sends those again. */
    ends: async () => (await database.query('SELECT FROM listing_bridge.ends')).length,
    announce: (title: string) =>
      standIns.feed.announce({
        ...{ publisher: 'upbit', listingType: 'spot_listing', ticker: 'ABC' },
        title,
      }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** At an address that falls to that node: which one it falls to is decided by the address alone. */
async function startBotOf(node: string, nodes: readonly string[]) {
  const holders = holdersAmong(nodes);
  await using others = new AsyncDisposableStack();
  for (let n = 0; n < 64; n++) {
    const server = await startBotServer({});
    const held = { server, [Symbol.asyncDispose]: () => server.close() };
    if (holders[partitionOf(`webhook:${secretName(server.url)}`)] === node) return held;
    // Closed at the end, so that the next one has another port.
    others.use(held);
  }
  throw new Error(`no address falls to ${node}`);
}

export interface Answer {
  readonly nodes?: readonly { readonly node: string; readonly partitions: number }[];
  readonly deliveries?: readonly Shown[];
  readonly announcements?: readonly { readonly id: string; readonly title: string }[];
  readonly missing?: readonly string[];
  readonly next?: string;
  readonly code?: string;
  readonly ok?: boolean;
}

export interface Shown {
  readonly id: string;
  readonly destination: string;
  readonly state: string;
  readonly node?: string;
}

export const ofTitle = (title: string) => `/api/deliveries?title=${encodeURIComponent(title)}`;
