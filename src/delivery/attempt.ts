/** One attempt: handed to the sender with its deadline, and written down as a row. */

import type { LightDeadline } from '../platform/deadline.ts';
import { formatDuration } from '../platform/duration.ts';
import { type AttemptRecord, type DeliveryState, keyOf, UNDER_WAY } from './delivery.ts';
import type { Held } from './head.ts';
import type { HeldBy } from './held-by.ts';
import type { LaneDeps } from './lane-deps.ts';
import type { AttemptResult } from './outcome.ts';
import type { Claim, Claims } from './tenure.ts';

/** An attempt that is under way. */
export interface Flight {
  readonly held: Held;
  readonly startedMs: number;
  /** Aborted, it settles at once. */
  readonly deadline: LightDeadline;
  /** Its bytes go or went to the socket. */
  hasLeft: boolean;
  isRecalled: boolean;
  /** It could leave because no other machine sends it; absent: nobody was asked. */
  claim?: Claim;
  /** The state before it. */
  readonly begunBeforeMs: number | undefined;
}

/** Ends when the answer is there, `timeout` is over, the delivery has become useless, or its deadline is aborted. */
export async function attempt(deps: LaneDeps, flight: Flight, message: unknown): Promise<AttemptResult> {
  const { sender, options, clock, journal } = deps;
  const { held, startedMs, deadline } = flight;
  const { delivery, attempts, plain } = held;
  const leftMs = (delivery.expiresAtMs ?? Number.POSITIVE_INFINITY) - startedMs;
  const limitMs = Math.min(options.timeout, leftMs);
  const timer = clock.after(limitMs, () => deadline.abort(limitInWords(limitMs, leftMs)));
  try {
    const claims = deps.tenure?.claims;
    // A retry by hand has ended before: the next holder has to know its new end.
    const isClaimed = claims !== undefined && (held.byHandMs !== undefined || claims.areNeeded(options));
    if (isClaimed && !(await mayGo(claims, flight, options))) return NOT_SENT;
    return await sender.send(message, {
      deliveryId: delivery.id,
      attempt: attempts + 1,
      plain,
      expiresAtMs: delivery.expiresAtMs,
      signal: deadline,
      leaving: () => {
        // The process may have been stopped since the start, for longer than it may send.
        if (deps.tenure?.isOver) flight.isRecalled = true;
        if (flight.isRecalled) return false;
        flight.hasLeft = true;
        if (options.onAmbiguous === 'drop') begin(flight, journal, clock.monotonicMs());
        return true;
      },
    });
  } catch (error) {
    // A bug in a sender must not end the process, and with it every other delivery.
    const bug = `bug in the sender: ${error instanceof Error ? error.name : typeof error}`;
    if (!flight.hasLeft)
      return { outcome: { kind: 'retry', reason: 'unreachable' }, detail: `${bug}; nothing was sent` };
    const outcome = { kind: 'ambiguous', reason: 'connection_lost' } as const;
    return { outcome, detail: bug, writtenMs: clock.monotonicMs() };
  } finally {
    timer.cancel();
  }
}

/** Another machine may have sent it: this one asks before. */
async function mayGo(claims: Claims, flight: Flight, options: LaneDeps['options']): Promise<boolean> {
  const { deadline, held } = flight;
  const over = new Promise<'over'>((resolve) => deadline.addEventListener('abort', () => resolve('over')));
  const asked = claims.claim(held, options);
  const claimed = await Promise.race([asked, over]);
  if (typeof claimed === 'object') {
    flight.claim = claimed;
    return true;
  }
  flight.isRecalled = true;
  held.isElsewhere = claimed === 'elsewhere';
  if (claimed === 'over') void asked.then((late) => typeof late === 'object' && late.takeBack());
  return false;
}

const NOT_SENT: AttemptResult = { outcome: { kind: 'retry', reason: 'unreachable' } };

/** Reads on after "no answer"; for the detail of the attempt. */
const limitInWords = (limitMs: number, leftMs: number): string =>
  limitMs < leftMs
    ? `within ${formatDuration(limitMs)} (timeout)`
    : `within the ${formatDuration(Math.max(0, limitMs))} left until maxAge`;

/** The attempt that led to a state. */
export interface Made {
  readonly result: AttemptResult;
  readonly startedMs: number;
}

/** More about an end. `detail`: for a person. */
export interface Ending {
  readonly made?: Made | undefined;
  readonly detail?: string;
  readonly heldBy?: HeldBy;
}

/** Without `made`, a state that was reached without an attempt. */
export function recordOf(
  held: Held,
  state: DeliveryState,
  reason: string | undefined,
  nowMs: number,
  made?: Made,
  heldBy?: HeldBy,
): AttemptRecord {
  return {
    deliveryKey: keyOf(held.delivery),
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
    // Also of one that has ended otherwise: it may have arrived.
    begunMs: state === 'delivered' ? undefined : held.begunMs,
    ...(heldBy !== undefined && { heldBy }),
  };
}

/** Written before the bytes leave, so that a process that dies before the answer knows of it in its next life. */
export function begin({ held, startedMs }: Flight, journal: LaneDeps['journal'], nowMs: number): void {
  held.begunMs ??= startedMs;
  journal.begin({
    deliveryKey: keyOf(held.delivery),
    attempt: held.attempts + 1,
    startedMs,
    // So far: the rates of the next life count it from when it left.
    durationMs: nowMs - startedMs,
    // The outcome of an attempt that has none yet; after a crash, for good.
    outcome: UNDER_WAY,
    status: undefined,
    detail: undefined,
    state: 'pending',
    reason: UNDER_WAY,
    notBeforeMs: held.notBeforeMs,
    plain: held.plain,
    begunMs: held.begunMs,
  });
}

/** The receiver may have acted, for all that its answer says. */
export const isUnsure = ({ outcome }: Pick<AttemptResult, 'outcome'>): boolean =>
  outcome.kind === 'ambiguous' || ('mayHaveActed' in outcome && outcome.mayHaveActed === true);

const outcomeWord = ({ outcome }: AttemptResult) =>
  'reason' in outcome ? `${outcome.kind} ${outcome.reason}` : outcome.kind;
