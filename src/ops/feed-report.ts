/** One feed as the status shows it: the whole proof of its health, as plain data, with spans in ms from now. Pure. */
import { type FeedStatus, type Loss, type SelfTestProof, unproven } from '../feeds/cryptolisting/health.ts';
import type { FeedOptions } from '../feeds/cryptolisting/options.ts';

export interface FeedReport {
  readonly name: string;
  readonly url: string;
  /** Proven: a welcome, life within `silenceTimeout`, a self-test answered on this connection. */
  readonly healthy: boolean;
  /** Why it is not proven. */
  readonly trouble: string | undefined;
  readonly state: FeedStatus['state'];
  /** Since the welcome of this connection. */
  readonly connectedMs: number | undefined;
  readonly welcome: FeedStatus['welcome'];
  /** Since the last frame or ping. */
  readonly silentMs: number | undefined;
  /** Since the last frame. */
  readonly lastFrameMs: number | undefined;
  readonly selfTest: {
    readonly state: SelfTestProof['state'];
    /** Since it was asked for, and since it was answered, on this connection. */
    readonly askedMs: number | undefined;
    readonly answeredMs: number | undefined;
    readonly roundTripMs: number | undefined;
    readonly unasked: number;
  };
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

export function feedReport(options: FeedOptions, status: FeedStatus, nowMs: number): FeedReport {
  const since = (atMs: number | undefined) => (atMs === undefined ? undefined : Math.round(nowMs - atMs));
  const until = (atMs: number | undefined) => (atMs === undefined ? undefined : Math.round(atMs - nowMs));
  const { keyExpiresMs, lastLoss, selfTest, retryAtMs } = status;
  const trouble = unproven(status, options, nowMs);
  return {
    name: status.name,
    url: options.url,
    healthy: trouble === undefined,
    trouble,
    state: status.state,
    connectedMs: since(status.connectedSinceMs),
    welcome: status.welcome,
    silentMs: since(status.lastLifeMs),
    lastFrameMs: since(status.lastFrameMs),
    selfTest: {
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
