/**
 * One request as the truth has it: when the lane handed it over, when it went out, when its bytes were
 * written, and when the answer was read, whatever the clocks of the bridge did.
 */
import type { AttemptResult } from '../../src/delivery/outcome.ts';
import type { InForce } from './config.ts';
import type { LaneName } from './story.ts';

export interface Sent {
  readonly destination: LaneName;
  readonly deliveryId: string;
  readonly plain: boolean;
  /** Which life of the bridge, from 0. */
  readonly life: number;
  /** The destination as the config had it when the lane handed it over. */
  readonly under: InForce;
  /** By the bridge's clock: what the outbox writes down. */
  readonly startedMs: number;
  /** Ms of the truth, like the following. */
  readonly startedAt: number;
  /** A connection is being made for it. */
  goesAt: number | undefined;
  writtenAt: number | undefined;
  endedAt: number | undefined;
  /** The receiver acted on it. */
  taken: boolean;
  /** The bridge has read it. */
  result: AttemptResult | undefined;
  /** The receiver refuses this one message, from any sender. */
  isPoison: boolean;
  /** The bridge died before it could write down what became of this. */
  isForgotten: boolean;
}

/** True times are differences of large numbers. */
export const ROUNDING_MS = 0.01;

/** By so much more than its window a limit may hold back. */
export const MARGIN_MS = 550;

/** One account, and so one limit, for both chats. */
export const sharesBudget = (name: string): boolean => name !== 'bot';

/** It failed as a receiver that is not well does. */
export function isTrouble({ result }: Sent): boolean {
  const outcome = result?.outcome;
  if (outcome?.kind === 'retry')
    return ['server_error', 'unreachable', 'rate_limited'].includes(outcome.reason);
  return outcome?.kind === 'ambiguous';
}
