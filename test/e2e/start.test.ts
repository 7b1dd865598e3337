/** A process's first second: what is announced with the welcome finds everything ready. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { startDaemon } from '../../src/daemon/daemon.ts';
import { type Clock, systemClock, type Timer } from '../../src/platform/clock.ts';
import type { Log } from '../../src/platform/log.ts';
import { AwkwardFeed, WELCOME } from '../support/awkward-feed.ts';
import { Workplace } from '../support/program.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { CONFIG, startStandIns } from '../support/stand-ins.ts';

const require = createRequire(import.meta.url);
const loaded = () =>
  ['discord.js', 'telegraf'].filter((library) =>
    Object.keys(require.cache).some((path) => path.includes(`/node_modules/${library}/`)),
  );

/** A busy machine may run a timer of a few milliseconds before it reads a socket: these wait for what is awaited. */
const patient = (awaited: Promise<unknown>): Clock => ({
  wallMs: () => systemClock.wallMs(),
  wallUs: () => systemClock.wallUs(),
  monotonicMs: () => systemClock.monotonicMs(),
  after(delayMs, callback, keepAlive) {
    if (delayMs === 0 || delayMs > 50) return systemClock.after(delayMs, callback, keepAlive);
    let isCancelled = false;
    let timer: Timer | undefined;
    void awaited.then(() => {
      if (!isCancelled) timer = systemClock.after(delayMs, callback, keepAlive);
    });
    return {
      cancel() {
        isCancelled = true;
        timer?.cancel();
      },
    };
  },
});

test('regression: the feed is asked for news when orders can be sent, without waiting for the chats, and all get what comes with the welcome', async () => {
  await using standIns = await startStandIns();
  await using feed = await AwkwardFeed.start();
  using workplace = new Workplace(CONFIG);
  const { config, ...read } = loadConfig({
    file: join(workplace.folder, 'config.yaml'),
    env: { ...standIns.env, FEED_URL: feed.url },
  });
  if (config === undefined) throw new Error('the config of the tests is sound');
  const whenAsked = Promise.withResolvers<readonly string[]>();
  feed.script = (peer) => {
    whenAsked.resolve(loaded());
    peer.accept();
    peer.binary(WELCOME);
    peer.binary({ type: 'announcement', title: 'ABC listed', ticker: 'ABC', publisher: 'upbit' });
  };
  const silent = () => undefined;
  const log: Log = { debug: silent, info: silent, warn: silent, error: silent };
  const sound = { config, ...read };
  const daemon = await startDaemon({
    ...{ first: sound, load: () => sound, createLog: () => log },
    ...{ clock: patient(whenAsked.promise), random: seededRandom(1), version: '1.2.3' },
  });
  await using _stopped = { [Symbol.asyncDispose]: () => daemon.stop() };
  expect(await whenAsked.promise).toEqual([]);
  await Promise.all([standIns.bot.waitFor(1), standIns.discord.waitFor(1), standIns.telegram.waitFor(1)]);
  await daemon.warm;
  expect(loaded()).toEqual(['discord.js', 'telegraf']);
});
