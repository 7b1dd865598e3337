/** The life of a feed of `type: websocket` against a source that is strict: greeted, proven, heard, lost and found again. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type JsonFeedServer, startJsonFeedServer } from '../../../src/simulator/json-feed-server.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FRAME, HELLO, MAP, SECRET, Source } from './source.ts';

let server: JsonFeedServer;
let clock: FakeClock;
let scope: AsyncDisposableStack;

beforeEach(async () => {
  scope = new AsyncDisposableStack();
  clock = new FakeClock();
  server = scope.use(await startJsonFeedServer({ clock, hello: HELLO }));
});
afterEach(() => scope.disposeAsync());

const source = (fields: object = {}, deps: ConstructorParameters<typeof Source>[2] = {}) =>
  scope.use(new Source(server, fields, { clock, ...deps }));

describe('greeting', () => {
  test('headers, query and hello are sent as they are written', async () => {
    const wanted = { headers: { 'x-api-key': SECRET }, query: { key: SECRET }, hello: HELLO, clock };
    const strict = scope.use(await startJsonFeedServer(wanted));
    const own = source({ url: `${strict.url}/stream?key=${SECRET}`, headers: { 'X-Api-Key': SECRET } });
    await own.live();
    await strict.greeted.waitFor(1);
    expect(strict.messages.all.map(({ text }) => text)).toEqual([HELLO[0], JSON.stringify(HELLO[1])]);
    expect(JSON.stringify(own.feed.status)).not.toContain(SECRET);
  });

  test('a wrong hello is worded, and not repeated every second', async () => {
    const own = await source({ hello: 'login wrong' }).begin();
    const [loss] = await own.told.losses.waitFor(1);
    expect(loss).toMatchObject({
      reason: 'closed_by_source',
      detail: 'code 1008: login failed',
      advice: expect.stringContaining('check `hello`'),
    });
    const waits = [loss?.retryMs ?? 0];
    for (let n = 2; n <= 6; n++) {
      await clock.advance(waits.at(-1) ?? 0);
      waits.push((await own.told.losses.waitFor(n))[n - 1]?.retryMs ?? 0);
    }
    expect(waits.at(-1)).toBeGreaterThanOrEqual(16_000);
    expect(own.codes).toContain('connection_unstable');
  });

  test.each([
    [401, {}, 'unauthorized', /check the key/],
    [403, {}, 'forbidden', /cloud providers/],
    [404, {}, 'not_found', /check `url`/],
    [302, { location: 'https://elsewhere.example.com/' }, 'redirected', /points to another address/],
    [429, { 'retry-after': '90' }, 'too_many_requests', /limits/],
    [400, {}, 'bad_request', /did not accept/],
    [503, {}, 'server_error', /outage/],
    [200, {}, 'unexpected_answer', /no WebSocket/],
  ] as const)('HTTP %i is worded and tried again', async (status, headers, reason, advice) => {
    server.refuseNext(status, `<p>because of ${SECRET}</p>`, headers);
    const own = await source().begin();
    const [loss] = await own.told.losses.waitFor(1);
    expect(loss).toMatchObject({ reason, advice: expect.stringMatching(advice) });
    expect(loss?.detail).toContain(`HTTP ${status}`);
    expect(loss?.detail).not.toContain(SECRET);
    expect(loss?.retryMs).toBeGreaterThanOrEqual(status === 429 ? 90_000 : 500);
    await clock.advance(loss?.retryMs ?? 0);
    await own.told.lives.waitFor(1);
  });
});

describe('proof', () => {
  test('the first pong proves the connection; the status names what there is', async () => {
    const own = await source().live();
    const { state, proofs, connects, selfTest, welcome } = own.feed.status;
    expect({ state, connects, selfTest, welcome }).toEqual({
      state: 'live',
      connects: 1,
      selfTest: undefined,
      welcome: undefined,
    });
    expect(proofs.map(({ kind, lastMs }) => [kind, lastMs !== undefined])).toEqual([
      ['open', true],
      ['life', true],
      ['pong', true],
      ['frame', false],
      ['announcement', false],
    ]);
    expect(own.trouble).toBeUndefined();
  });

  test('a source that answers no ping is left', async () => {
    server.behaviour.answersPings = false;
    const own = await source().begin();
    await server.pings.waitFor(1);
    await clock.advance(10_000);
    expect(await own.told.losses.waitFor(1)).toMatchObject([{ reason: 'no_pong' }]);
  });

  test('unless it says something', async () => {
    server.behaviour.answersPings = false;
    const own = await source().begin();
    await server.greeted.waitFor(1);
    server.send(FRAME);
    await own.told.lives.waitFor(1);
  });

  test('silence is no death while pings are answered, and is one when they are not', async () => {
    const own = await source().live();
    for (let minute = 1; minute <= 5; minute++) {
      const before = server.pings.all.length;
      await clock.advance(20_000);
      await server.pings.waitFor(before + 1);
      await own.told.lives.waitFor(1);
      for (let turn = 0; turn < 10; turn++) await clock.advance(0);
    }
    expect(own.told.losses.all).toEqual([]);
    server.behaviour.answersPings = false;
    await clock.advance(45_000);
    await clock.advance(250);
    expect(await own.told.losses.waitFor(1)).toMatchObject([{ reason: 'silent' }]);
  });

  test('a message of the source’s own is as good as a ping', async () => {
    server.behaviour.answer = (text) => (text === '{"op":"ping"}' ? '{"op":"pong"}' : undefined);
    const own = await source({ ping: { every: '5s', send: { op: 'ping' } }, only: { type: 'news' } }).live();
    expect(server.pings.all).toEqual([]);
    expect(own.feed.status.frames).toEqual({ other: 1 });
    expect(own.feed.status.proofs.map(({ kind }) => kind)).toEqual(['open', 'life', 'frame', 'announcement']);
  });

  test('without pings the open connection is all there is', async () => {
    const own = await source({ ping: false }).live();
    await clock.advance(3_600_000);
    expect(server.pings.all).toEqual([]);
    expect(own.trouble).toBeUndefined();
  });
});

describe('news', () => {
  test('is handed on with its age by the stamps of the source', async () => {
    const own = await source().live();
    server.send({ ...FRAME, time: clock.wallMs() - 1500 });
    server.send({ ...FRAME, time: clock.wallMs() + 60_000 });
    server.send({ ...FRAME, time: 5 });
    server.send(FRAME);
    const news = await own.told.announcements.waitFor(4);
    expect(news.map(({ ageAtReceiptMs }) => ageAtReceiptMs)).toEqual([1500, 0, 0, 0]);
    expect(news[0]).toMatchObject({
      feed: 'own',
      publisher: 'upbit',
      tickers: ['ABC', 'DEF'],
      redacted: false,
      receivedTimestampUs: clock.wallUs(),
    });
    expect(own.feed.status.frames).toEqual({ announcement: 4 });
  });

  test.each<[string, number, number, boolean]>([
    ['a minute ahead', -60_000, 1500, true],
    ['a minute behind', 60_000, 1500, true],
    ['as good as right', -900, 1500, false],
  ])('a clock of this machine that is %s changes no age', async (_name, sourceMs, ageMs, isSkewed) => {
    const sourceNowMs = clock.wallMs() + sourceMs;
    server.behaviour.date = new Date(sourceNowMs).toUTCString();
    const own = await source().live();
    server.send({ ...FRAME, time: (isSkewed ? sourceNowMs : clock.wallMs()) - ageMs });
    expect(await own.told.announcements.waitFor(1)).toMatchObject([{ ageAtReceiptMs: ageMs }]);
    expect(own.codes).toEqual(isSkewed ? ['clock_skew'] : []);
    expect(own.feed.status.clockOffsetMs).toBe(isSkewed ? -sourceMs : undefined);
  });

  test('the time for which the process was held up is in its age', async () => {
    const own = await source({}, { heldUpMs: () => 40 }).live();
    server.send(FRAME);
    expect(await own.told.announcements.waitFor(1)).toMatchObject([{ stalledMs: 40, ageAtReceiptMs: 40 }]);
  });

  test('a secret that the source repeats goes nowhere', async () => {
    const own = await source().live();
    server.send({ ...FRAME, data: { title: `ABC for ${SECRET}` } });
    const [news] = await own.told.announcements.waitFor(1);
    expect(JSON.stringify(news)).not.toContain(SECRET);
    expect(news?.title).toBe('ABC for <redacted>');
  });

  test('what cannot be read is counted and reported once, loudly when it mentions a listing', async () => {
    const own = await source({ only: { type: { not: 'ack' } } }).live();
    server.send({ type: 'ack' });
    server.sendRaw('hello?');
    server.sendRaw('hello again?');
    server.sendRaw(Buffer.from([0xff, 0xfe]));
    server.send({ type: 'x', note: 'KRW market listing of ABC' });
    server.send(FRAME);
    await own.told.announcements.waitFor(1);
    expect(own.feed.status.frames).toEqual({ other: 1, garbage: 4, announcement: 1 });
    expect(own.codes).toEqual(['unreadable_frame', 'unreadable_frame', 'unreadable_frame', 'unread_news']);
  });

  test('regression: the first words of a frame that cannot be read are shown, without a secret', async () => {
    const own = await source().live();
    server.send({ error: { name: 'INVALID_AUTH', message: `no such login: ${SECRET}` } });
    const [warning] = await own.told.warnings.waitFor(1);
    expect(warning).toMatchObject({
      code: 'unreadable_frame',
      message: 'wrong_fields: {"error":{"name":"INVALID_AUTH","message":"no such login: <redacted>"}}',
    });
  });

  test('regression: a field in a form that cannot be read is reported once', async () => {
    const own = await source().live();
    for (let n = 0; n < 2; n++) server.send({ ...FRAME, coins: [{ coin: 'ABC' }] });
    await own.told.announcements.waitFor(2);
    await clock.advance(0);
    expect(own.told.warnings.all).toMatchObject([
      { code: 'unread_field', message: '`tickers` at coins is a list of something else than text' },
    ]);
  });

  describe('regression: what an announcement shows is told before what comes after it, and no moment later', () => {
    /** Time stands still, so nothing comes by its timer. */
    async function announced() {
      const own = await source().live();
      server.send({ ...FRAME, coins: [{ coin: 'ABC' }] });
      await own.told.announcements.waitFor(1);
      expect(own.codes).toEqual([]);
      return own;
    }

    test('a frame that cannot be read', async () => {
      const own = await announced();
      let codes: readonly string[] = [];
      own.told.oddFrames.on(() => {
        codes = [...own.codes];
      });
      server.send('{');
      await own.told.oddFrames.waitFor(1);
      expect(codes).toEqual(['unread_field']);
    });

    test('the end of the connection', async () => {
      const own = await announced();
      let codes: readonly string[] = [];
      own.told.losses.on(() => {
        codes = [...own.codes];
      });
      server.cut();
      await own.told.losses.waitFor(1);
      expect(codes).toEqual(['unread_field']);
    });

    test('a stop', async () => {
      const own = await announced();
      own.feed.stop();
      expect(own.codes).toEqual(['unread_field']);
    });
  });

  test.each([40, 400])('regression: news of %i days ago is not new', async (days) => {
    const own = await source().live();
    server.send({ ...FRAME, time: clock.wallMs() - days * 86_400_000 });
    const [news] = await own.told.announcements.waitFor(1);
    expect(news?.ageAtReceiptMs).toBe(days * 86_400_000);
  });

  test.each([
    ['in the future', (nowMs: number) => nowMs + 5000],
    ['in another unit', (nowMs: number) => nowMs / 1000],
  ])('a stamp %s counts as nothing', async (_name, stamp) => {
    const own = await source({ map: { ...MAP, detectedAt: { path: 'time', unit: 'ms' } } }).live();
    server.send({ ...FRAME, time: stamp(clock.wallMs()) });
    expect(await own.told.announcements.waitFor(1)).toMatchObject([{ ageAtReceiptMs: 0 }]);
  });

  test('a word that rules may not know is reported once', async () => {
    const own = await source().live();
    for (let n = 0; n < 2; n++) server.send({ ...FRAME, source: 'coinbase', kind: 'roadmap' });
    await own.told.announcements.waitFor(2);
    await clock.advance(0);
    expect(own.codes).toEqual(['unknown_listing_type', 'unknown_publisher']);
  });
});

