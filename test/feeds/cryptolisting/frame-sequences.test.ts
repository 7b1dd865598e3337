/**
 * No sequence of frames throws, leaks or blocks: a real client reads `FRAMES` of them (a million in
 * `npm run test:frames`) from a socket, keeps its connection, and loses no announcement among them.
 * `SEED` repeats a run.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { decodeFrame } from '../../../src/feeds/cryptolisting/frames.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { GARBAGE } from '../../../src/simulator/garbage.ts';
import { AwkwardFeed } from '../../support/awkward-feed.ts';
import { TEST_MS } from '../../support/limits.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { Listener } from './listener.ts';
import { OddFrames } from './odd-frames.ts';

const FRAMES = Number(process.env['FRAMES'] ?? 10_000);
const SEED = Number(process.env['SEED'] ?? 1);
const BATCH = 200;
const MINUTE_MS = 60_000;
/** Well above what the client keeps, well below what a leak of a few bytes a frame would make of a million. */
const MOST_GROWTH_BYTES = 8e6;
/** JSON.parse alone takes 10 ms for a hundred thousand brackets, and on a busy machine ten times as much. */
const FAR_TOO_LONG_MS = 2000;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

test(`${FRAMES} frames (SEED=${SEED})`, { timeout: TEST_MS + FRAMES }, async () => {
  await using server = await AwkwardFeed.start();
  using bridge = await new Listener({ url: server.url, selfTest: '1m' }).begin();
  const peer = await server.peer();
  await bridge.welcomes.waitFor(1);
  const asked: number[] = [];
  peer.received.on(({ opcode }) => {
    if (opcode === 1) asked.push(bridge.clock.monotonicMs());
  });

  const frames = new OddFrames(seededRandom(SEED));
  let nextSerial = 0;
  let disorder: string | undefined;
  bridge.announcements.on(({ title }) => {
    if (!title.startsWith('serial ')) return;
    if (title !== `serial ${nextSerial}`) disorder ??= `${title} instead of serial ${nextSerial}`;
    nextSerial++;
  });
  let messages = 0;
  let sent = 0;
  let heapHalfway = 0;
  while (sent < FRAMES) {
    const batch = Array.from({ length: BATCH }, () => frames.next());
    messages += batch.filter(({ payload }) => payload !== undefined).length;
    peer.raw(Buffer.concat(batch.map(({ wire }) => wire)));
    const before = read(bridge);
    await until(() => read(bridge) >= messages + 1 || bridge.losses.all.length > 0);
    expect(bridge.losses.all, `after ${sent} frames, ${before} read`).toEqual([]);
    await bridge.pass(100);
    sent += BATCH;
    clear(bridge, peer.received);
    if (heapHalfway === 0 && sent >= FRAMES / 2) heapHalfway = heap();
  }

  expect(disorder).toBeUndefined();
  expect(nextSerial).toBeGreaterThan(FRAMES / 5);
  expect(read(bridge)).toBe(messages + 1);
  expect(bridge.warnings.all.length).toBeLessThan(1000 + FRAMES / 10);
  for (const atMs of asked)
    expect(asked.filter((other) => other >= atMs && other < atMs + MINUTE_MS).length).toBeLessThanOrEqual(3);
  const grown = heap() - heapHalfway;
  process.stdout.write(
    `frames: ${JSON.stringify({ frames: sent, serials: nextSerial, grown, counted: bridge.client.status.frames })}\n`,
  );
  expect(grown).toBeLessThan(MOST_GROWTH_BYTES);
});

test.each(GARBAGE.map(({ name, payload }) => [name, payload] as const))(
  '%s takes no time to speak of',
  (_name, payload) => {
    const times = [1, 2, 3].map(() => {
      const startMs = systemClock.monotonicMs();
      decodeFrame(Buffer.from(payload));
      return systemClock.monotonicMs() - startMs;
    });
    expect(Math.min(...times)).toBeLessThan(FAR_TOO_LONG_MS);
  },
);

/** Messages that the client has read, the welcome included. */
const read = ({ client }: Listener) =>
  Object.values(client.status.frames).reduce((sum, count) => sum + count, 0);

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** Memory that the test itself keeps would look like a leak. */
function clear(bridge: Listener, received: { readonly all: readonly unknown[] }): void {
  bridge.ages.length = 0;
  for (const { all } of [bridge.announcements, bridge.odd, bridge.warnings, received])
    (all as unknown[]).length = 0;
}
