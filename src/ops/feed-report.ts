/** One feed as the status shows it: the whole proof of its health, as plain data, with spans in ms from now. Pure. */
import { type FeedStatus, isGiven, type SelfTestProof, unproven } from '../feeds/health.ts';
import type { Loss } from '../feeds/verdict.ts';

export interface FeedReport {
  readonly name: string;
  readonly url: string;
  /** Every proof that its type needs is given. */
  readonly healthy: boolean;
  /** Why it is not proven. */
  readonly trouble: string | undefined;
  readonly state: FeedStatus['state'];
  /** The proofs of its health, in the order of its type. */
  readonly proofs: readonly ProofReport[];
  /** Since this connection was proven. */
  readonly connectedMs: number | undefined;
  readonly welcome: FeedStatus['welcome'];
  /** Since the last frame or ping. */
  readonly silentMs: number | undefined;
  /** Since the last frame. */
  readonly lastFrameMs: number | undefined;
  /** `undefined`: the source cannot be asked for one. */
  readonly selfTest:
    | {
        readonly state: SelfTestProof['state'];
        /** Time since it was requested, and since it was answered, on this connection. */
        readonly askedMs: number | undefined;
        readonly answeredMs: number | undefined;
        readonly roundTripMs: number | undefined;
        readonly unasked: number;
      }
    | undefined;
  readonly keyExpiresInMs: number | undefined;
  readonly clockOffsetMs: number | undefined;
  /** Frames read since the feed was started, by what they were; `test`: answers to self-tests. */
  readonly frames: Readonly<Record<string, number>>;
  readonly connects: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly lastLoss: (Loss & { readonly agoMs: number }) | undefined;
  /** Of its options, by a reload: why it is not in force (yet). */
  readonly change: string | undefined;
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
