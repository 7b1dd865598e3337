/** One attempt: handed to the sender with its deadline, and written down as a row. */
import type { AttemptRecord } from '../outbox/outbox.ts';
import { formatDuration } from '../platform/duration.ts';
import type { DeliveryState } from './delivery.ts';
import type { Held } from './head.ts';
import type { LaneParts } from './lane-parts.ts';
import type { AttemptResult } from './outcome.ts';

/**
 * Ends when the answer is there, `timeout` is over, the delivery has become useless, or its deadline is
 * aborted, which is among `deadlines` for as long as it runs.
 */
export async function attempt(
  { destination, options, clock }: LaneParts,
  { delivery, attempts, plain }: Held,
  message: unknown,
  startedMs: number,
  deadlines: Set<AbortController>,
): Promise<AttemptResult> {
  const leftMs = (delivery.expiresAtMs ?? Number.POSITIVE_INFINITY) - startedMs;
  const deadline = new AbortController();
  deadlines.add(deadline);
  const limitMs = Math.min(options.timeout, leftMs);
  const timer = clock.after(limitMs, () => deadline.abort(limitInWords(limitMs, leftMs)));
  try {
    return await destination.send(message, {
      deliveryId: delivery.id,
      attempt: attempts + 1,
      plain,
      expiresAtMs: delivery.expiresAtMs,
      signal: deadline.signal,
    });
  } catch (error) {
    // A bug in a sender must not end the process, and with it every other delivery: whether the request left is unknown.
    const detail = `bug in the sender: ${error instanceof Error ? error.name : typeof error}`;
    return {
      outcome: { kind: 'ambiguous', reason: 'connection_lost' },
      detail,
      writtenMs: clock.monotonicMs(),
    };
  } finally {
    timer.cancel();
    deadlines.delete(deadline);
  }
}

/** Reads on after "no answer"; for the detail of the attempt. */
const limitInWords = (limitMs: number, leftMs: number): string =>
  limitMs < leftMs
    ? `within ${formatDuration(limitMs)} (timeout)`
    : `within the ${formatDuration(Math.max(0, limitMs))} that were left until maxAge`;

/** The attempt that led to a state. */
export interface Made {
  readonly result: AttemptResult;
  readonly startedMs: number;
}

/** Without `made`, a state that was reached without an attempt. */
export function recordOf(
  held: Held,
  state: DeliveryState,
  reason: string | undefined,
  nowMs: number,
  made?: Made,
): AttemptRecord {
  return {
    deliveryId: held.delivery.id,
    attempt: made === undefined ? 0 : held.attempts,
    startedMs: made?.startedMs ?? nowMs,
    durationMs: made === undefined ? 0 : nowMs - made.startedMs,
    outcome: made === undefined ? '' : outcomeWord(made.result),
    status: made?.result.status,
    detail: made?.result.detail,
    state,
    reason,
    notBeforeMs: held.notBeforeMs,
    plain: held.plain,
  };
}

const outcomeWord = ({ outcome }: AttemptResult) =>
  'reason' in outcome ? `${outcome.kind} ${outcome.reason}` : outcome.kind;
