/**
 * Receivers that fail in every way, on the simulated clock. Each request is written down when it is
 * started, when it goes onto the wire, and when it is taken, so that the invariants can be asked afterwards.
 */
import type { AttemptResult, Outcome } from '../../src/delivery/outcome.ts';
import type { Destination, SendContext } from '../../src/destinations/destination.ts';
import { wait } from '../../src/platform/clock.ts';
import type { Random } from '../../src/platform/random.ts';
import type { FakeClock } from '../support/fake-clock.ts';

export interface Sent {
  readonly destination: string;
  readonly deliveryId: string;
  /** Which life of the bridge, from 0. */
  readonly life: number;
  readonly startedMs: number;
  writtenMs: number | undefined;
  /** The far end acted on it. */
  taken: boolean;
  endedMs: number | undefined;
  outcome: Outcome | undefined;
}

/** How often a receiver does what; the rest is `delivered`. */
export interface Temper {
  readonly unreachable: number;
  readonly serverError: number;
  readonly rateLimited: number;
  readonly lostAnswer: number;
  readonly hang: number;
  readonly rejectMessage: number;
  readonly rejectDestination: number;
}

export interface ReceiverParts {
  readonly name: string;
  readonly clock: FakeClock;
  readonly random: Random;
  readonly temper: Temper;
  /** A shared budget that a 429 may name. */
  readonly sharedBudget: string | undefined;
  readonly log: Sent[];
  readonly life: () => number;
  readonly started: (sent: Sent) => void;
  /** SIGKILL now: the answer is on its way and never read. */
  readonly die: () => void;
}

export function createReceiver(parts: ReceiverParts): Destination<unknown> {
  const { name, clock, random, log } = parts;
  return {
    close: () => Promise.resolve(),
    async send(_message: unknown, { deliveryId, signal }: SendContext): Promise<AttemptResult> {
      const life = parts.life();
      const sent: Sent = {
        destination: name,
        deliveryId,
        life,
        startedMs: clock.monotonicMs(),
        writtenMs: undefined,
        taken: false,
        endedMs: undefined,
        outcome: undefined,
      };
      log.push(sent);
      parts.started(sent);
      const end = (outcome: Outcome): AttemptResult => {
        sent.endedMs = clock.monotonicMs();
        sent.outcome = outcome;
        return { outcome, ...(sent.writtenMs === undefined ? {} : { writtenMs: sent.writtenMs }) };
      };
      const dead = () => parts.life() !== life;

      const fate = drawFate(parts.temper, random);
      // A connect can be slow; nothing has been written by then.
      await wait(clock, random() < 0.2 ? random() * 600 : random() * 5, signal);
      if (dead()) return new Promise(() => undefined);
      if (fate === 'unreachable' || signal.aborted) return end({ kind: 'retry', reason: 'unreachable' });
      sent.writtenMs = clock.monotonicMs();
      sent.taken = fate === 'delivered' || fate === 'lostAnswer' || (fate === 'hang' && random() < 0.5);
      await wait(clock, fate === 'hang' ? 3_600_000 : random() * 200, signal);
      const dies = !dead() && random() < 0.01;
      // At the end of this step, so that nothing of the old life runs on into the new one.
      if (dies) clock.after(0, parts.die);
      if (dies || dead()) return new Promise(() => undefined);
      if (signal.aborted) return end({ kind: 'ambiguous', reason: 'timeout' });
      return end(outcomeOf(fate, parts));
    },
  };
}

type Fate = keyof Temper | 'delivered';

function drawFate(temper: Temper, random: Random): Fate {
  let draw = random();
  for (const fate of Object.keys(temper) as (keyof Temper)[]) {
    draw -= temper[fate];
    if (draw < 0) return fate;
  }
  return 'delivered';
}

function outcomeOf(fate: Fate, { random, sharedBudget }: ReceiverParts): Outcome {
  switch (fate) {
    case 'serverError':
      return { kind: 'retry', reason: 'server_error' };
    case 'rateLimited': {
      const shared = sharedBudget !== undefined && random() < 0.5 ? { budget: sharedBudget } : {};
      return { kind: 'retry', reason: 'rate_limited', afterMs: 100 + random() * 5000, ...shared };
    }
    case 'lostAnswer':
      return { kind: 'ambiguous', reason: 'connection_lost' };
    case 'rejectMessage':
      return { kind: 'reject', reason: 'message_refused', scope: 'message' };
    case 'rejectDestination':
      return { kind: 'reject', reason: 'gone', scope: 'destination' };
    default:
      return { kind: 'delivered' };
  }
}
