/** The consequences of an answer: for its delivery, and for the destination. */

import { describeAttempt } from './describe.ts';
import { type Head, type Held, MOST_FREE } from './head.ts';
import { healthSignalOf, isHold } from './health-signal.ts';
import { type Judgement, NO_NEWS } from './judgement.ts';
import type { LaneDeps } from './lane-deps.ts';
import type { AttemptResult } from './outcome.ts';
import { expiryOf } from './priority-list.ts';
import type { ProbeSchedule } from './probe-schedule.ts';
import { type Decision, decide, isUnreadable, pauseOf } from './retry-policy.ts';
import type { Room } from './room.ts';
import type { Trouble } from './trouble.ts';

/** A request, and its answer. */
export interface Sent {
  readonly result: AttemptResult;
  /** Whose room it took. */
  readonly room: Room;
  readonly startedMs: number;
  readonly nowMs: number;
  /** The result of `Trouble.begin`. */
  readonly look: ProbeSchedule | undefined;
}

export interface Answered extends Sent {
  /** The destination has got another address since: this says nothing of the new one. */
  readonly isElsewhere: boolean;
  /** Other messages are under way. */
  readonly hasOthersUnderWay: boolean;
}

export interface Conclusion {
  readonly decision: Decision;
  readonly judgement: Judgement<Held>;
}

/** Counts the attempt in `held`, passes the platform's limits to the budgets, and returns what is new. */
export function conclude(
  held: Held,
  { result, room, startedMs, nowMs, look, isElsewhere, hasOthersUnderWay }: Answered,
  { name, options: { retry, onAmbiguous }, random, events }: LaneDeps,
  head: Head,
  trouble: Trouble<Held>,
): Conclusion {
  const { outcome } = result;
  const leftMs = expiryOf(held) - nowMs;
  const reason = outcome.kind === 'delivered' ? '' : outcome.reason;
  const words = outcome.kind === 'delivered' ? '' : describeAttempt(result);
  const isFree = isElsewhere || (isOtherWay(result) && held.uncounted < MOST_FREE);
  if (!isHold(result)) held.attempts++;
  if (isElsewhere) held.uncounted = held.attempts;
  else if (isFree) held.uncounted++;
  if (isUnreadable(outcome)) held.unreadable++;
  const judgement = isElsewhere
    ? NO_NEWS
    : trouble.judge(held, healthSignalOf(result), {
        ...{ nowMs, look, retry, reason, words, hasOthersUnderWay },
        hasUntried: head.readyCount > 0,
        lifeMs: Math.max(leftMs, head.longestLifeMs(nowMs)),
      });
  const decided = decide(outcome, {
    attempt: held.attempts - held.uncounted,
    ...{ isFree, unreadable: held.unreadable, retry, onAmbiguous, leftMs, random },
    blame: judgement.blame,
    refusedBesideOthers: held.isOutvoted ? held.refusals : 0,
  });
  const isKept = decided.kind === 'again' && trouble.isThere && !isFree;
  const decision: Decision = isKept
    ? { kind: 'keep', reason: decided.reason, pause: decided.pause }
    : decided;
  const { delivery, attempts, byHandMs } = held;
  if (!isHold(result)) events.attempted(delivery, attempts, result, startedMs, nowMs, decision, byHandMs);
  const silentUntilMs = room.hear(result, pauseOf(outcome), nowMs);
  if (silentUntilMs !== undefined) events.nearBan(name, silentUntilMs);
  if (judgement.news === 'suspended') events.suspended(name, reason, result.detail, words);
  if (judgement.news === 'resumed') events.resumed(name);
  return { decision, judgement };
}

function isOtherWay({ outcome }: AttemptResult): boolean {
  return outcome.kind === 'retry' && (outcome.reason === 'format_refused' || outcome.reason === 'moved');
}
