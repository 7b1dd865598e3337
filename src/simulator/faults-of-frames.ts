/** Oddities in how the feed speaks and in what it says, named by what the bridge says about them where it does. */
import { every, type Fault, type FaultStage, until } from './fault.ts';
import type { FeedServer } from './feed-server.ts';

const OVERSIZED_BYTES = 5 * 1024 * 1024;

type Change = Partial<FeedServer['behaviour']>;

const behaving = (name: string, description: string, change: Change): Fault => ({
  name,
  description,
  apply: ({ server }) => {
    Object.assign(server.behaviour, change);
  },
});

export const FORM_FAULTS: readonly Fault[] = [
  behaving('text', 'sends text frames instead of binary ones', { form: 'text' }),
  behaving('fragments', 'sends every message in pieces', { form: 'fragments' }),
  behaving('compressed', 'insists on permessage-deflate, offered or not', { compresses: true }),
  behaving('handshake_timeout', 'lets every handshake wait for a minute', { handshakeDelayMs: 60_000 }),
  {
    name: 'oversized',
    description: 'sends frames of five megabytes',
    apply: (stage) =>
      every(stage, () => {
        stage.server.sendRaw(Buffer.alloc(OVERSIZED_BYTES, 'x'));
        return 'sent five megabytes';
      }),
  },
  behaving('nopings', 'sends heartbeats, but no pings', { sendsPings: false }),
  behaving('noheartbeats', 'sends pings, but no heartbeats', { sendsHeartbeats: false }),
];

/** Two days, inside the three at which the bridge warns. */
const SOON_S = 2 * 86_400;

const raw = (name: string, description: string, frame: Readonly<Record<string, unknown>>): Fault => ({
  name,
  description,
  apply: (stage: FaultStage) =>
    every(stage, () => {
      stage.server.sendRaw(JSON.stringify(frame));
      return `sent ${JSON.stringify(frame)}`;
    }),
});

const rewriting = (name: string, description: string, fields: Readonly<Record<string, unknown>>): Fault => ({
  name,
  description,
  apply: ({ server, signal }) =>
    until(
      signal,
      server.rewrite((frame) => [{ ...frame, ...fields }]),
    ),
});

export const WORD_FAULTS: readonly Fault[] = [
  behaving('exchanges_not_covered', 'has a key that covers no exchange that exists', {
    welcome: { allowedCex: ['elsewhere'] },
  }),
  behaving('key_expires_soon', 'has a key that expires in two days', { welcome: { expiresInSecs: SOON_S } }),
  behaving('clock_skew', 'stamps everything ten seconds ahead', { clockAheadMs: 10_000 }),
  behaving('self_test_unanswered', 'answers no self-test', { answersTests: false }),
  {
    name: 'self_test_unasked',
    description: 'sends test announcements that nobody asked for',
    apply: (stage) =>
      every(stage, () => {
        stage.server.announceTest();
        return 'sent a test announcement';
      }),
  },
  rewriting('detected_late', 'says of every announcement that it was seen late', {
    abnormalDetectionLatency: true,
  }),
  rewriting('unknown_listing_type', 'announces a listing type of tomorrow', { listingType: 'moon_listing' }),
  rewriting('unknown_publisher', 'announces for an exchange of tomorrow', { publisher: 'moonbase' }),
  raw('unknown_frame_type', 'sends frames of an unknown type', {
    type: 'maintenance_window',
    startsInSecs: 600,
  }),
  raw('unread_news', 'sends news in a frame of an unknown type', {
    type: 'announcement_v2',
    headline: '에이비씨(ABC) 신규 거래지원 안내',
  }),
];
