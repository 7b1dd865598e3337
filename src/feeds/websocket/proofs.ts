/** The proofs of a source that offers no self-test: it is open, it answers, it has sent something. */
import { formatDuration } from '../../platform/duration.ts';
import type { FeedStatus, Proof } from '../health.ts';

export interface Proven extends Pick<FeedStatus, 'connectedSinceMs' | 'lastLifeMs' | 'lastFrameMs'> {
  /** Infinity: silence means nothing. */
  readonly silenceMs: number;
  /** `undefined`: it is not pinged by the protocol. */
  readonly pong:
    | { readonly lastMs: number | undefined; readonly roundTripMs: number | undefined }
    | undefined;
  readonly lastNewsMs: number | undefined;
}

/** The first that is lacking is the trouble; frames and announcements may be long in coming, so they only inform. */
export function proofsOf(proven: Proven): Proof[] {
  const { connectedSinceMs, lastLifeMs, lastFrameMs, silenceMs, pong, lastNewsMs } = proven;
  return [
    { kind: 'open', lastMs: connectedSinceMs, words: 'the connection is open', lacking: 'not connected' },
    ...(silenceMs === Number.POSITIVE_INFINITY
      ? []
      : [
          {
            kind: 'life',
            lastMs: lastLifeMs,
            words: `a frame, ping or pong at least every ${formatDuration(silenceMs)}`,
            lacking: 'silent',
            goodForMs: silenceMs,
          },
        ]),
    ...(pong === undefined ? [] : [pongProof(pong)]),
    { kind: 'frame', lastMs: lastFrameMs, words: 'the last frame of any kind' },
    { kind: 'announcement', lastMs: lastNewsMs, words: 'the last announcement' },
  ];
}

function pongProof({ lastMs, roundTripMs }: NonNullable<Proven['pong']>): Proof {
  const words =
    roundTripMs === undefined
      ? 'no pong yet'
      : `a ping was answered in ${formatDuration(Math.round(roundTripMs))}`;
  return { kind: 'pong', lastMs, words };
}
