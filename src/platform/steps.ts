/**
 * Work that is made of small steps: done at once by who has nothing else to do, and in turns on a loop that carries the
 * news.
 */
import type { Clock } from './clock.ts';

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
