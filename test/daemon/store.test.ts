/** The daemon and its store, in this process: what is done at the start, once a second, and at the end. */
import { type FileHandle, open } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { startDaemon } from '../../src/daemon/daemon.ts';
import { newsOf } from '../../src/delivery/content.ts';
import { bridgeNowMs } from '../../src/outbox/bridge-time.ts';
import { openStoreFile } from '../../src/outbox/open.ts';
import { listDeliveries } from '../../src/outbox/pages.ts';
import { retryDeliveries } from '../../src/outbox/queries.ts';
import { openStore } from '../../src/outbox/store.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { startFeedServer } from '../../src/simulator/feed-server.ts';
import { announcementAt, attemptOf, deliveriesOf } from '../support/outbox.ts';
import { Workplace } from '../support/program.ts';

const KEY = `dsk_${'a1'.repeat(32)}`;
const config = (bot: string, feed = 'ws://127.0.0.1:1') => `feeds:
  - { name: one, url: "${feed}", apiKey: ${KEY} }
destinations:
  bot: { type: webhook, url: "${bot}", warm: false }
rules: [{ name: all, match: {}, send: [bot] }]
store: { path: ./bridge.db }
server: false
shutdownTimeout: 10s
`;

async function daemonIn(workplace: Workplace, clock: Clock = systemClock) {
  const file = `${workplace.folder}/config.yaml`;
  const load = () => {
    const { config: sound, problems, ...loaded } = loadConfig({ file, env: {} });
    if (sound === undefined) throw new Error(JSON.stringify(problems));
    return { config: sound, ...loaded };
  };
  const log: string[] = [];
  const stderr = { write: (lines: string) => log.push(lines) } as unknown as NodeJS.WritableStream;
  const daemon = await startDaemon({
    ...{ first: load(), load, clock, random: () => 0.5, version: '0.0.0' },
    createLog: (redact) => createLog({ level: 'info', format: 'json' }, redact, stderr),
  });
  onTestFinished(() => daemon.stop());
  return { daemon, log, path: `${workplace.folder}/bridge.db` };
}

function rowsOf(path: string) {
  using database = openStoreFile(path, true);
  return listDeliveries(database, { state: undefined, destination: undefined, sinceMs: 0 });
}

/** As an earlier life left it: pending for `destinations`. */
async function leave(workplace: Workplace, ...destinations: readonly string[]) {
  const store = openStore(`${workplace.folder}/bridge.db`, systemClock, () => undefined);
  const announcement = announcementAt(0, systemClock.monotonicMs() - 1000);
  const deliveries = deliveriesOf(announcement, ...destinations);
  store.outbox.record(newsOf(announcement), deliveries);
  await store.close();
  return { announcement, deliveries };
}

const NOWHERE = 'http://127.0.0.1:1/';

test('regression: what is owed to a destination that is not in the config is buried at the start, and when it is asked for by hand', async () => {
  using workplace = new Workplace(config(NOWHERE));
  await leave(workplace, 'bot', 'removed');
  const { path, log } = await daemonIn(workplace);
  const removed = () => rowsOf(path).find(({ delivery }) => delivery.destination === 'removed');
  expect(removed()).toMatchObject({ state: 'dead', reason: 'destination_removed' });
  await expect.poll(() => log.join('')).toContain('destination_removed');
  {
    // As an older command line would.
    using database = openStoreFile(path, false);
    const id = removed()?.delivery.id ?? '';
    expect(retryDeliveries(database, [id], systemClock.monotonicMs())).toEqual([id]);
  }
  await expect.poll(() => removed()?.state).toBe('dead');
});

test('a stored announcement that was damaged ends nothing: it is skipped, and the rest is taken up', async () => {
  using workplace = new Workplace(
    config(NOWHERE).replace('match: {}', 'match: { title: { matches: listed } }'),
  );
  await leave(workplace, 'bot');
  {
    using database = openStoreFile(`${workplace.folder}/bridge.db`, false);
    database.exec(`UPDATE announcements SET body = '{"id":"x","tickers":7,"title":[1]}'`);
  }
  const { path } = await daemonIn(workplace);
  await expect.poll(() => rowsOf(path)[0]?.reason).toBe('rules_changed');
});

test('regression: a write is taken to the disk', async () => {
  using workplace = new Workplace(config(NOWHERE));
  const probe = await open(`${workplace.folder}/probe`, 'w');
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  const datasync = vi.spyOn(prototype, 'datasync');
  onTestFinished(() => datasync.mockRestore());
  await leave(workplace, 'removed');
  const feed = await startFeedServer({ cooldownMs: 0, heartbeatMs: 500 });
  onTestFinished(() => feed.close());
  workplace.write('config.yaml', config(NOWHERE, feed.url));
  const { daemon } = await daemonIn(workplace);
  await feed.waitForClient();
  const before = datasync.mock.calls.length;
  feed.announce({ publisher: 'upbit', listingType: 'spot_listing', ticker: 'ABC', title: 'ABC is listed' });
  await expect.poll(() => datasync.mock.calls.length).toBeGreaterThan(before);
  await daemon.stop();
});

