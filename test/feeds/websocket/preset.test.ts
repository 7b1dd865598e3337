/** A preset is a `websocket` feed with everything filled in but the key: docs/source.md says how to add one. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { feedOptions } from '../../../src/feeds/index.ts';
import { type Preset, presetOptions, presetType } from '../../../src/feeds/websocket/preset.ts';
import { createRedactor } from '../../../src/platform/redactor.ts';
import { startJsonFeedServer } from '../../../src/simulator/json-feed-server.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { Told } from '../told.ts';
import { FRAME, MAP, SECRET } from './source.ts';

const PRESET: Preset<'own'> = {
  type: 'own',
  about: 'A source of its own.',
  url: 'wss://feed.bridge.test/stream',
  hello: (apiKey) => [`login ${apiKey}`, { op: 'subscribe', topic: 'news' }],
  only: { type: 'news' },
  publishers: ['upbit'],
  map: MAP,
};
const options = presetOptions(PRESET);
const own = presetType(PRESET, options);
const all = z.discriminatedUnion('type', [...feedOptions.options, options]);

async function opened(url: string) {
  const told = new Told();
  const [clock, redact] = [new FakeClock(), createRedactor([SECRET])];
  const parsed = options.parse({ type: 'own', name: 'own', apiKey: SECRET, url });
  const deps = { clock, redact, events: told, random: () => 0.5 };
  const feed = own.opener()(parsed, deps);
  feed.start();
  await clock.advance(0);
  return { feed, told };
}

test('a preset of a few lines is a feed like any other', async () => {
  await using server = await startJsonFeedServer({ hello: PRESET.hello(SECRET) as string[] });
  const { feed, told } = await opened(server.url);
  await told.lives.waitFor(1);
  server.send(FRAME);
  expect(await told.announcements.waitFor(1)).toMatchObject([{ feed: 'own', publisher: 'upbit' }]);
  feed.stop();
});

test('people write the key alone; what else they write is told as for any type', () => {
  expect(all.parse({ type: 'own', apiKey: SECRET, name: 'mine' })).toMatchObject({
    type: 'own',
    name: 'mine',
    only: { type: 'news' },
  });
  expect(own.publishers(options.parse({ type: 'own', apiKey: SECRET }))).toEqual(['upbit']);
  const problems = (value: unknown) => all.safeParse(value).error?.issues.map(({ message }) => message);
  expect(problems({ type: 'own' })).toHaveLength(1);
  expect(problems({ type: 'own', apiKey: 'two words' })).toEqual([
    'must be one line without blanks, as the service issued it',
  ]);
  expect(problems({ type: 'own', apiKey: SECRET, map: {} })).toHaveLength(1);
});

test('another key is another connection, and two feeds of it are told apart by their keys', () => {
  const [one, two] = ['key-one', 'key-two'].map((apiKey) => options.parse({ type: 'own', apiKey }));
  if (one === undefined || two === undefined) throw new Error('two keys');
  expect(own.connection(one)).not.toEqual(own.connection(two));
  expect(own.marks(one)).not.toEqual(own.marks(two));
});

test('regression: the advice names the options of the preset, not those of `websocket`', async () => {
  await using server = await startJsonFeedServer({ hello: PRESET.hello(SECRET) as string[] });
  server.refuseNext(401, 'who are you');
  const { feed, told } = await opened(server.url);
  const [loss] = await told.losses.waitFor(1);
  expect(loss).toMatchObject({ reason: 'unauthorized' });
  expect(JSON.stringify(loss)).toContain('`apiKey`');
  expect(JSON.stringify(loss)).not.toMatch(/`hello`|`headers`/);
  feed.stop();
});
