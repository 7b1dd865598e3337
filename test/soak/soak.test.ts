/**
 * The built program on a feed at 20 frames a second that drops the connection again and again, in every way a
 * connection can end, under the service's own limits. Nothing that was sent on a live connection is lost or
 * doubled, memory is flat, and the service never has a reason to refuse. `SOAK_MS` and `SOAK_DROP_MS` set how
 * long (an hour and 30 s in `npm run test:soak`); `SOAK_JSON` is a file for the figures.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock, wait } from '../../src/platform/clock.ts';
import { type FeedServer, startFeedServer } from '../../src/simulator/feed-server.ts';
import { TEST_MS } from '../support/limits.ts';
import { Workplace } from '../support/program.ts';
import { KEY } from '../support/stand-ins.ts';
import { readSamples, slope } from './memory.ts';
import { TitleCounter } from './receiver.ts';

const SOAK_MS = Number(process.env['SOAK_MS'] ?? 6000);
const DROP_MS = Number(process.env['SOAK_DROP_MS'] ?? 2500);
const PER_SECOND = 20;
const SETTLED_MS = 1_800_000;
const MEMORY_EVERY_MS = SOAK_MS >= 600_000 ? 30_000 : 500;
/** The first sixth: code is compiled, caches and the dedupe window fill. */
const WARM_SHARE = 1 / 6;
/** A leak of 100 bytes a frame would be 7 MB an hour. */
const MOST_HEAP_GROWTH_BYTES_PER_HOUR = 4e6;
/** Without V8's young generation. */
const MOST_RSS_GROWTH_BYTES_PER_HOUR = 16e6;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const COOLDOWN_MS = 5000;
const CONNECTIONS_PER_MINUTE = 10;
const TESTS_PER_MINUTE = 1;

/** A dedupe window shorter than the run, so that it is full after the warm-up and has to stay so. */
const CONFIG = `feeds:
  - { name: soaked, url: "\${FEED_URL}", apiKey: "\${FEED_KEY}", selfTest: 1m }
destinations:
  bot: { type: webhook, url: "\${BOT_URL}" }
rules:
  - { name: all, match: {}, send: [bot] }
dedupeWindow: ${Math.max(1000, Math.floor((SOAK_MS * WARM_SHARE) / 2))}ms
store: { path: ./bridge.db }
server: { port: 0 }
log: { format: json, level: warn }
`;

/** Ways in which the service, or the line to it, ends a connection. */
const ENDINGS: readonly ((feed: FeedServer) => void)[] = [
  (feed) => feed.terminateAll(),
  (feed) => feed.drop(1001, 'going away'),
  (feed) => feed.drop(1008, 'too_slow'),
  (feed) => feed.drop(1011, ''),
];

