/**
 * Receivers that fail in every way, on the simulated clock. Each request is written down when it is
 * started, when it goes onto the wire, and when it is answered, by the true time, so that the invariants can
 * be asked whatever the clocks of the bridge did.
 */
import type { AttemptResult, LimitNews, Outcome } from '../../src/delivery/outcome.ts';
import type { Destination, SendContext } from '../../src/destinations/destination.ts';
import { type Clock, wait } from '../../src/platform/clock.ts';
import type { Random } from '../../src/platform/random.ts';

export interface Sent {
  readonly destination: string;
  readonly deliveryId: string;
  readonly plain: boolean;
  /** Which life of the bridge, from 0. */
  readonly life: number;
  /** By the bridge's clock: what the outbox writes down. */
  readonly startedMs: number;
  /** By the truth, like the following. */
  readonly startedAt: number;
  writtenAt: number | undefined;
  endedAt: number | undefined;
  /** The far end acted on it. */
  taken: boolean;
  /** The bridge has read it. */
  result: AttemptResult | undefined;
}

/** How often a receiver does what; the rest is `delivered`. */
export interface Temper {
  readonly unreachable: number;
  readonly serverError: number;
  readonly rateLimited: number;
  /** For minutes up to hours. */
  readonly rateLimitedLong: number;
  /** A 429 that says no time, and counts towards a ban. */
  readonly strike: number;
  /** A yes that says how much more may come. */
  readonly told: number;
  readonly lostAnswer: number;
  readonly hang: number;
  readonly formatRefused: number;
  readonly moved: number;
  readonly rejectMessage: number;
  readonly rejectDestination: number;
}

export type Fate = keyof Temper | 'delivered';

/** For a while a receiver does only this. */
export interface Outage {
  readonly fate: Fate;
  readonly from: number;
  readonly until: number;
}

export interface ReceiverParts {
  readonly name: string;
  readonly clock: Clock;
  /** Ms since the world began. */
  readonly truth: () => number;
  readonly random: Random;
  readonly temper: Temper;
  readonly outage: Outage;
  /** A shared budget that a 429 may name. */
  readonly sharedBudget: string | undefined;
  readonly log: Sent[];
  readonly life: () => number;
  readonly started: (sent: Sent) => void;
}

const HOUR = 3_600_000;

export function createReceiver(parts: ReceiverParts): Destination<unknown> {
  const { name, clock, truth, random, log, outage } = parts;
  return {
    close: () => Promise.resolve(),
    async send(
      _message: unknown,
      { deliveryId, plain, signal, leaving }: SendContext,
    ): Promise<AttemptResult> {
      const life = parts.life();
      const sent: Sent = {
        ...{ destination: name, deliveryId, plain, life, taken: false },
        startedMs: clock.monotonicMs(),
        startedAt: truth(),
        ...{ writtenAt: undefined, endedAt: undefined, result: undefined },
      };
      log.push(sent);
      parts.started(sent);
      let writtenMs: number | undefined;
      const end = (outcome: Outcome, limits: readonly LimitNews[] = []): AttemptResult => {
        sent.endedAt = truth();
        sent.result = { outcome, limits, ...(writtenMs === undefined ? {} : { writtenMs }) };
        return sent.result;
      };
      const isOut = outage.from <= sent.startedAt && sent.startedAt < outage.until;
      const fate = isOut ? outage.fate : drawFate(parts.temper, random);
      // A connect can be slow; nothing has been written by then.
      await wait(clock, random() < 0.2 ? random() * 600 : random() * 5, signal);
      if (fate === 'unreachable' || signal.aborted) return end({ kind: 'retry', reason: 'unreachable' });
      writtenMs = clock.monotonicMs();
      sent.writtenAt = truth();
      leaving();
      const isTaken = fate === 'hang' ? random() < 0.5 : ['delivered', 'told', 'lostAnswer'].includes(fate);
      sent.taken = isTaken;
      await wait(clock, fate === 'hang' ? HOUR : random() * 200, signal);
      if (signal.aborted) return end({ kind: 'ambiguous', reason: 'timeout' });
      return end(outcomeOf(fate, plain, parts), newsOf(fate, parts));
    },
  };
}

function drawFate(temper: Temper, random: Random): Fate {
  let draw = random();
  for (const fate of Object.keys(temper) as (keyof Temper)[]) {
    draw -= temper[fate];
    if (draw < 0) return fate;
  }
  return 'delivered';
}

function newsOf(fate: Fate, { random, sharedBudget: budget }: ReceiverParts): LimitNews[] {
  if (budget === undefined) return [];
  if (fate === 'strike') return [{ kind: 'strike', budget }];
  if (fate !== 'told') return [];
  const [requests, endsInMs] = [Math.floor(random() * 3), 200 + random() * 4000];
  return [{ kind: 'left', budget, bucket: 'bucket', requests, endsInMs }];
}

function outcomeOf(fate: Fate, plain: boolean, { random, sharedBudget }: ReceiverParts): Outcome {
  const limited = (afterMs: number): Outcome => {
    const shared = sharedBudget !== undefined && random() < 0.5 ? { budget: sharedBudget } : {};
    return { kind: 'retry', reason: 'rate_limited', afterMs, ...shared };
  };
  switch (fate) {
    case 'serverError':
      return { kind: 'retry', reason: 'server_error' };
    case 'rateLimited':
      return limited(100 + random() * 5000);
    case 'rateLimitedLong':
      return limited(60_000 + random() ** 3 * 6 * HOUR);
    case 'strike':
      return { kind: 'retry', reason: 'rate_limited' };
    case 'lostAnswer':
      return { kind: 'ambiguous', reason: 'connection_lost' };
    case 'formatRefused':
      if (!plain) return { kind: 'retry', reason: 'format_refused', plain: true };
      return { kind: 'reject', reason: 'message_refused', scope: 'message' };
    case 'moved':
      return { kind: 'retry', reason: 'moved' };
    case 'rejectMessage':
      return { kind: 'reject', reason: 'message_refused', scope: 'message' };
    case 'rejectDestination':
      return { kind: 'reject', reason: 'gone', scope: 'destination' };
    default:
      return { kind: 'delivered' };
  }
}
