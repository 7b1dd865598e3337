/** One connection of a feed to see whether it would work: what becomes of it, and that nothing is left of it. */
import { expect, onTestFinished, test } from 'vitest';
import { feedOpener, feedOptions, feedTypeOf } from '../../src/feeds/index.ts';
import { inquireFeed } from '../../src/feeds/inquire.ts';
import { UncoveredPublishers } from '../../src/feeds/uncovered-publishers.ts';
import { type FeedServerOptions, startFeedServer } from '../../src/simulator/feed-server.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { KEY } from '../support/stand-ins.ts';

/** A connection that is closed in good form is cut after it. */
const CLOSED_MS = 250;

async function asked(options: FeedServerOptions = {}, timeoutMs = 25_000) {
  const server = await startFeedServer(options);
  onTestFinished(() => server.close());
  const clock = new FakeClock();
  const stop = new AbortController();
  const feed = feedOptions.parse({ name: 'tokyo', url: server.url, apiKey: KEY });
  const found = inquireFeed({
    ...{ options: feed, open: feedOpener(), passing: feedTypeOf(feed).passing ?? [], clock, timeoutMs },
    ...{ random: () => 0.5, redact: (text: string) => text, signal: stop.signal },
    expectations: { keyExpiresWithinMs: 1000, coverage: new UncoveredPublishers([], []) },
  });
  await clock.advance(0);
  return { server, clock, stop, found };
}

test('a self-test without an answer', async () => {
  const { server, clock, found } = await asked();
  server.behaviour.answersTests = false;
  await server.arrivals.waitFor(1);
  await expect.poll(() => clock.pending).toBeGreaterThan(2);
  await expect
    .poll(async () => {
      await clock.advance(0);
      return server.messages.all.length;
    })
    .toBe(1);
  await clock.advance(15_000);
  expect(await found).toMatchObject({ selfTest: 'unanswered', isInterrupted: false, tookMs: 0 });
  await clock.advance(CLOSED_MS);
  expect(clock.pending).toBe(0);
});

test('a source that lets us in and says nothing: refused when the time for its welcome is over', async () => {
  const { server, clock, found } = await asked();
  server.behaviour.sendsWelcome = false;
  await server.handshakes.waitFor(1);
  await expect.poll(() => server.clients.length).toBe(1);
  for (let turn = 0; turn < 100 && clock.pending < 3; turn++) await new Promise(setImmediate);
  await clock.advance(10_000);
  expect(await found).toMatchObject({ loss: { reason: 'no_welcome' }, selfTest: 'none' });
  expect(clock.pending).toBe(0);
});

test('no answer at all ends with the time that was given', async () => {
  const { server, clock, found } = await asked({}, 3_000);
  server.behaviour.handshakeDelayMs = 60_000;
  await clock.advance(3_000);
  expect((await found).tookMs).toBeUndefined();
  expect(clock.pending).toBe(0);
});

test('an interruption closes it', async () => {
  const { server, clock, stop, found } = await asked();
  server.behaviour.handshakeDelayMs = 60_000;
  stop.abort();
  expect(await found).toMatchObject({ isInterrupted: true });
  expect(clock.pending).toBe(0);
});
