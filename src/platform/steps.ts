/**
 * Work that is made of small steps: done at once by who has nothing else to do, and in turns on a loop that carries the
 * news.
 */
import { type Clock, nextTurn } from './clock.ts';

export type Steps<Result> = Generator<undefined, Result>;

/** Others have their turn after so much work; a frame of a busy feed comes no sooner. */
const BITE_MS = 1;

export function whole<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** How others get their turn. */
export interface Turns {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  breathe(): Promise<void>;
}

export async function inTurns<Result>(steps: Steps<Result>, { clock, breathe }: Turns): Promise<Result> {
  let sinceMs = clock.monotonicMs();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (clock.monotonicMs() - sinceMs < BITE_MS) continue;
    await breathe();
    sinceMs = clock.monotonicMs();
  }
}

/** The same work as long as it is wanted: `undefined` once `stop` has aborted. */
export function* unlessStopped<Result>(
  steps: Steps<Result>,
  stop: Pick<AbortSignal, 'aborted'>,
): Steps<Result | undefined> {
  while (!stop.aborted) {
    const step = steps.next();
    if (step.done === true) return step.value;
    yield;
  }
  return undefined;
}

/** Breathes a turn of the loop. */
export const loopTurns = (clock: Turns['clock']): Turns => ({
  clock,
  breathe: () => new Promise<void>(nextTurn),
});