test('a connection that is cut is made anew, soon, and is greeted again', async () => {
  const own = await source().live();
  await clock.advance(61_000);
  server.cut();
  const [loss] = await own.told.losses.waitFor(1);
  expect(loss).toMatchObject({ reason: 'closed' });
  expect(loss?.retryMs).toBeLessThanOrEqual(1000);
  await clock.advance(loss?.retryMs ?? 0);
  await own.told.lives.waitFor(2);
  await server.greeted.waitFor(2);
  expect(own.feed.status).toMatchObject({ connects: 2, losses: { closed: 1 }, lastFrameMs: undefined });
});

test('pings that a reload asks for are asked for on the connection that is there', async () => {
  const own = await source({ ping: false }).live();
  const { options } = own.feed;
  server.behaviour.answersPings = false;
  own.feed.adjust({ ...options, ping: { every: 5000, send: 'protocol' } });
  await server.pings.waitFor(1);
  await clock.advance(15_000);
  await clock.advance(250);
  expect(await own.told.losses.waitFor(1)).toMatchObject([{ reason: 'silent' }]);
});

test('another way to read needs no other connection', async () => {
  const own = await source().live();
  const { options } = own.feed;
  own.feed.adjust({ ...options, name: 'other', map: { ...options.map, publisher: { value: 'binance' } } });
  server.send(FRAME);
  expect(await own.told.announcements.waitFor(1)).toMatchObject([{ feed: 'other', publisher: 'binance' }]);
  expect(server.handshakes.all).toHaveLength(1);
});
