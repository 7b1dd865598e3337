/** Every fault of the simulator against a real feed client: what the bridge says is the word that the fault is named by. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FATAL_REASONS, LOSS_REASONS } from '../../../src/feeds/cryptolisting/refusal.ts';
import { FAULT_REASONS } from '../../../src/feeds/fault.ts';
import { WARNING_CODES } from '../../../src/feeds/warning.ts';
import { FAULT_EVERY_MS, FAULTS, faultNamed } from '../../../src/simulator/fault-list.ts';
import { type FeedServer, startFeedServer } from '../../../src/simulator/feed-server.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { Listener, type ListenerOptions } from './listener.ts';

let server: FeedServer;
let clock: FakeClock;
let stop: AbortController;

beforeEach(async () => {
  clock = new FakeClock();
  server = await startFeedServer({ clock, random: () => 0.5 });
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await server.close();
});

function start(name: string, options: Partial<ListenerOptions> = {}): Listener {
  const fault = faultNamed(name);
  if (!fault) throw new Error(`no fault ${name}`);
  const stage = { server, clock, signal: stop.signal, everyMs: FAULT_EVERY_MS };
  fault.apply({ ...stage, report: () => undefined });
  return new Listener({ url: server.url, clock, selfTest: '1h', ...options });
}

/** Time passes in small steps, with real gaps for the sockets, until it is so. */
async function until(isSo: () => boolean, mostMs = 120_000): Promise<void> {
  for (let passedMs = 0; passedMs < mostMs; passedMs += 250) {
    for (let turn = 0; turn < 4; turn++) await clock.advance(0);
    if (isSo()) return;
    await clock.advance(250);
  }
  throw new Error(`it did not become so: ${JSON.stringify(server.connections)}`);
}

const named = (words: readonly string[]) =>
  FAULTS.map(({ name }) => name).filter((name) => words.includes(name));

test.each(named(WARNING_CODES))('warning %s', async (name) => {
  using bridge = start(name, name === 'exchanges_not_covered' ? { exchanges: ['upbit'] } : {});
  await until(() => {
    if (bridge.client.status.state === 'live') server.announce();
    return bridge.codes.includes(name as (typeof bridge.codes)[number]);
  });
  expect(bridge.codes).toContain(name);
});

test.each(named([...LOSS_REASONS, ...FAULT_REASONS.filter((name) => name !== 'compressed')]))(
  'loss %s',
  async (name) => {
    using bridge = start(name);
    await until(() => bridge.losses.all.length > 0);
    expect(bridge.losses.all[0]).toMatchObject({ reason: name, advice: expect.stringMatching(/\w/) });
    expect(bridge.client.status.losses).toEqual({ [name]: 1 });
  },
);

test.each(named(FATAL_REASONS))('fatal %s', async (name) => {
  using bridge = start(name);
  await until(() => bridge.fatals.all.length > 0);
  expect(bridge.client.status.lastLoss?.reason).toBe(name);
});

test.each(['text', 'fragments', 'nopings', 'noheartbeats', 'duplicate', 'garbage', 'burst'])(
  '%s: everything is read, and the feed stays healthy',
  async (name) => {
    using bridge = start(name);
    await until(() => bridge.trouble === undefined);
    for (let count = 0; count < 20; count++) {
      server.announce({ ticker: `T${count}` });
      await clock.advance(15_000);
    }
    const tickers = () => new Set(bridge.announcements.all.map(({ ticker }) => ticker));
    await until(() =>
      Array.from({ length: 20 }, (_, count) => `T${count}`).every((ticker) => tickers().has(ticker)),
    );
    expect(bridge.losses.all).toEqual([]);
    expect(bridge.trouble).toBeUndefined();
  },
);

test('compressed: lost once, then read', async () => {
  using bridge = await start('compressed').begin();
  await bridge.losses.waitFor(1);
  await clock.advance(5300);
  // Inflating is done in a thread, which the fake clock would outrun.
  await bridge.welcomes.waitFor(1);
  server.announce({ ticker: 'ABC' });
  await bridge.announcements.waitFor(({ ticker }) => ticker === 'ABC');
  expect(bridge.client.status.losses).toEqual({ compressed: 1 });
});

test('slow: late, and healthy', async () => {
  using bridge = start('slow');
  await until(() => bridge.trouble === undefined);
  expect(bridge.losses.all).toEqual([]);
});

test.each([
  ['silence', 'silent'],
  ['nowelcome', 'no_welcome'],
  ['drop', 'closed'],
  ['refuse', 'connection_cooldown'],
])('%s: %s, and then it is back', async (name, reason) => {
  using bridge = start(name, name === 'silence' ? { silenceTimeout: '10s' } : {});
  await until(() => bridge.losses.all.length > 0);
  expect(bridge.losses.all[0]?.reason).toBe(reason);
  stop.abort();
  server.behaviour.sendsWelcome = true;
  server.silence(false);
  await until(() => bridge.trouble === undefined);
});

test('redacted: the first one is told', async () => {
  using bridge = start('redacted');
  await until(() => bridge.client.status.state === 'live');
  server.announce();
  await until(() => bridge.codes.length > 0);
  expect(bridge.codes).toEqual(['tier_redacts']);
});

test('expire: fatal', async () => {
  using bridge = start('expire');
  await until(() => bridge.fatals.all.length > 0);
  expect(bridge.fatals.all[0]?.reason).toBe('key_expired');
});

test('max_distinct_ips_reached is also told as what it means', async () => {
  using bridge = start('max_distinct_ips_reached');
  await until(() => bridge.losses.all.length > 0);
  expect(bridge.codes).toEqual(['key_used_elsewhere']);
});

test('no fault is left out of this file', async () => {
  const { readFileSync } = await import('node:fs');
  const self = readFileSync(new URL(import.meta.url), 'utf8');
  const words = [...WARNING_CODES, ...LOSS_REASONS, ...FAULT_REASONS, ...FATAL_REASONS];
  const missing = FAULTS.map(({ name }) => name).filter(
    (name) => !words.includes(name) && !self.includes(`'${name}'`),
  );
  expect(missing).toEqual([]);
});
