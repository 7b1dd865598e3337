/** The receivers, strict about what they get: which process, when by the true clock, and whether it held the partition. */
import type { AttemptResult } from '../../../src/delivery/outcome.ts';
import type { SendContext } from '../../../src/delivery/sender.ts';
import type { Destination } from '../../../src/destinations/destination.ts';
import { wait } from '../../../src/platform/clock.ts';
import type { Random } from '../../../src/platform/random.ts';
import type { Process, Universe } from './universe.ts';

export interface Taken {
  readonly id: string;
  readonly title: string;
  readonly destination: string;
  readonly life: string;
  /** By the true clock. */
  readonly writtenAt: number;
  /** When the process knew the answer. */
  answeredAt: number | undefined;
  /** It acted on it. */
  readonly acted: boolean;
  isAnswered: boolean;
  /** The process cut it on the wire, and does not know the answer. */
  isCut: boolean;
}

/** It refuses everything, as nobody that it knows or as one that is not there; or asks for silence until then, by the true clock. */
export type Mood = 'unclear' | 'destination' | { readonly untilMs: number };

export interface ReceiverDeps {
  readonly universe: Universe;
  readonly random: Random;
  /** Of requests, so many are refused with a 500, and so many are not answered. */
  readonly faults: {
    readonly refuses: number;
    readonly hangs: number;
    /** An answer of these destinations, to everything. */
    readonly answers?: ReadonlyMap<string, AttemptResult>;
  };
  readonly arrives: (taken: Taken) => void;
  readonly moodOf?: (destination: string) => Mood | undefined;
  /** By its mood. */
  readonly answered?: (destination: string, life: string, answer: AttemptResult) => void;
}

/** As one process sees it. */
export function receiverFor(
  destination: string,
  process: Process,
  life: string,
  { universe, random, faults, arrives, moodOf, answered }: ReceiverDeps,
): Destination<unknown> {
  return {
    close: () => Promise.resolve(),
    async send(message: unknown, context: SendContext): Promise<AttemptResult> {
      const { deliveryId: id, signal, expiresAtMs = Number.POSITIVE_INFINITY } = context;
      const notSent: AttemptResult = { outcome: { kind: 'retry', reason: 'unreachable' } };
      await wait(process, random() < 0.2 ? random() * 600 : random() * 5, signal);
      if (signal.aborted || process.monotonicMs() >= expiresAtMs) return notSent;
      if (context.leaving() === false) return notSent;
      const writtenMs = process.monotonicMs();
      const draw = random();
      const answer = faults.answers?.get(destination) ?? answerIn(moodOf?.(destination), universe.truthMs);
      const isRefused = answer !== undefined || draw < faults.refuses;
      const hangs = !isRefused && draw < faults.refuses + faults.hangs;
      const taken: Taken = {
        ...{ id, destination, life, title: titleIn(message), writtenAt: universe.truthMs },
        ...{ answeredAt: undefined, acted: !isRefused, isAnswered: !hangs, isCut: false },
      };
      arrives(taken);
      await wait(process, hangs ? 60_000 : random() * 200, signal);
      taken.answeredAt = universe.truthMs;
      taken.isAnswered = !hangs && !wasTooLate(signal);
      taken.isCut = signal.aborted;
      if (hangs || signal.aborted) return { outcome: { kind: 'ambiguous', reason: 'timeout' }, writtenMs };
      if (answer !== undefined) {
        answered?.(destination, life, answer);
        return { ...answer, writtenMs };
      }
      if (isRefused) return { outcome: { kind: 'retry', reason: 'server_error' }, writtenMs };
      return { outcome: { kind: 'delivered' }, writtenMs };
    },
  };
}

function answerIn(mood: Mood | undefined, nowMs: number): AttemptResult | undefined {
  if (mood === undefined) return undefined;
  if (typeof mood === 'object')
    return { outcome: { kind: 'retry', reason: 'rate_limited', afterMs: Math.max(0, mood.untilMs - nowMs) } };
  return { outcome: { kind: 'reject', reason: mood === 'unclear' ? 'unauthorized' : 'gone', scope: mood } };
}

/** Nobody hears the answer any more: most of the time went by before it was sent. */
const wasTooLate = ({ reason }: { readonly reason: unknown }): boolean =>
  String(reason).endsWith('(timeout)');

const titleIn = (message: unknown): string => {
  const { body } = message as { readonly body: string };
  return String((JSON.parse(body) as { readonly title: unknown }).title);
};
