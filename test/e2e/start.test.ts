/** The feed is connected before a platform's library is loaded: half a second in which news would be missed. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { startDaemon } from '../../src/daemon.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { Log } from '../../src/platform/log.ts';
import { Workplace } from '../support/program.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { CONFIG, startStandIns } from '../support/stand-ins.ts';

const require = createRequire(import.meta.url);
const loaded = () =>
  ['discord.js', 'telegraf'].filter((library) =>
    Object.keys(require.cache).some((path) => path.includes(`/node_modules/${library}/`)),
  );

test('discord.js and telegraf are loaded after the feed is live, and before they are needed', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(CONFIG);
  const { config, digest, redact } = loadConfig({
    file: join(workplace.folder, 'config.yaml'),
    env: standIns.env,
  });
  if (config === undefined) throw new Error('the config of the tests is sound');
  const loadedWhenLive = Promise.withResolvers<readonly string[]>();
  const said = (_fields: object, event: string) => {
    if (event === 'feed.live') loadedWhenLive.resolve(loaded());
  };
  const log: Log = { debug: said, info: said, warn: said, error: said };
  const sound = { config, digest, redact };
  const daemon = await startDaemon({
    ...{ first: sound, load: () => sound, createLog: () => log },
    ...{ clock: systemClock, random: seededRandom(1), version: '1.2.3' },
  });
  await using _stopped = { [Symbol.asyncDispose]: () => daemon.stop() };
  expect(await loadedWhenLive.promise).toEqual([]);
  standIns.feed.announce({ title: 'ABC listed', ticker: 'ABC' });
  await Promise.all([standIns.discord.waitFor(1), standIns.telegram.waitFor(1)]);
  expect(loaded()).toEqual(['discord.js', 'telegraf']);
});
