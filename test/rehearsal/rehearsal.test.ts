/** Rehearsal goes the whole way and leaves no trace; news goes first. */
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { rehearsedCluster } from '../../src/cluster/rehearsed.ts';
import type { ToldRow } from '../../src/cluster/shared.ts';
import { loadConfig } from '../../src/config/load.ts';
import { makeReady } from '../../src/daemon/ready-config.ts';
import type { AttemptResult } from '../../src/delivery/outcome.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import type { PreparedDestination } from '../../src/destinations/prepared.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { Rehearsal } from '../../src/rehearsal/rehearsal.ts';
import { STEPS, Stage, type StageDeps } from '../../src/rehearsal/stage.ts';
import { timeAnnouncement } from '../../src/rehearsal/timing.ts';
import { Arrivals } from '../../src/simulator/arrivals.ts';
import { typesWithScratch } from '../destinations/scratch-type/index.ts';
import { everySubject } from '../destinations/subjects.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FaultyServer } from '../support/faulty-server.ts';
import { seededRandom } from '../support/seeded-random.ts';

let scope = new AsyncDisposableStack();
afterEach(async () => {
  await scope.disposeAsync();
  scope = new AsyncDisposableStack();
});

const config = (origin: string) => `feeds:
  - { name: one, url: wss://feed.bridge.test, apiKey: dsk_${'a1'.repeat(32)} }
destinations:
  bot: { type: webhook, url: "${origin}/signal", forEach: ticker, body: { symbol: "{{ ticker }}USDT" } }
  chat: { type: discord, webhookUrl: "${origin}/api/webhooks/123456789012345678/abcdefghijklmnopqrst" }
  vip: { type: telegram, botToken: "123456789:AAabcdefghijklmnopqrstuvwxyz", chatId: 42, apiUrl: "${origin}" }
  quiet: { type: webhook, url: "${origin}/quiet", dryRun: true }
templates:
  loud: { text: "<b>{{ title }}</b>" }
rules:
  - name: korean
    match: { publisher: [bithumb], ticker: XYZ, title: { matches: "KRW" } }
    send: [bot, { to: vip, template: loud }, quiet]
  - { name: the rest, match: {}, send: [chat, vip] }
`;

