/**
 * Which files an announcement passes on its way from the frame to the socket: `node tools/way.ts` runs a whole bridge
 * against the simulator, and asks V8 which functions have run between the announcement of the feed and the write of
 * the request. `--functions` names these too. What runs after the send (log, metrics, the store's disk) is not in it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { loadConfig } from '../src/config/load.ts';
import { startDaemon } from '../src/daemon/daemon.ts';
import type { DestinationTypeName } from '../src/destinations/index.ts';
import { systemClock, wait } from '../src/platform/clock.ts';
import { createLog } from '../src/platform/log.ts';
import { startBotServer } from '../src/simulator/bot-server.ts';
import { startDiscordServer } from '../src/simulator/discord-server.ts';
import { startFeedServer } from '../src/simulator/feed-server.ts';
import { startTelegramServer } from '../src/simulator/telegram-server.ts';

const source = resolve(import.meta.dirname, '../src');
/** The publisher that the rule of a destination asks for, each another. */
const publishers: Readonly<Record<DestinationTypeName, string>> = {
  webhook: 'binance',
  discord: 'upbit',
  telegram: 'bithumb',
};

/** Names of the functions that have run, by file relative to `src/`. */
type Way = ReadonlyMap<string, readonly string[]>;

const session = new Session();
session.connect();

/** The functions that have run since the last call. A session of the same thread answers within the call. */
function takeWay(): Way {
  const way = new Map<string, string[]>();
  session.post('Profiler.takePreciseCoverage', (_error, coverage) => {
    for (const { url, functions } of coverage?.result ?? []) {
      if (!url.startsWith('file:')) continue;
      const file = relative(source, fileURLToPath(url));
      if (file.startsWith('..') || file.startsWith('simulator/')) continue;
      const ran = functions.filter(({ ranges: [whole] }) => (whole?.count ?? 0) > 0);
      // One without a name is the file itself, or an arrow function in it.
      if (ran.length > 0) way.set(file, ran.map(({ functionName }) => functionName || '=>').sort());
    }
  });
  return way;
}

const isRequest = (chunk: unknown) => String(chunk).startsWith('POST ');

/** The way of one announcement: what runs from the frame that `announce` sends to the write of the first request. */
function wayOf(announce: () => void): Promise<Way> {
  const { write } = Socket.prototype;
  const { emit } = WebSocket.prototype;
  return new Promise((found) => {
    WebSocket.prototype.emit = function (this: WebSocket, ...given: Parameters<typeof emit>) {
      // Only a client knows an address.
      if (given[0] === 'message' && this.url) takeWay();
      return emit.apply(this, given);
    };
    const patched = function (this: Socket, ...given: Parameters<typeof write>) {
      if (isRequest(given[0])) {
        const way = takeWay();
        Socket.prototype.write = write;
        WebSocket.prototype.emit = emit;
        found(way);
      }
      return write.apply(this, given);
    };
    Socket.prototype.write = patched as typeof write;
    announce();
  });
}

const say = (line: string) => process.stdout.write(`${line}\n`);

function print(title: string, way: Way, withFunctions: boolean): void {
  const rooms = Map.groupBy(way.keys(), (file) => file.split('/')[0]);
  say(`${title}: ${way.size} files in ${rooms.size} rooms`);
  for (const [room, files] of rooms) {
    say(`  ${room} (${files.length})`);
    for (const file of files.toSorted())
      if (file !== room || withFunctions)
        say(`    ${file}${withFunctions ? `: ${way.get(file)?.join(', ')}` : ''}`);
  }
}

const { values } = parseArgs({ options: { functions: { type: 'boolean', default: false } } });
await using cleanup = new AsyncDisposableStack();
const feed = cleanup.adopt(await startFeedServer(), (server) => server.close());
const bot = cleanup.adopt(await startBotServer(), (server) => server.close());
const discord = cleanup.adopt(await startDiscordServer(), (server) => server.close());
const telegram = cleanup.adopt(await startTelegramServer(), (server) => server.close());
const folder = cleanup.adopt(mkdtempSync(join(tmpdir(), 'way-')), (path) =>
  rmSync(path, { recursive: true }),
);
const file = join(folder, 'config.yaml');
writeFileSync(
  file,
  JSON.stringify({
    feeds: [{ name: 'feed', url: feed.url, apiKey: `dsk_${'0'.repeat(64)}` }],
    destinations: {
      webhook: {
        type: 'webhook',
        url: `${bot.url}/signal`,
        secret: `whsec_${'A'.repeat(44)}`,
        body: { symbol: '{{ tickers | first }}' },
      },
      discord: { type: 'discord', webhookUrl: discord.webhookUrl },
      telegram: { type: 'telegram', botToken: telegram.botToken, chatId: 1, apiUrl: telegram.url },
    } satisfies Record<DestinationTypeName, object>,
    rules: Object.entries(publishers).map(([type, publisher]) => ({
      ...{ name: type, match: { publisher }, send: [type] },
    })),
    store: { path: './store.db' },
    server: false,
    log: { level: 'warn' },
  }),
);
const { config, problems, ...loaded } = loadConfig({ file, env: {} });
if (config === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
const first = { config, ...loaded };
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
const daemon = await startDaemon({
  first,
  load: () => first,
  createLog: () => createLog(config.log, loaded.redact, process.stderr),
  clock: systemClock,
  random: Math.random,
  version: '0',
});
cleanup.defer(() => daemon.stop());
await feed.waitForClient();
await daemon.warm;
for (const [type, publisher] of Object.entries(publishers)) {
  // The first opens what is opened at its first use.
  for (const title of ['first', 'second']) {
    await wait(systemClock, 500);
    const way = await wayOf(() => feed.announce({ publisher, title: `${type}: ${title}` }));
    if (title === 'second') print(`to ${type}`, way, values.functions);
  }
}