test('regression: a disk that hangs does not hold the end, and what was gathered is written', async () => {
  using workplace = new Workplace(config(NOWHERE).replace('10s', '500ms'));
  const probe = await open(`${workplace.folder}/probe`, 'w');
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  const hang = Promise.withResolvers<void>();
  const datasync = vi.spyOn(prototype, 'datasync').mockReturnValue(hang.promise);
  onTestFinished(() => {
    datasync.mockRestore();
    hang.resolve();
  });
  await leave(workplace, 'bot');
  const { daemon, path, log } = await daemonIn(workplace);
  await expect.poll(() => datasync.mock.calls.length).toBeGreaterThan(0);
  await expect.poll(() => log.join('')).toContain('delivery.attempted');
  await daemon.stop();
  const [row] = rowsOf(path);
  expect(row?.state).toBe('pending');
  expect(row?.attempts).toBeGreaterThan(0);
});

/** Its timers of no delay never run from when the stop begins: only what is written at the end is written. */
class StoppingClock implements Clock {
  isStopping = false;
  wallMs = () => systemClock.wallMs();
  wallUs = () => systemClock.wallUs();
  monotonicMs = () => systemClock.monotonicMs();
  after = (delayMs: number, callback: () => void, keepAlive?: boolean) =>
    systemClock.after(delayMs, () => (delayMs > 0 || !this.isStopping ? callback() : undefined), keepAlive);
}

test('regression: what was delivered while it stopped is on record', async () => {
  const answers: (() => void)[] = [];
  const server = createServer((request, response) => {
    request.resume();
    answers.push(() => response.end('{}'));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  using workplace = new Workplace(config(`http://127.0.0.1:${port}/`));
  await leave(workplace, 'bot');
  const clock = new StoppingClock();
  const { daemon, path } = await daemonIn(workplace, clock);
  await expect.poll(() => answers.length).toBe(1);
  clock.isStopping = true;
  const stopped = daemon.stop();
  answers[0]?.();
  await stopped;
  expect(rowsOf(path)).toMatchObject([{ state: 'delivered', attempts: 1 }]);
});

/** The machine's, but for a wall clock that was set after the start. */
class SetClock extends StoppingClock {
  byMs = 0;
  override wallMs = () => systemClock.wallMs() + this.byMs;
}

test.each([-3_600_000, 3_600_000])(
  'regression: the wall clock set by %i ms while it runs: others still know what time it is for the bridge',
  async (byMs) => {
    using workplace = new Workplace(config(NOWHERE));
    const clock = new SetClock();
    const { daemon, path } = await daemonIn(workplace, clock);
    clock.byMs = byMs;
    using database = openStoreFile(path, true);
    const offMs = () => Math.abs(bridgeNowMs(database, clock.wallMs()) - systemClock.monotonicMs());
    await expect.poll(offMs).toBeLessThan(500);
    await daemon.stop();
    // The next one will start from what the wall clock says then, or from where this one ended.
    const wallMs = clock.wallMs();
    expect(bridgeNowMs(database, wallMs)).toBeGreaterThanOrEqual(wallMs);
  },
);

test('regression: without a bridge, the end of the store is now, if the wall clock is behind it', async () => {
  using workplace = new Workplace(config(NOWHERE));
  const { deliveries } = await leave(workplace, 'bot');
  const path = `${workplace.folder}/bridge.db`;
  const [delivery] = deliveries;
  const store = openStore(path, systemClock, () => undefined);
  const laterMs = systemClock.monotonicMs() + 5000;
  if (delivery !== undefined)
    store.outbox.settle([attemptOf(delivery, { startedMs: laterMs, durationMs: 0, state: 'dead' })]);
  await store.close();
  using database = openStoreFile(path, true);
  expect(bridgeNowMs(database, laterMs - 3_600_000)).toBe(laterMs);
  expect(bridgeNowMs(database, laterMs + 1)).toBe(laterMs + 1);
});

test('regression: from the moment of the stop nothing new is sent, whatever else takes its time to end', async () => {
  const held: ServerResponse[] = [];
  const bot = createServer((request, response) => {
    held.push(response);
    request.resume();
  });
  await new Promise<void>((listening) => bot.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void bot.close());
  const url = `http://127.0.0.1:${(bot.address() as AddressInfo).port}/`;
  using workplace = new Workplace(config(url).replace('warm: false', 'warm: false, concurrency: 1'));
  const store = openStore(`${workplace.folder}/bridge.db`, systemClock, () => undefined);
  for (const index of [0, 1]) {
    const announcement = announcementAt(index, systemClock.monotonicMs() - 1000);
    store.outbox.record(newsOf(announcement), deliveriesOf(announcement, 'bot'));
  }
  await store.close();
  const { daemon, path } = await daemonIn(workplace);
  await expect.poll(() => held.length).toBe(1);
  // A rehearsal is under way by now: its first rounds come one after the other.
  const stopped = daemon.stop();
  held[0]?.end('ok');
  await stopped;
  expect(held).toHaveLength(1);
  expect(
    rowsOf(path)
      .map(({ state }) => state)
      .sort(),
  ).toEqual(['delivered', 'pending']);
});
