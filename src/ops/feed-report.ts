/** One feed as the status shows it: the whole proof of its health, as plain data, with spans in ms from now. Pure. */
import { type FeedStatus, isGiven, unproven } from '../feeds/health.ts';
import type { Loss } from '../feeds/verdict.ts';

/** Taken over as it is, but for the times of `selfTest`, which become spans too. */
type AsItIs =
  | 'name'
  | 'url'
  | 'state'
  | 'welcome'
  | 'selfTest'
  | 'clockOffsetMs'
  | 'frames'
  | 'connects'
  | 'losses'
  | 'change';

export interface FeedReport extends Pick<FeedStatus, AsItIs> {
  /** Every proof that its type needs is given. */
  readonly healthy: boolean;
  /** Why it is not proven. */
  readonly trouble: string | undefined;
  /** The proofs of its health, in the order of its type. */
  readonly proofs: readonly ProofReport[];
  /** Since this connection was proven. */
  readonly connectedMs: number | undefined;
  /** Since the last frame, ping or pong. */
  readonly silentMs: number | undefined;
  /** Since the last frame. */
  readonly lastFrameMs: number | undefined;
  readonly keyExpiresInMs: number | undefined;
  readonly lastLoss: (Loss & { readonly agoMs: number }) | undefined;
  /** While it waits: until it connects again. */
  readonly retryInMs: number | undefined;
}

export interface ProofReport {
  readonly kind: string;
  /** Given now. */
  readonly ok: boolean;
  /** Since it was given last; absent: not on this connection. */
  readonly agoMs: number | undefined;
  readonly words: string;
}

export function feedReport(status: FeedStatus, nowMs: number): FeedReport {
  const since = (atMs: number | undefined) => (atMs === undefined ? undefined : Math.round(nowMs - atMs));
  const until = (atMs: number | undefined) => (atMs === undefined ? undefined : Math.round(atMs - nowMs));
  const { keyExpiresMs, lastLoss, selfTest, retryAtMs } = status;
  const trouble = unproven(status, nowMs);
  return {
    name: status.name,
    url: status.url,
    healthy: trouble === undefined,
    trouble,
    state: status.state,
    proofs: status.proofs.map((proof) => ({
      kind: proof.kind,
      ok: isGiven(proof, nowMs),
      agoMs: since(proof.lastMs),
      words: proof.words,
    })),
    connectedMs: since(status.connectedSinceMs),
    welcome: status.welcome,
    silentMs: since(status.lastLifeMs),
    lastFrameMs: since(status.lastFrameMs),
    selfTest: selfTest && {
      ...selfTest,
      askedMs: since(selfTest.askedMs),
      answeredMs: since(selfTest.answeredMs),
    },
    keyExpiresInMs: until(keyExpiresMs),
    clockOffsetMs: status.clockOffsetMs,
    frames: status.frames,
    connects: status.connects,
    losses: status.losses,
    lastLoss: lastLoss && {
      reason: lastLoss.reason,
      detail: lastLoss.detail,
      advice: lastLoss.advice,
      agoMs: Math.round(nowMs - lastLoss.atMs),
    },
    change: status.change,
    retryInMs: until(retryAtMs),
  };
}
