/** The cryptolisting.ws service: docs/feed-protocol.md. */
import type { FeedType } from '../feed.ts';
import { CryptolistingFeed } from './client.ts';
import { ConnectGate, SelfTestGate } from './connect-gate.ts';
import { type CryptolistingOptions, cryptolistingOptions } from './options.ts';
import { FATAL_REASONS, LOSS_REASONS } from './refusal.ts';
import { rehearsed } from './rehearsed.ts';

export const cryptolisting: FeedType<CryptolistingOptions> = {
  about:
    'The service cryptolisting.ws, which brings the listings of several exchanges ([protocol](feed-protocol.md)).',
  whereToGet: { apiKey: 'dsk_ and 64 characters, from your account at https://cryptolisting.ws' },
  schema: cryptolistingOptions,
  connection: ({ url, apiKey, exchanges, proxy, tls }) => [url, apiKey, exchanges, proxy, tls],
  marks: ({ url, apiKey }) => [url, apiKey.reveal()],
  publishers: ({ exchanges }) => exchanges,
  reasons: [...LOSS_REASONS, ...FATAL_REASONS],
  passing: ['connection_cooldown'],
  opener() {
    // A feed with a new key connects at once, one with the old key waits for its cooldown.
    const limits = { connectGate: new ConnectGate(), selfTestGate: new SelfTestGate() };
    return (options, deps) => new CryptolistingFeed(options, { ...deps, ...limits });
  },
  rehearsed,
};
