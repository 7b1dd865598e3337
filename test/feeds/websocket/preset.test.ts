/** A preset is a type whose schema fills in a `websocket` feed, and nothing else: docs/source.md says how to add one. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { commonFeedOptions } from '../../../src/feeds/common-options.ts';
import type { FeedType } from '../../../src/feeds/feed.ts';
import { feedOpener, feedOptions } from '../../../src/feeds/index.ts';
import { websocket } from '../../../src/feeds/websocket/index.ts';
import { type WebsocketOptions, websocketOptions } from '../../../src/feeds/websocket/options.ts';
import { secret } from '../../../src/platform/fields.ts';
import { createRedactor } from '../../../src/platform/redactor.ts';
import { startJsonFeedServer } from '../../../src/simulator/json-feed-server.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { Told } from '../told.ts';
import { FRAME, HELLO, MAP, SECRET } from './source.ts';

test('a preset of a few lines is a feed like any other', async () => {
  await using server = await startJsonFeedServer({ hello: HELLO });
  const options = z
    .strictObject({ type: z.literal('own'), ...commonFeedOptions, apiKey: secret() })
    .transform(({ name = 'own', tls, apiKey }) =>
      websocketOptions.parse({
        ...{ type: 'websocket', name, tls, url: server.url, map: MAP },
        hello: [`login ${apiKey.reveal()}`, { op: 'subscribe', topic: 'news' }],
      }),
    );
  const own: FeedType<WebsocketOptions> = { ...websocket, about: 'A source of its own.', schema: options };
  const all = z.discriminatedUnion('type', [...feedOptions.options, options]);
  expect(all.parse({ apiKey: 'dsk_x' }).type).toBe('cryptolisting');
  const parsed = all.parse({ type: 'own', apiKey: SECRET });
  expect(own.publishers(parsed as WebsocketOptions)).toBeUndefined();

  const told = new Told();
  const [clock, redact] = [new FakeClock(), createRedactor([SECRET])];
  const feed = feedOpener()(parsed, { clock, redact, events: told, random: () => 0.5, ca: undefined });
  feed.start();
  await clock.advance(0);
  await told.lives.waitFor(1);
  server.send(FRAME);
  expect(await told.announcements.waitFor(1)).toMatchObject([{ feed: 'own', publisher: 'upbit' }]);
  feed.stop();
});