function partsOf(text: string, clock: Clock = systemClock): StageDeps {
  const { config: loaded, problems } = loadConfig({
    ...{ file: 'c.yaml', env: {}, readFile: () => text, types: typesWithScratch },
  });
  if (loaded === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  const redact = (shown: string) => shown;
  const { router, destinations } = makeReady({ config: loaded, digest: '', files: [], patterns: [], redact });
  const deps = { clock, redact, version: '1.2.3' };
  return { rules: loaded.rules, feeds: loaded.feeds, router, destinations, deps, random: seededRandom(1) };
}

const realServer = async () => scope.use(await FaultyServer.start());

describe('a rehearsed announcement', () => {
  test('goes to every type, template and rule, through all steps, and nothing reaches the real addresses', async () => {
    const server = await realServer();
    await using stage = await Stage.open({ ...partsOf(config(server.origin)), timed: true });
    expect(stage.scenes.map(({ rule, destination, template }) => [rule, destination, template])).toEqual([
      ['korean', 'bot', undefined],
      ['korean', 'vip', 'loud'],
      ['the rest', 'chat', undefined],
      ['the rest', 'vip', undefined],
    ]);
    // Twice each: over a new connection and over a used one.
    for (const scene of [...stage.scenes, ...stage.scenes]) {
      const split = await stage.perform(scene);
      for (const step of STEPS) expect(split?.[step], `${scene.destination}: ${step}`).toBeGreaterThan(0);
    }
    expect(server.connections).toBe(0);
  });

  test('goes through the very rules and templates that the news goes through', async () => {
    const server = await realServer();
    const parts = partsOf(config(server.origin));
    const asked: string[] = [];
    const rendered: string[] = [];
    const router: StageDeps['router'] = {
      ...parts.router,
      route: (announcement) => {
        const routing = parts.router.route(announcement);
        asked.push(`${announcement.publisher} ${announcement.tickers}: ${routing.rules}`);
        return routing;
      },
    };
    const destinations = parts.destinations.map(
      (prepared): PreparedDestination => ({
        ...prepared,
        render: (delivery) => {
          rendered.push(`${prepared.name} ${delivery.template ?? '-'} ${delivery.ticker ?? '-'}`);
          return prepared.render(delivery);
        },
      }),
    );
    await using stage = await Stage.open({ ...parts, router, destinations });
    for (const scene of stage.scenes) await stage.perform(scene);
    // A frame that suits the rule, as far as can be told from what is written in it.
    expect(asked).toEqual([
      'bithumb XYZ: korean,the rest',
      'bithumb XYZ: korean,the rest',
      'upbit ABC: the rest',
      'upbit ABC: the rest',
    ]);
    expect(rendered).toEqual(['bot - XYZ', 'vip loud -', 'chat - -', 'vip - -']);
  });

  test('ends delivered at every type, over a new connection and over a used one', async () => {
    const server = await realServer();
    const names = everySubject.map(({ type }) => type);
    expect(names).toEqual([...typesWithScratch.keys()]);
    const parts = partsOf(
      JSON.stringify({
        feeds: [{ name: 'one', url: 'wss://feed.bridge.test', apiKey: `dsk_${'a1'.repeat(32)}` }],
        destinations: Object.fromEntries(everySubject.map((one) => [one.type, one.config(server.origin)])),
        rules: [{ name: 'all', match: {}, send: names }],
      }),
    );
    const results: (readonly [string, AttemptResult])[] = [];
    const destinations = parts.destinations.map(
      (prepared): PreparedDestination => ({
        ...prepared,
        async open(deps) {
          const destination = await prepared.open(deps);
          const send: typeof destination.send = async (message, context) => {
            const result = await destination.send(message, context);
            results.push([prepared.name, result]);
            return result;
          };
          return { send, close: () => destination.close() };
        },
      }),
    );
    await using stage = await Stage.open({ ...parts, destinations });
    for (const scene of [...stage.scenes, ...stage.scenes]) await stage.perform(scene);
    expect(results.map(([name, { outcome, detail }]) => [name, outcome, detail])).toEqual(
      [...names, ...names].map((name) => [name, { kind: 'delivered' }, undefined]),
    );
    expect(server.connections).toBe(0);
  });

  test('on a node of a cluster goes the way through the database too, as a node without a feed gets it', async () => {
    const server = await realServer();
    const clock = new FakeClock();
    const told: ToldRow[] = [];
    let isLost = false;
    const cluster = rehearsedCluster(clock, 'a', (row, heard) => {
      told.push(row);
      queueMicrotask(() => heard(isLost ? undefined : (JSON.parse(JSON.stringify(row)) as ToldRow)));
    });
    const parts = partsOf(config(server.origin));
    const asked: boolean[] = [];
    const taken: string[] = [];
    const router: StageDeps['router'] = {
      ...parts.router,
      route: (announcement) => {
        taken.push(announcement.feed);
        return parts.router.route(announcement);
      },
    };
    const seam: typeof cluster.seam = {
      ...cluster.seam,
      of: (limits) => {
        const tenure = cluster.seam.of(limits);
        asked.push(tenure.isShut);
        return tenure;
      },
    };
    await using stage = await Stage.open({ ...parts, router, cluster: { ...cluster, seam } });
    const perform = async (rounds: number) => {
      for (let n = 0; n < rounds; n++) for (const scene of stage.scenes) await stage.perform(scene);
    };
    await perform(4);
    expect(told.length).toBe(4);
    expect(taken.filter((feed) => feed === 'rehearsal')).toHaveLength(4);
    expect(taken).toHaveLength(4 * stage.scenes.length);
    expect(new Set(asked)).toEqual(new Set([false]));
    // A loss ends the scene, and the feed goes on alone for a while.
    isLost = true;
    await perform(8);
    expect(told.length).toBe(5);
    await clock.advance(30_000);
    isLost = false;
    stage.clear();
    await perform(4);
    expect(told.length).toBeGreaterThan(7);
    expect(server.connections).toBe(0);
  });

  test('of a hundred destinations some are left out, but no type', async () => {
    const server = await realServer();
    const many = Array.from(
      { length: 100 },
      (_, n) => `  many${n}: { type: webhook, url: "${server.origin}/${n}" }`,
    );
    const text = config(server.origin)
      .replace('destinations:', `destinations:\n${many.join('\n')}`)
      .replace('send: [chat, vip]', `send: [${many.map((_, n) => `many${n}`).join(', ')}, chat, vip]`);
    await using stage = await Stage.open(partsOf(text));
    const staged = new Set(stage.scenes.map(({ destination }) => destination));
    expect(staged.size).toBe(50);
    expect([...staged]).toEqual(expect.arrayContaining(['chat', 'vip']));
  });

  test('its timing is told for each destination that an announcement matches', async () => {
    const server = await realServer();
    const parts = partsOf(config(server.origin));
    const announcement = {
      ...{ id: '1', type: 'announcement', feed: 'sample', publisher: 'upbit', listingType: 'spot_listing' },
      ...{ tickers: ['ABC'], title: 'KRW', publishTimestampUs: undefined, detectedTimestampUs: undefined },
      ...{ dispatchTimestampUs: undefined, receivedTimestampUs: 1, receivedMs: 1, ageAtReceiptMs: 0 },
      ...{ abnormal: false, redacted: false, test: false, extra: {} },
    };
    const timings = await timeAnnouncement(announcement, parts);
    expect(timings.map(({ destination, runs }) => [destination, runs])).toEqual([
      ['chat', 300],
      ['vip', 300],
    ]);
    for (const { coldUs, warmUs } of timings)
      for (const step of STEPS) expect([coldUs[step] >= 0, warmUs[step] >= 0]).toEqual([true, true]);
    expect(server.connections).toBe(0);
  });
});

test('regression: what is timed is taken by the same rules each time, by a pattern at the end of the title too', async () => {
  const atEnd = config('http://127.0.0.1:9').replace(
    'match: {}, send: [chat, vip]',
    'match: { title: { matches: "[^a]마켓$" } }, send: [chat]',
  );
  const parts = partsOf(atEnd);
  const routed = new Set<string>();
  const router = {
    ...parts.router,
    route: (announcement: Parameters<typeof parts.router.route>[0]) => {
      const routing = parts.router.route(announcement);
      if (announcement.id !== '1') routed.add(`${announcement.title.includes(' ')}: ${routing.rules.join()}`);
      return routing;
    },
  };
  const announcement = {
    ...{ id: '1', type: 'announcement', feed: 'sample', publisher: 'upbit', listingType: 'spot_listing' },
    ...{
      tickers: ['ABC'],
      title: '에이비씨마켓',
      publishTimestampUs: undefined,
      detectedTimestampUs: undefined,
    },
    ...{ dispatchTimestampUs: undefined, receivedTimestampUs: 1, receivedMs: 1, ageAtReceiptMs: 0 },
    ...{ abnormal: false, redacted: false, test: false, extra: {} },
  };
  expect(await timeAnnouncement(announcement, { ...parts, router })).toHaveLength(1);
  expect([...routed]).toEqual(['true: the rest']);
});

test('regression: what is a repeat, or owed to nobody, ends too', async () => {
  const parts = partsOf(config('http://127.0.0.1:9').replace('send: [chat, vip]', 'send: [chat, bot]'));
  const stamps = { publishTimestampUs: 1e15, detectedTimestampUs: 1e15, dispatchTimestampUs: 1e15 };
  const redacted = {
    ...{ id: '1', type: 'announcement', feed: 'sample', publisher: 'upbit', listingType: 'spot_listing' },
    ...{ tickers: ['█████'], title: '█████', receivedTimestampUs: 1e15, receivedMs: 1e12, ageAtReceiptMs: 0 },
    ...{ ...stamps, abnormal: false, redacted: true, test: false, extra: {} },
  };
  const timings = await timeAnnouncement(redacted, parts);
  expect(timings.map(({ destination, runs }) => [destination, runs])).toEqual([['chat', 300]]);
});

/** Tells when a rehearsed delivery has been answered, and when a sender has been closed. */
function watchedParts(text: string, clock: Clock) {
  const parts = partsOf(text, clock);
  const sent = new Arrivals<string>('rehearsed send');
  const closed: string[] = [];
  const watch = ({ name }: PreparedDestination, destination: Destination<unknown>): Destination<unknown> => ({
    async send(message, context) {
      const result = await destination.send(message, context);
      sent.add(name);
      return result;
    },
    async close() {
      closed.push(name);
      await destination.close();
    },
  });
  const destinations = parts.destinations.map((prepared) => ({
    ...prepared,
    open: async (deps: Parameters<PreparedDestination['open']>[0]) =>
      watch(prepared, await prepared.open(deps)),
  }));
  return { parts: { ...parts, destinations }, sent, closed };
}

const ONLY_BOT = (origin: string) => `feeds:
  - { name: one, url: wss://feed.bridge.test, apiKey: dsk_${'a1'.repeat(32)} }
destinations:
  bot: { type: webhook, url: "${origin}/signal" }
rules:
  - { name: all, match: {}, send: [bot] }
`;

/** Timers that are due, and one turn of the loop for what the network brings. */
async function stepOf(clock: FakeClock): Promise<void> {
  await clock.advance(0);
  await setImmediate();
}

async function stepsUntil(clock: FakeClock, isThere: () => boolean): Promise<void> {
  for (let step = 0; step < 1_000_000 && !isThere(); step++) await stepOf(clock);
  expect(isThere()).toBe(true);
}

describe('rounds', () => {
  test('news ends the round; the next one begins at its time', async () => {
    const clock = new FakeClock();
    const failures: unknown[] = [];
    const { parts, sent } = watchedParts(ONLY_BOT('http://127.0.0.1:9'), clock);
    const rehearsal = new Rehearsal(clock, (error) => failures.push(error));
    scope.defer(() => rehearsal.stop());
    sent.on(() => {
      if (sent.all.length === 2) rehearsal.interrupt();
    });
    rehearsal.start(parts);
    await stepsUntil(clock, () => sent.all.length === 2);
    // The wait for the next round is the only timer that is left.
    for (let tick = 0; tick < 100; tick++) await stepOf(clock);
    expect(sent.all).toHaveLength(2);
    await clock.advance(9_999);
    expect(sent.all).toHaveLength(2);
    await clock.advance(1);
    await stepsUntil(clock, () => sent.all.length >= 3);
    expect(failures).toEqual([]);
  });

  test('regression: what news has cut off the many at the start follows with the next round, and only that', async () => {
    const clock = new FakeClock();
    const { parts, sent } = watchedParts(ONLY_BOT('http://127.0.0.1:9'), clock);
    const rehearsal = new Rehearsal(clock, () => undefined);
    scope.defer(() => rehearsal.stop());
    sent.on(() => {
      if (sent.all.length === 2 || sent.all.length === 205) rehearsal.interrupt();
    });
    const roundOf = async (last: number) => {
      await stepsUntil(clock, () => sent.all.length === last);
      for (let tick = 0; tick < 100; tick++) await stepOf(clock);
      expect(sent.all).toHaveLength(last);
      await clock.advance(10_000);
    };
    rehearsal.start(parts);
    await roundOf(2);
    await roundOf(200);
    // The rest of a later one is left out.
    await roundOf(205);
    await roundOf(225);
  });

  test('a reload rehearses the new config and lets go of the old one', async () => {
    const clock = systemClock;
    const before = watchedParts(ONLY_BOT('http://127.0.0.1:9'), clock);
    const after = watchedParts(ONLY_BOT('http://127.0.0.1:10'), clock);
    const rehearsal = new Rehearsal(clock, () => undefined);
    rehearsal.start(before.parts);
    await before.sent.waitFor(2);
    rehearsal.start(after.parts);
    await after.sent.waitFor(2);
    expect(before.closed).toEqual(['bot']);
    await rehearsal.stop();
    expect(after.closed).toEqual(['bot']);
    rehearsal.start(before.parts);
    expect(before.closed, 'not after the end').toEqual(['bot']);
  });

  test('what cannot be rehearsed is told once, and is nobody else’s trouble', async () => {
    const { parts } = watchedParts(ONLY_BOT('http://127.0.0.1:9'), systemClock);
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const rehearsal = new Rehearsal(systemClock, resolve);
    const fault = new Error('no such library');
    const destinations = parts.destinations.map((prepared) => ({
      ...prepared,
      open: () => Promise.reject(fault),
    }));
    rehearsal.start({ ...parts, destinations });
    expect(await promise).toBe(fault);
    await rehearsal.stop();
  });
});
