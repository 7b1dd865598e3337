/** Real news ends a round of the rehearsal; the answer to a self-test, which comes when that has just begun, does not. */
import { expect, test } from 'vitest';
import { createFeeds, type FeedingDeps } from '../../src/daemon/feeding.ts';
import { cryptolistingOptions } from '../../src/feeds/cryptolisting/options.ts';
import { Arrivals } from '../../src/simulator/arrivals.ts';
import { expectations, KEY } from '../feeds/cryptolisting/listener.ts';
import { AwkwardFeed, WELCOME } from '../support/awkward-feed.ts';
import { FakeClock } from '../support/fake-clock.ts';

const NEWS = { type: 'announcement', publisher: 'upbit', listingType: 'spot_listing', ticker: 'X' };

test('regression: a test announcement does not end the round of a rehearsal, and news does', async () => {
  await using server = await AwkwardFeed.start();
  server.script = (peer) => {
    peer.accept();
    peer.binary(WELCOME);
  };
  const clock = new FakeClock();
  const taken = new Arrivals<string>('announcement');
  let interruptions = 0;
  const quiet = () => undefined;
  const feeds = createFeeds({
    ...{ clock, random: () => 0.5, redact: (text: string) => text },
    pipeline: {
      intake: { take: ({ title }: { readonly title: string }) => taken.add(title), handOver: quiet },
      lanes: { opened: () => Promise.resolve() },
    },
    rehearsal: { interrupt: () => interruptions++ },
    turns: { soon: (work: Promise<void>) => work, orders: Promise.resolve(), asked: quiet },
    loop: { heldUpMs: () => 0 },
    events: {
      feed: {
        ...{ live: quiet, odd: quiet, lost: quiet, fatal: quiet, changeFailed: quiet, selfTest: quiet },
        warning: quiet,
      },
    },
  } as unknown as FeedingDeps);
  await using _stopped = { [Symbol.asyncDispose]: async () => feeds.stop() };
  const options = cryptolistingOptions.parse({ name: 'one', url: server.url, apiKey: KEY, selfTest: false });
  feeds.apply([options], expectations({ url: server.url }));
  await clock.advance(0);
  const peer = await server.peer();
  peer.binary({ ...NEWS, type: 'test_announcement', title: 'of a self-test' });
  await taken.waitFor(1);
  expect(interruptions).toBe(0);
  peer.binary({ ...NEWS, title: 'news' });
  await taken.waitFor(2);
  expect([taken.all, interruptions]).toEqual([['of a self-test', 'news'], 1]);
});
