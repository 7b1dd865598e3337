/**
 * Warnings that the bridge draws from a feed's frames: each once when it begins, with the frame that it was seen
 * in.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AwkwardFeed, type Peer, WELCOME } from '../../support/awkward-feed.ts';
import { expectations, Listener, type ListenerOptions } from './listener.ts';

const LISTING = {
  type: 'announcement',
  title: '에이비씨(ABC) KRW 마켓 디지털 자산 추가',
  ticker: 'ABC',
  publisher: 'upbit',
  listingType: 'spot_listing',
};
const DAY_S = 86_400;

let server: AwkwardFeed;
let scope: AsyncDisposableStack;
beforeEach(async () => {
  scope = new AsyncDisposableStack();
  server = scope.use(await AwkwardFeed.start());
});
afterEach(() => scope.disposeAsync());

async function connected(
  options: Partial<ListenerOptions> = {},
  welcome: object = {},
): Promise<{ readonly bridge: Listener; readonly peer: Peer }> {
  server.script = (peer) => {
    peer.accept();
    peer.binary({ ...WELCOME, ...welcome });
  };
  const bridge = await scope
    .use(new Listener({ url: server.url, silenceTimeout: '30d', ...options }))
    .begin();
  await bridge.welcomes.waitFor(1);
  return { bridge, peer: await server.peer() };
}

/** Everything before it has been read. */
async function read(bridge: Listener, peer: Peer): Promise<void> {
  const before = bridge.client.status.frames['heartbeat'] ?? 0;
  peer.binary({ type: 'heartbeat' });
  await expect.poll(() => bridge.client.status.frames['heartbeat']).toBe(before + 1);
}

describe('regression: what an announcement shows is told before what comes after it, and no moment later', () => {
  /** Time stands still, so nothing comes by its timer. */
  async function announced() {
    const all = await connected();
    all.peer.binary({ ...LISTING, publisher: 'nobody' });
    await all.bridge.announcements.waitFor(1);
    expect(all.bridge.codes).toEqual([]);
    return all;
  }

  test('the end of the connection', async () => {
    const { bridge, peer } = await announced();
    let codes: readonly string[] = [];
    bridge.losses.on(() => {
      codes = [...bridge.codes];
    });
    peer.socket.destroy();
    await bridge.losses.waitFor(1);
    expect(codes).toEqual(['unknown_publisher']);
  });

  test('a stop', async () => {
    const { bridge } = await announced();
    bridge.client.stop();
    expect(bridge.codes).toEqual(['unknown_publisher']);
  });

  test('other wishes of a reload', async () => {
    const { bridge } = await announced();
    bridge.client.expect(expectations({ url: server.url }));
    expect(bridge.codes).toEqual(['unknown_publisher']);
  });
});

