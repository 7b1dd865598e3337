/** The service inside this process, for a rehearsal: what it would send. */
import { Secret } from '../../platform/secret.ts';
import { DIRECT } from '../../platform/way.ts';
import type { RehearsedFeed } from '../feed.ts';
import type { CryptolistingOptions } from './options.ts';

const WELCOME = JSON.stringify({
  ...{ type: 'welcome', tier: 'rehearsal', allowedCex: '*', expiresInSecs: null },
});

export const rehearsed = (
  options: CryptolistingOptions,
  url: string,
): RehearsedFeed<CryptolistingOptions> => ({
  options: {
    ...options,
    url,
    ...DIRECT,
    // As long: it is looked for in each announcement.
    apiKey: new Secret('-'.repeat(options.apiKey.reveal().length)),
    // Rounds are the only sign of life, and nobody answers tests.
    silenceTimeout: Number.POSITIVE_INFINITY,
    selfTest: false,
  },
  // From two heartbeats the offset of the clocks is known, as it is when news comes.
  greeting: (wallUs) => [WELCOME, heartbeat(wallUs), heartbeat(wallUs)],
  frame: ({ extra, test, abnormal, type, title, ticker, publisher, listingType, ...stamps }) =>
    JSON.stringify({
      ...{ type, title, ticker, publisher, listingType, ...stamps, abnormalDetectionLatency: abnormal },
      ...extra,
    }),
});

const heartbeat = (wallUs: number) => `{"type":"heartbeat","timestampNs":${wallUs}000}`;