test(`${SOAK_MS / 1000} s at ${PER_SECOND} frames/s, a drop every ${DROP_MS / 1000} s`, {
  timeout: SOAK_MS + TEST_MS,
}, async () => {
  await using feed = await disposable(startFeedServer({ cooldownMs: COOLDOWN_MS }));
  await using counter = await TitleCounter.start();
  using workplace = new Workplace(CONFIG);
  const memoryFile = join(workplace.folder, 'memory.jsonl');
  await using bridge = workplace.start(['run'], {
    FEED_URL: feed.server.url,
    FEED_KEY: KEY,
    BOT_URL: counter.url,
    NODE_OPTIONS: `--import=${new URL('memory-probe.mjs', import.meta.url).href}`,
    MEMORY_FILE: memoryFile,
    MEMORY_EVERY_MS: String(MEMORY_EVERY_MS),
  });
  const { server } = feed;
  await server.waitForClient(1);

  const startMs = systemClock.monotonicMs();
  const sent: string[] = [];
  let serial = 0;
  let drops = 0;
  for (let nowMs = startMs; nowMs < startMs + SOAK_MS; nowMs = systemClock.monotonicMs()) {
    if (nowMs >= startMs + (drops + 1) * DROP_MS) ENDINGS[drops++ % ENDINGS.length]?.(server);
    const title = `soak ${serial++} 에이비씨(ABC)`;
    if (server.announce({ title }).clients > 0) sent.push(title);
    await wait(systemClock, startMs + (serial * 1000) / PER_SECOND - systemClock.monotonicMs());
  }
  // The last end may be followed by nothing before the time is up.
  if (drops > 0) await server.waitForClient(2);
  await expect.poll(() => sent.filter((title) => !counter.taken.has(title)).length).toBe(0);
  bridge.kill('SIGTERM');
  expect(await bridge.finished).toEqual({ code: 0, signal: null });

  const samples = readSamples(memoryFile);
  const warm = samples.slice(Math.floor(samples.length * WARM_SHARE));
  const perHour = HOUR_MS / MEMORY_EVERY_MS;
  const megabytes = (bytes: number) => Math.round(bytes / 1e4) / 100;
  const handshakes = server.connections.map(({ atMs }) => atMs);
  const tests = server.messages.all.map(({ atMs }) => atMs);
  const figures = {
    soakMs: SOAK_MS,
    drops,
    announced: serial,
    sentOnLiveConnection: sent.length,
    lost: sent.filter((title) => !counter.taken.has(title)).length,
    doubled: [...counter.taken.values()].filter((times) => times > 1).length,
    handshakes: handshakes.length,
    refused: server.connections.filter(({ status }) => status !== 101).length,
    mostHandshakesInAMinute: mostWithin(handshakes, MINUTE_MS),
    shortestBetweenHandshakesMs: Math.round(shortestGap(handshakes)),
    selfTests: tests.length,
    mostSelfTestsInAMinute: mostWithin(tests, MINUTE_MS),
    heapMb: [warm[0], warm.at(-1)].map((sample) => megabytes(sample?.heapUsed ?? 0)),
    heapMbPerHour: megabytes(slope(warm.map(({ heapUsed }) => heapUsed)) * perHour),
    rssMb: [warm[0], warm.at(-1)].map((sample) => megabytes(sample?.rss ?? 0)),
    mostRssMb: megabytes(Math.max(...samples.map(({ rss }) => rss))),
    youngMb: [warm[0], warm.at(-1)].map((sample) => megabytes(sample?.young ?? 0)),
    rssMbPerHour: megabytes(slope(warm.map(({ rss, young }) => rss - young)) * perHour),
  };
  process.stdout.write(`soak: ${JSON.stringify(figures)}\n`);
  const file = process.env['SOAK_JSON'];
  if (file !== undefined) writeFileSync(file, `${JSON.stringify({ figures, samples }, undefined, 1)}\n`);

  expect(figures.sentOnLiveConnection).toBeGreaterThan(SOAK_MS / 250);
  expect(figures.lost, 'sent on a live connection, never delivered').toBe(0);
  expect(figures.doubled).toBe(0);
  expect(figures.handshakes).toBeGreaterThan(1);
  expect(figures.refused).toBe(0);
  expect(figures.mostHandshakesInAMinute).toBeLessThanOrEqual(CONNECTIONS_PER_MINUTE);
  expect(figures.shortestBetweenHandshakesMs).toBeGreaterThanOrEqual(COOLDOWN_MS);
  expect(figures.selfTests).toBeGreaterThan(0);
  expect(figures.mostSelfTestsInAMinute).toBeLessThanOrEqual(TESTS_PER_MINUTE);
  expect(samples.length).toBeGreaterThan(5);
  // The heap takes about ten minutes to settle (28 → 29 MB); before that a slope says nothing.
  if (SOAK_MS < SETTLED_MS) return;
  expect(figures.heapMbPerHour * 1e6).toBeLessThan(MOST_HEAP_GROWTH_BYTES_PER_HOUR);
  expect(figures.rssMbPerHour * 1e6).toBeLessThan(MOST_RSS_GROWTH_BYTES_PER_HOUR);
});

async function disposable(starting: Promise<FeedServer>) {
  const server = await starting;
  return { server, [Symbol.asyncDispose]: () => server.close() };
}

/** The most of `times` (ascending) that lie within any `spanMs`. */
function mostWithin(times: readonly number[], spanMs: number): number {
  return Math.max(
    0,
    ...times.map((from) => times.filter((atMs) => atMs >= from && atMs < from + spanMs).length),
  );
}

function shortestGap(times: readonly number[]): number {
  return Math.min(...times.slice(1).map((atMs, index) => atMs - (times[index] ?? atMs)));
}