describe('the key', () => {
  test('exchanges that it does not cover, once, and again after it was otherwise', async () => {
    const { bridge, peer } = await connected(
      { exchanges: ['upbit', 'bithumb'] },
      { allowedCex: ['upbit'], tier: 'basic' },
    );
    peer.binary({ ...WELCOME, allowedCex: ['upbit'] });
    await read(bridge, peer);
    expect(bridge.warnings.all).toMatchObject([
      {
        code: 'exchanges_not_covered',
        feed: 'one',
        message: 'bithumb',
        details: { missing: ['bithumb'], allowedCex: 'upbit', tier: 'basic' },
      },
    ]);
    expect(bridge.trouble).toBeUndefined();
    peer.binary({ ...WELCOME, allowedCex: '*' });
    peer.binary({ ...WELCOME, allowedCex: ['upbit'] });
    await read(bridge, peer);
    expect(bridge.codes).toEqual(['exchanges_not_covered', 'exchanges_not_covered']);
  });

  test('a key for nothing at all, also without exchanges', async () => {
    const { bridge } = await connected({}, { allowedCex: [] });
    expect(bridge.codes).toEqual(['exchanges_not_covered']);
    expect(bridge.trouble).toMatch(/covers none/);
  });

  test('publishers that rules wait for, also for a feed without exchanges, and after a reload', async () => {
    const wants = [
      { rule: 'korea', publishers: ['upbit', 'bithumb'], feeds: undefined },
      { rule: 'elsewhere', publishers: ['binance'], feeds: ['other'] },
    ];
    const { bridge } = await connected({ wants }, { allowedCex: ['upbit'] });
    expect(bridge.warnings.all).toMatchObject([
      { code: 'publishers_not_covered', details: { publisher: 'bithumb', rules: ['korea'] } },
      { code: 'publishers_not_covered', details: { publisher: 'binance', rules: ['elsewhere'] } },
    ]);
    bridge.client.expect(
      expectations({ url: '', wants: [{ rule: 'new', publishers: ['okx'], feeds: undefined }] }),
    );
    expect(bridge.warnings.all.at(-1)).toMatchObject({ details: { publisher: 'okx', rules: ['new'] } });
  });

  test('an expiry within the threshold: at once', async () => {
    const { bridge } = await connected({}, { expiresInSecs: 2 * DAY_S });
    expect(bridge.warnings.all).toMatchObject([
      { code: 'key_expires_soon', details: { expiresInMs: 2 * DAY_S * 1000 } },
    ]);
    expect(bridge.warnings.all[0]?.message).toBe('in 2d');
  });

  test('an expiry further away: when it comes near on a connection that lasts, once over reconnects', async () => {
    const { bridge, peer } = await connected(
      { keyExpiresWithinMs: DAY_S * 1000 },
      { expiresInSecs: 10 * DAY_S },
    );
    await bridge.pass(9 * DAY_S * 1000 - 1);
    expect(bridge.codes).toEqual([]);
    await bridge.pass(2);
    expect(bridge.codes).toEqual(['key_expires_soon']);
    server.script = (next) => {
      next.accept();
      next.binary({ ...WELCOME, expiresInSecs: DAY_S - 10 });
    };
    peer.socket.end();
    await bridge.losses.waitFor(1);
    await bridge.pass(10_000);
    await bridge.welcomes.waitFor(2);
    expect(bridge.codes).toEqual(['key_expires_soon']);
    (await server.peer(2)).binary({ ...WELCOME, expiresInSecs: 12 * 3600 });
    await expect.poll(() => bridge.codes).toEqual(['key_expires_soon', 'key_expires_soon']);
  });

  test('another machine holds it: once, and again after it was let in', async () => {
    const refuse = (peer: Peer) => peer.refuse(429, { error: 'max_distinct_ips_reached' });
    server.script = refuse;
    const bridge = await scope.use(new Listener({ url: server.url })).begin();
    for (let count = 1; count <= 3; count++) {
      await bridge.losses.waitFor(count);
      await bridge.pass(6000);
    }
    expect(bridge.codes).toEqual(['key_used_elsewhere']);
    expect(bridge.warnings.all[0]?.message).toBe('the service answered max_distinct_ips_reached');
  });

  test('a tier that redacts: each redacted announcement counts, the first of a connection is news', async () => {
    const { bridge, peer } = await connected({}, { tier: 'free' });
    const redacted = { ...LISTING, ticker: '', title: 'Upgrade to a paid plan to see this announcement' };
    peer.binary(LISTING);
    peer.binary(redacted);
    peer.binary(redacted);
    await read(bridge, peer);
    expect(bridge.warnings.all).toMatchObject([
      { code: 'tier_redacts', message: 'tier free, upbit', again: false },
      { code: 'tier_redacts', details: { tier: 'free', publisher: 'upbit' }, again: true },
    ]);
    peer.socket.end();
    await bridge.losses.waitFor(1);
    await bridge.pass(6000);
    await bridge.welcomes.waitFor(2);
    (await server.peer(2)).binary({ ...redacted, title: '███ ████' });
    await bridge.announcements.waitFor(4);
    await bridge.pass(0);
    expect(bridge.warnings.all.map(({ again }) => again)).toEqual([false, true, false]);
  });
});

describe('time', () => {
  test('an announcement that the service saw late: once while it lasts', async () => {
    const { bridge, peer } = await connected();
    for (const abnormalDetectionLatency of [true, true, false, true])
      peer.binary({ ...LISTING, abnormalDetectionLatency });
    await read(bridge, peer);
    expect(bridge.codes).toEqual(['detected_late', 'detected_late']);
    expect(bridge.warnings.all[0]?.details).toEqual({ title: LISTING.title, publisher: 'upbit' });
  });

  test('received before it was dispatched: this clock is behind', async () => {
    const { bridge, peer } = await connected();
    peer.binary({ ...LISTING, dispatchTimestampUs: bridge.clock.wallUs() + 40_000 });
    await read(bridge, peer);
    expect(bridge.codes).toEqual([]);
    peer.binary({ ...LISTING, dispatchTimestampUs: bridge.clock.wallUs() + 60_000_000 });
    peer.binary({ ...LISTING, dispatchTimestampUs: bridge.clock.wallUs() });
    await read(bridge, peer);
    // A lone odd stamp is none of our clock's business.
    expect(bridge.codes).toEqual([]);
    for (let time = 0; time < 3; time++)
      peer.binary({ ...LISTING, dispatchTimestampUs: bridge.clock.wallUs() + 2_500_000 });
    await read(bridge, peer);
    expect(bridge.warnings.all).toMatchObject([{ code: 'clock_skew', details: { offsetMs: -2500 } }]);
    expect(bridge.warnings.all[0]?.message).toMatch(/2.5s behind/);
  });

  test('heartbeats show a clock that is ahead; a slow line alone does not', async () => {
    const { bridge, peer } = await connected();
    const heartbeat = (agoMs: number) =>
      peer.binary(
        `{"type":"heartbeat","timestampNs":${BigInt(bridge.clock.wallUs() - agoMs * 1000) * 1000n}}`,
      );
    heartbeat(900);
    heartbeat(900);
    await expect.poll(() => bridge.client.status.frames['heartbeat']).toBe(2);
    expect(bridge.codes).toEqual([]);
    bridge.clock.stepWall(3_600_000);
    heartbeat(3_600_900);
    await expect.poll(() => bridge.codes).toEqual(['clock_skew']);
    expect(bridge.warnings.all[0]?.message).toMatch(/ahead/);
  });
});

