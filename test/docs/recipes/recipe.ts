/** A recipe of docs/recipes as its reader runs it: its own YAML in the real daemon, with a simulated feed in front of it. */

import { loadConfig } from '../../../src/config/load.ts';
import { startDaemon } from '../../../src/daemon/daemon.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createLog } from '../../../src/platform/log.ts';
import { Arrivals } from '../../../src/simulator/arrivals.ts';
import type { AnnouncementFields } from '../../../src/simulator/feed-frames.ts';
import { type FeedServer, startFeedServer } from '../../../src/simulator/feed-server.ts';
import { type LogLine, Workplace } from '../../support/program.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { read } from '../comments.ts';
import { env as documented } from '../environment.ts';

export const pageOf = (name: string): string => read(`docs/recipes/${name}.md`);

/** The blocks of that language, in their order. */
export const blocksOf = (page: string, language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, block = '']) => block,
  );

export const configOf = (name: string): string => {
  const [config] = blocksOf(pageOf(name), 'yaml').filter((block) => /^rules:/m.test(block));
  if (config === undefined) throw new Error(`docs/recipes/${name}.md has no complete config`);
  return config;
};

export interface Place {
  /** Values of variables, over those of `test/docs/environment.ts`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Origins in the YAML, each with the one to use instead. */
  readonly origins?: Readonly<Record<string, string>>;
}

export interface Recipe extends AsyncDisposable {
  readonly feed: FeedServer;
  readonly log: Arrivals<LogLine>;
  /** A fresh announcement, unless `ageMs` says since when it has been known. */
  announce(fields?: AnnouncementFields & { readonly ageMs?: number }): void;
  /** The line of the first attempt of that ticker which fits. */
  attempted(ticker: string, attempt?: number): Promise<LogLine>;
}

/** Resolves once the feed is live. Throws what `check` would find. */
export async function cook(config: string, { env = {}, origins = {} }: Place): Promise<Recipe> {
  await using cleanup = new AsyncDisposableStack();
  const feed = cleanup.adopt(await startFeedServer({ cooldownMs: 0, heartbeatMs: 500 }), (it) => it.close());
  const moved = { 'wss://cryptolisting.ws': feed.url, ...origins };
  const text = Object.entries(moved).reduce((yaml, [from, to]) => yaml.replaceAll(from, to), config);
  const workplace = cleanup.use(
    new Workplace(`${text}\nserver: false\nlog: { format: json, level: debug }\n`),
  );
  const file = `${workplace.folder}/config.yaml`;
  const load = () => {
    const { config: sound, problems, ...loaded } = loadConfig({ file, env: { ...documented, ...env } });
    if (sound === undefined) throw new Error(JSON.stringify(problems));
    return { config: sound, ...loaded };
  };
  const log = new Arrivals<LogLine>('log line');
  // Several lines may be one write.
  const write = (lines: string) => {
    for (const line of lines.split('\n')) if (line !== '') log.add(JSON.parse(line));
    return true;
  };
  const stderr = { write } as unknown as NodeJS.WritableStream;
  const first = load();
  const daemon = await startDaemon({
    ...{ first, load, clock: systemClock, random: seededRandom(1), version: '0.0.0' },
    createLog: (redact) => createLog(first.config.log, redact, stderr),
  });
  cleanup.defer(() => daemon.stop());
  await feed.waitForClient();
  await daemon.warm;
  const held = cleanup.move();
  return {
    feed,
    log,
    announce: ({ ageMs = 0, ...fields } = {}) => {
      const us = (Date.now() - ageMs) * 1000;
      const old = { publishTimestampUs: us - 50_000, detectedTimestampUs: us };
      feed.announce({ ...(ageMs > 0 && old), ...fields });
    },
    attempted: (ticker, attempt = 1) =>
      log.waitFor(
        (line) =>
          line.msg === 'delivery.attempted' && line['ticker'] === ticker && line['attempt'] === attempt,
      ),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
