/** Two bridges that read the same announcement name the same delivery: whichever feed was first, whenever they read it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { startDaemon } from '../../src/daemon/daemon.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { type FeedServer, startFeedServer } from '../../src/simulator/feed-server.ts';
import { Workplace } from '../support/program.ts';

const KEY = `dsk_${'a1'.repeat(32)}`;

/** A window that does not end while this runs. */
const config = (feeds: readonly string[], hook: string) => `feeds:
${feeds.map((url, n) => `  - { name: feed-${n}, url: "${url}", apiKey: ${KEY} }`).join('\n')}
destinations:
  log: { type: webhook, url: "${hook}/log", warm: false }
  bot: { type: webhook, url: "${hook}/bot", forEach: ticker, warm: false }
rules:
  - { name: all, match: {}, send: [log, bot] }
store: { path: ./bridge.db }
dedupeWindow: 3650d
server: false
`;

/** By path of the hook, what it was called with. */
async function receiver() {
  const ids: string[] = [];
  const server = createServer((request, response) => {
    ids.push(`${request.url} ${request.headers['webhook-id']}`);
    request.resume();
    response.end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  return { ids, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function feedServer(): Promise<FeedServer> {
  const feed = await startFeedServer({ cooldownMs: 0, heartbeatMs: 500 });
  onTestFinished(() => feed.close());
  return feed;
}

/** Reads two endpoints. */
async function bridge(order: readonly FeedServer[]) {
  const hook = await receiver();
  const workplace = new Workplace(
    config(
      order.map(({ url }) => url),
      hook.url,
    ),
  );
  onTestFinished(() => workplace[Symbol.dispose]());
  const file = `${workplace.folder}/config.yaml`;
  const load = () => {
    const { config: sound, problems, ...loaded } = loadConfig({ file, env: {} });
    if (sound === undefined) throw new Error(JSON.stringify(problems));
    return { config: sound, ...loaded };
  };
  const stderr = { write: () => true } as unknown as NodeJS.WritableStream;
  const daemon = await startDaemon({
    ...{ first: load(), load, clock: systemClock, random: Math.random, version: '0.0.0' },
    createLog: (redact) => createLog({ level: 'info', format: 'json' }, redact, stderr),
  });
  onTestFinished(() => daemon.stop());
  for (const feed of order) await feed.waitForClient();
  return hook;
}

test('the first copy by another endpoint, later, with other stamps and another spelling: the same webhook-ids', {
  timeout: 30_000,
}, async () => {
  // Each bridge has servers of its own, so that it can be said which copy comes to it first.
  const [tokyo, seoul] = [await feedServer(), await feedServer()];
  const [seoulToo, tokyoToo] = [await feedServer(), await feedServer()];
  const one = await bridge([tokyo, seoul]);
  const other = await bridge([seoulToo, tokyoToo]);
  const nowUs = systemClock.wallUs();
  const words = {
    publisher: 'upbit',
    listingType: 'spot_listing',
    title: '에이비씨(ABC), 디이에프(DEF) 신규 거래지원 안내',
  };
  const inTokyo = {
    ...words,
    ticker: 'ABC,DEF',
    detectedTimestampUs: nowUs - 900_000,
    dispatchTimestampUs: nowUs - 800_000,
  };
  const inSeoul = {
    ...{ publisher: 'Upbit', listingType: 'spot_listing', title: `${words.title.normalize('NFD')} ` },
    ...{
      ticker: 'DEF, ABC',
      detectedTimestampUs: nowUs - 300_000,
      dispatchTimestampUs: nowUs - 200_000,
    },
  };
  tokyo.announce(inTokyo);
  await expect.poll(() => one.ids.length).toBe(3);
  seoulToo.announce(inSeoul);
  await expect.poll(() => other.ids.length).toBe(3);
  // The second copies are no news to either.
  seoul.announce(inSeoul);
  tokyoToo.announce(inTokyo);
  // Something else is, so the copies before it have been read.
  const next = { ...words, title: 'next' };
  for (const feed of [seoul, tokyoToo]) feed.announce({ ...next, ticker: 'GHI', detectedTimestampUs: nowUs });
  await expect.poll(() => one.ids.length).toBe(5);
  await expect.poll(() => other.ids.length).toBe(5);
  expect(other.ids.toSorted()).toEqual(one.ids.toSorted());
  expect(new Set(one.ids).size).toBe(5);
});