describe('words', () => {
  test('unknown listing types and publishers: once each, with the keys', async () => {
    const { bridge, peer } = await connected();
    for (let time = 0; time < 2; time++) {
      peer.binary({ ...LISTING, listingType: 'moon_listing', market: 'KRW' });
      peer.binary({ ...LISTING, publisher: 'Moonbase', phase: 1 });
    }
    await read(bridge, peer);
    expect(bridge.warnings.all).toMatchObject([
      { code: 'unknown_listing_type', details: { listingType: 'moon_listing', keys: ['market'] } },
      { code: 'unknown_publisher', details: { publisher: 'moonbase', keys: ['phase'] } },
    ]);
  });

  test('regression: words of any length are cut in what is said of them', async () => {
    const { bridge, peer } = await connected();
    const long = 'x'.repeat(50_000);
    peer.binary({
      ...LISTING,
      title: long,
      publisher: long,
      listingType: long,
      [long]: 1,
      abnormalDetectionLatency: true,
    });
    await read(bridge, peer);
    expect(bridge.codes).toEqual(['detected_late', 'unknown_listing_type', 'unknown_publisher']);
    for (const said of bridge.warnings.all) expect(JSON.stringify(said).length).toBeLessThan(1000);
  });

  test('a feed that invents words for ever is told apart a hundred times, not more', async () => {
    const { bridge, peer } = await connected();
    for (let count = 0; count < 500; count++) peer.binary({ type: `invented ${count}` });
    await read(bridge, peer);
    peer.binary({ ...LISTING, listingType: 'moon_listing' });
    await read(bridge, peer);
    expect(bridge.warnings.all).toHaveLength(101);
    expect(bridge.codes.at(-1)).toBe('unknown_listing_type');
    expect(bridge.client.status.frames['unknown']).toBe(500);
  });

  test.each<[string, string]>([
    ['English', '{"type":"news","text":"Exchange will list ABC"}'],
    ['delisting', '{"type":"news","text":"ABC will be delisted"}'],
    ['Korean', '{"type":"news","text":"에이비씨 신규 거래지원 안내"}'],
    ['Korean, spaced', '{"type":"news","text":"거래 지원 종료"}'],
    ['Korean, escaped', '{"type":"news","text":"\\uc0c1\\uc7a5"}'],
    ['a key of the protocol', '{"type":"announcement_v2","listingType":"spot"}'],
    ['a broken frame', '{"type":"announcement","title":"ABC listing'],
    ['an announcement without its words', '{"type":"announcement","headline":"ABC 상장"}'],
  ])('%s in a frame that cannot be read is loud', async (_name, frame) => {
    const { bridge, peer } = await connected();
    peer.binary(frame);
    await read(bridge, peer);
    const [, news] = bridge.warnings.all;
    expect(news).toMatchObject({
      code: 'unread_news',
      details: { text: expect.stringMatching(/\w|상장|지원/) },
    });
  });

  test.each<[string, string]>([
    ['a changelog', '{"type":"changelog","entries":["heartbeats are quicker now"]}'],
    ['words that only look alike', '{"type":"stats","text":"enlisted idealist stylist"}'],
  ])('%s is not', async (_name, frame) => {
    const { bridge, peer } = await connected();
    peer.binary(frame);
    await read(bridge, peer);
    expect(bridge.codes).toEqual(['unknown_frame_type']);
  });

  test('loud, but at most once a minute', async () => {
    const { bridge, peer } = await connected();
    for (let count = 0; count < 50; count++) peer.binary({ type: 'news', text: `listing ${count}` });
    await read(bridge, peer);
    await bridge.pass(60_001);
    peer.binary({ type: 'news', text: 'listing again' });
    await read(bridge, peer);
    expect(bridge.codes).toEqual(['unknown_frame_type', 'unread_news', 'unread_news']);
  });

  test('frames that cannot be read: once for each reason', async () => {
    const { bridge, peer } = await connected();
    for (let time = 0; time < 3; time++) for (const frame of ['nonsense', '[]', '{}']) peer.text(frame);
    await read(bridge, peer);
    expect(bridge.warnings.all.map(({ details }) => details['reason'])).toEqual([
      'not_json',
      'not_an_object',
      'no_type',
    ]);
    expect(bridge.client.status.frames['garbage']).toBe(9);
  });
});
