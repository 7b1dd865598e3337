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
  readonly isAnswered: boolean;
}

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
}

/** As one process sees it. */
export function receiverFor(
  destination: string,
  process: Process,
  life: string,
  { universe, random, faults, arrives }: ReceiverDeps,
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
      const answer = faults.answers?.get(destination);
      const isRefused = answer !== undefined || draw < faults.refuses;
      const hangs = !isRefused && draw < faults.refuses + faults.hangs;
      const taken: Taken = {
        ...{ id, destination, life, title: titleIn(message), writtenAt: universe.truthMs },
        ...{ answeredAt: undefined, acted: !isRefused, isAnswered: !hangs },
      };
      arrives(taken);
      await wait(process, hangs ? 60_000 : random() * 200, signal);
      taken.answeredAt = universe.truthMs;
      if (hangs || signal.aborted) return { outcome: { kind: 'ambiguous', reason: 'timeout' }, writtenMs };
      if (answer !== undefined) return { ...answer, writtenMs };
      if (isRefused) return { outcome: { kind: 'retry', reason: 'server_error' }, writtenMs };
      return { outcome: { kind: 'delivered' }, writtenMs };
    },
  };
}

const titleIn = (message: unknown): string => {
  const { body } = message as { readonly body: string };
  return String((JSON.parse(body) as { readonly title: unknown }).title);
};
