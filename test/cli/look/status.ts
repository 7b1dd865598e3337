/** The answer of a bridge that has everything to show. */
const title = '타이코(TAIKO) 거래 유의 종목 지정 해제 안내';

const advice =
  'Nothing listens at 127.0.0.1:9000 (connect ECONNREFUSED): start the bot or correct `url`. [unreachable]';

const announcement = (id: string, receivedMs: number) => ({
  ...{
    id,
    receivedMs,
    feed: 'tokyo',
    publisher: 'upbit',
    listingType: 'caution_released',
    tickers: ['TAIKO'],
  },
  ...{ title, serviceMs: 0.3, networkMs: 1.5, stalledMs: 0 },
  deliveries: [
    { destination: 'team', state: 'delivered', attempts: 1, dispatchMs: 3, tookMs: 6.2 },
    { destination: 'bot', ticker: 'TAIKO', state: 'pending', reason: 'unreachable', advice, attempts: 3 },
    { destination: 'dry', state: 'skipped', reason: 'dry_run', attempts: 0, tookMs: 0.7 },
  ],
});

export const STATUS = {
  ...{ version: '0.1.0', uptimeMs: 7_500_000, ready: false },
  problems: ['destination bot is suspended. It is gone. [gone]', 'feed seoul is down: unreachable'],
  conditions: [
    {
      code: 'destination_suspended',
      advice: 'It refuses everything. Correct the token, then run `listing-bridge reload`.',
    },
    {
      code: 'feed_down',
      advice: 'The bridge keeps trying to connect. Announcements made meanwhile are lost.',
    },
  ],
  notes: ['a config change needs a restart: server'],
  feeds: [
    {
      ...{ name: 'tokyo', healthy: true, silentMs: 189, connectedMs: 7_400_000, welcome: { tier: 'pro' } },
      ...{ selfTest: { state: 'answered', roundTripMs: 4.2 }, proofs: [], keyExpiresInMs: 2_592_000_000 },
      ...{ losses: {}, frames: { welcome: 1, announcement: 9, test: 3 } },
    },
    {
      ...{ name: 'seoul', healthy: false, proofs: [{ kind: 'open', agoMs: 90_000 }, { kind: 'frame' }] },
      ...{ losses: { unreachable: 12 }, frames: {} },
    },
  ],
  race: [{ feed: 'tokyo', wins: 8, losses: 1, medianLeadMs: 3.25, medianLagMs: 0.5 }],
  destinations: [
    { name: 'team', type: 'discord', pending: 0, inFlight: 0, state: 'ok' },
    { name: 'bot', type: 'webhook', pending: 5, oldestMs: 61_000, inFlight: 1, state: 'suspended: gone' },
    { name: 'dry', type: 'webhook', pending: 1, oldestMs: 900, inFlight: 0, state: 'paused for 5m' },
  ],
  announcements: [
    announcement('01m8a05k524gv09j', Date.UTC(2026, 10, 24, 18, 41, 2, 125)),
    announcement('01m8a05k524gv09h', Date.UTC(2026, 10, 24, 18, 40, 57, 509)),
  ],
};

/** Of `inject`. */
export const INJECTED = {
  ok: true,
  announcement: {
    ...{ id: '01m8a05k524gv09h', publisher: 'binance', listingType: 'spot_listing', tickers: ['ABC', 'DEF'] },
    ...{
      title: 'Binance Will List ABC (ABC) \u001b[31mand DEF (DEF) with Seed Tag Applied',
      test: true,
      ageMs: 0,
    },
  },
  ...{ rules: [], deliveries: [] },
};

export const KNOWN = { ok: true, duplicateOf: { feed: 'tokyo', agoMs: 61_000 } };
