/**
 * The built program with a broken network: between it and one of its two feeds, and between it and each
 * receiver but one, connections are reset, stalled, cut off, left half-open, or give a byte a second, at
 * random. All that was read arrives, nothing twice without an answer that was lost (also what the broken feed
 * brings late), the receiver whose path is whole never waits for the others, and everything recovers by itself.
 */
import { expect, test } from 'vitest';
import { systemClock, wait } from '../../src/platform/clock.ts';
import { startBotServer } from '../../src/simulator/bot-server.ts';
import { FaultProxy, NETWORK_FAULTS } from '../support/fault-proxy.ts';
import { TEST_MS } from '../support/limits.ts';
import type { LogLine } from '../support/program.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { startStandIns } from '../support/stand-ins.ts';
import { CHAOS_MS, Lives, reckon, SEED, sameIdEachTime } from './lives.ts';
import { CHAOS_CONFIG, DESTINATIONS, Receivers } from './receivers.ts';

/** A lane that waits for another would be late by that one's timeout (300 ms) or more. */
const STEADY_MS = 250;
/** In the short form, among other tests, the machine itself makes a few late. */
const STEADY_SHARE = CHAOS_MS >= 60_000 ? 0.99 : 0.5;

const CONFIG = CHAOS_CONFIG.replace(
  'destinations:',
  `  - { name: whole, url: "\${WHOLE_FEED_URL}", apiKey: "\${WHOLE_FEED_KEY}", selfTest: false }
destinations:
  steady: { type: webhook, url: "\${STEADY_URL}" }`,
).replace('send: [chat,', 'send: [steady, chat,');

const percentile = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

const attempts = (lines: readonly LogLine[], destination: string) =>
  lines.filter(({ msg, destination: name }) => msg === 'delivery.attempted' && name === destination);

test(`the network breaks at random for ${CHAOS_MS} ms (SEED=${SEED})`, {
  timeout: CHAOS_MS + TEST_MS,
}, async () => {
  const random = seededRandom(SEED);
  await using cleanup = new AsyncDisposableStack();
  const standIns = cleanup.use(await startStandIns());
  const { feed, discord, telegram, bot, env } = standIns;
  const steady = cleanup.adopt(await startBotServer(), (server) => server.close());
  const proxyTo = async (url: string) => cleanup.use(await FaultProxy.start(url));
  const [toFeed, toChat, toGroup, toBot] = [
    await proxyTo(feed.url),
    await proxyTo(discord.url),
    await proxyTo(telegram.url),
    await proxyTo(bot.url),
  ];
  const receivers = new Receivers(standIns, random);
  using lives = new Lives({
    config: CONFIG,
    env: {
      ...env,
      WHOLE_FEED_URL: feed.url,
      WHOLE_FEED_KEY: `dsk_${'b2'.repeat(32)}`,
      STEADY_URL: `${steady.url}/signal`,
      FEED_URL: toFeed.through(feed.url),
      DISCORD_WEBHOOK_URL: toChat.through(env['DISCORD_WEBHOOK_URL'] ?? ''),
      TELEGRAM_API_URL: toGroup.through(telegram.url),
      BOT_URL: toBot.through(`${bot.url}/signal`),
    },
    random,
    feed,
  });

  await using bridge = await lives.begin();
  await lives.announceFor(CHAOS_MS / 4, () => undefined);
  await steady.waitFor(lives.announced);
  const inCalm = lives.announced;
  const faults = { feed: 0, receivers: 0 };
  const endMs = systemClock.monotonicMs() + CHAOS_MS;
  const weather = async (
    proxy: FaultProxy,
    counted: keyof typeof faults,
    calmMs: number,
    faultMs: number,
  ) => {
    while (systemClock.monotonicMs() < endMs) {
      await wait(systemClock, random() * calmMs);
      faults[counted]++;
      proxy.fault = NETWORK_FAULTS[Math.floor(random() * NETWORK_FAULTS.length)];
      await wait(systemClock, random() * faultMs);
      proxy.fault = undefined;
    }
  };
  await Promise.all([
    weather(toFeed, 'feed', 3000, 3000),
    ...[toChat, toGroup, toBot].map((proxy) => weather(proxy, 'receivers', 600, 2000)),
    lives.announceFor(CHAOS_MS, () => undefined),
  ]);

  const healedMs = systemClock.monotonicMs();
  await expect.poll(() => lives.owed(), { interval: 50 }).toBe(0);
  const deliveredMs = systemClock.monotonicMs() - healedMs;
  const { url } = await bridge.event('bridge.started');
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { interval: 250 }).toBe(200);
  const readyMs = systemClock.monotonicMs() - healedMs;
  await lives.drain(bridge);

  const lines = bridge.log.all;
  const lostAnswers = Object.fromEntries(
    DESTINATIONS.map((name) => [
      name,
      attempts(lines, name).filter(({ outcome }) => outcome === 'ambiguous').length,
    ]),
  );
  const dispatchMs = attempts(lines, 'steady').map((line) => Number(line['dispatchMs']));
  const meanwhileMs = dispatchMs.slice(inCalm);
  const spread = (values: readonly number[]) => ({
    deliveries: values.length,
    p50: percentile(values, 0.5),
    p99: percentile(values, 0.99),
    max: percentile(values, 1),
  });
  const figures = {
    faults,
    lostAnswers,
    // From the frame to the request, at the receiver whose path is whole.
    steadyMs: { calm: spread(dispatchMs.slice(0, inCalm)), meanwhile: spread(meanwhileMs) },
    ...{ allDeliveredAfterMs: Math.round(deliveredMs), readyAfterMs: Math.round(readyMs) },
    ...reckon(lives, receivers, Number.POSITIVE_INFINITY),
  };
  process.stdout.write(`chaos, network: ${JSON.stringify(figures)}\n`);
  for (const name of DESTINATIONS)
    expect(receivers.repeats(name), `${name} was sent twice`).toBeLessThanOrEqual(lostAnswers[name] ?? 0);
  sameIdEachTime(bot.received);
  expect(lives.read.size).toBe(lives.announced);
  expect(new Set(steady.received.map(({ id }) => id)).size).toBe(steady.received.length);
  expect(steady.received.length).toBeGreaterThan(10);
  expect(percentile(meanwhileMs, STEADY_SHARE)).toBeLessThan(STEADY_MS);
});
