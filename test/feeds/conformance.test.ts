/** Every type of feed, held to the contract. */
import { expect, test } from 'vitest';
import { FEED_TYPES, feedOpener, feedOptions, feedTypes } from '../../src/feeds/index.ts';
import { startFeedServer } from '../../src/simulator/feed-server.ts';
import { startJsonFeedServer } from '../../src/simulator/json-feed-server.ts';
import { conforms, type FeedSubject } from './conformance.ts';
import { FRAME, HELLO, MAP, SECRET } from './websocket/source.ts';

const KEY = `dsk_${'a1'.repeat(32)}`;

const cryptolisting: FeedSubject = {
  type: 'cryptolisting',
  secret: KEY,
  proofs: ['life', 'welcome', 'self_test'],
  emptyFrame: '{"type":"announcement"}',
  async startFarEnd() {
    const server = await startFeedServer({ cooldownMs: 0 });
    const listing = { publisher: 'upbit', listingType: 'spot_listing', ticker: 'ABC,DEF' };
    return {
      url: server.url,
      get handshakes() {
        return server.connections.length;
      },
      closed: (count) => server.closes.waitFor(count),
      announce: (title) => void server.announce({ ...listing, title }),
      send: (payload) => server.sendRaw(payload),
      cut: () => server.terminateAll(),
      drop: (code, reason) => server.drop(code, reason),
      refuseNext: (status, body) => server.refuseNext(status, body),
      [Symbol.asyncDispose]: () => server.close(),
    };
  },
  open: (farEnd, deps) =>
    feedOpener()(feedOptions.parse({ name: 'own', url: farEnd.url, apiKey: KEY }), deps),
};

const websocket: FeedSubject = {
  type: 'websocket',
  secret: SECRET,
  proofs: ['open', 'life', 'pong', 'frame', 'announcement'],
  emptyFrame: '{"type":"news"}',
  async startFarEnd() {
    const server = await startJsonFeedServer({ hello: HELLO });
    return {
      url: server.url,
      get handshakes() {
        return server.handshakes.all.length;
      },
      closed: (count) => server.closes.waitFor(count),
      announce: (title) => server.send({ ...FRAME, data: { title } }),
      send: (payload) => server.sendRaw(payload),
      cut: () => server.cut(),
      drop: (code, reason) => server.drop(code, reason),
      refuseNext: (status, body) => server.refuseNext(status, body),
      [Symbol.asyncDispose]: () => server.close(),
    };
  },
  open: (farEnd, deps) => {
    const fields = { type: 'websocket', name: 'own', hello: HELLO, map: MAP };
    return feedOpener()(feedOptions.parse({ ...fields, url: farEnd.url }), deps);
  },
};

const SUBJECTS = [cryptolisting, websocket];

test('every type that is no preset of another has its subject', () => {
  const openers = FEED_TYPES.map((name) => feedTypes[name].opener);
  const own = FEED_TYPES.filter((_, index) => openers.indexOf(openers[index] as never) === index);
  expect(SUBJECTS.map(({ type }) => type)).toEqual(own);
});

for (const subject of SUBJECTS) conforms(subject);
