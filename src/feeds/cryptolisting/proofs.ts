/**
 * The proofs of a connection to the service: life on it, a welcome that covers something, and an answered
 * self-test.
 */
import { formatDuration } from '../../platform/duration.ts';
import type { FeedStatus, Proof, SelfTestProof, Welcome } from '../health.ts';
import type { Loss } from '../verdict.ts';
import type { CryptolistingOptions } from './options.ts';

/** Stands for the names, where a key covers nothing and no exchange was requested by name. */
export const EVERY_EXCHANGE = 'every exchange';

const COVERS_NONE = 'the key covers none of the requested exchanges: no announcement will arrive';

export const NOTHING_COVERED: Loss = {
  reason: 'exchanges_not_covered',
  detail: undefined,
  advice: COVERS_NONE,
};

/** Asked for, but not covered by the key: nothing of these will ever come, however healthy the connection looks. */
export function uncovered(
  exchanges: readonly string[] | undefined,
  allowedCex: '*' | readonly string[],
): readonly string[] {
  if (exchanges === undefined || allowedCex === '*') return [];
  return exchanges.filter((exchange) => !allowedCex.includes(exchange));
}

/** The effective filter is empty: such a connection heartbeats for ever and never announces (docs/feed-protocol.md). */
export function bringsNothing(
  { allowedCex, missing }: Pick<Welcome, 'allowedCex' | 'missing'>,
  exchanges: readonly string[] | undefined,
): boolean {
  return allowedCex.length === 0 || (exchanges !== undefined && missing.length === exchanges.length);
}

/**
 * `bithumb`, or `every exchange, so this feed will never deliver anything`; `undefined`: every requested exchange
 * is covered.
 */
export function uncoveredText(
  welcome: Pick<Welcome, 'allowedCex' | 'missing'>,
  exchanges: readonly string[] | undefined,
): string | undefined {
  const isEmpty = bringsNothing(welcome, exchanges);
  const { missing } = welcome;
  if (missing.length === 0 && !isEmpty) return undefined;
  const names = missing.length > 0 ? missing.join(', ') : EVERY_EXCHANGE;
  return isEmpty ? `${names}, so this feed will never deliver anything` : names;
}

export interface Proven {
  readonly options: CryptolistingOptions;
  readonly lastLifeMs: FeedStatus['lastLifeMs'];
  readonly connectedSinceMs: FeedStatus['connectedSinceMs'];
  readonly welcome: Welcome | undefined;
  readonly selfTest: SelfTestProof;
}

/** In the order in which they are missed. */
export function proofsOf({ options, lastLifeMs, connectedSinceMs, welcome, selfTest }: Proven): Proof[] {
  const { exchanges, silenceTimeout } = options;
  const isEmpty = welcome !== undefined && bringsNothing(welcome, exchanges);
  const covers = welcome?.allowedCex ?? '*';
  return [
    {
      kind: 'life',
      lastMs: lastLifeMs,
      words: `a frame or ping at least every ${formatDuration(silenceTimeout)}`,
      lacking: 'silent',
      goodForMs: silenceTimeout,
    },
    {
      kind: 'welcome',
      lastMs: isEmpty ? undefined : connectedSinceMs,
      words:
        welcome === undefined
          ? 'none yet'
          : `tier ${welcome.tier}, covers ${covers === '*' ? 'every exchange' : covers.join(', ') || 'no exchange'}`,
      lacking: isEmpty ? COVERS_NONE : 'no welcome yet',
    },
    ...(selfTest.state === 'off' ? [] : [selfTestProof(selfTest)]),
  ];
}

function selfTestProof({ state, answeredMs, roundTripMs }: SelfTestProof): Proof {
  const isAnswered = state === 'answered';
  return {
    kind: 'self_test',
    lastMs: isAnswered ? answeredMs : undefined,
    words: isAnswered ? `answered in ${formatDuration(Math.round(roundTripMs ?? 0))}` : 'not answered yet',
    lacking: 'no answer to a self-test on this connection yet',
  };
}
