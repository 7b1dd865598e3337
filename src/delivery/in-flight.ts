/**
 * The attempts of a lane that are under way. Until its bytes have left an attempt can be recalled, and nothing
 * has happened; from then on it can only be cut, and nobody knows whether it arrived.
 */
import { LightDeadline } from '../platform/deadline.ts';
import { attempt, type Flight, isUnsure } from './attempt.ts';
import type { Held } from './head.ts';
import type { LaneDeps } from './lane-deps.ts';
import type { AttemptResult } from './outcome.ts';

export interface Landed {
  readonly result: AttemptResult;
  /** Nothing left, because it was recalled. */
  readonly isRecalled: boolean;
}

export class InFlight {
  readonly #flights = new Set<Flight>();
  readonly #underWay = new Set<Promise<unknown>>();

  get size(): number {
    return this.#flights.size;
  }

  /** Those whose bytes have left. */
  get left(): readonly Flight[] {
    return [...this.#flights].filter(({ hasLeft }) => hasLeft);
  }

  /** Of some that were recalled it is not yet known that nothing left: they may be what goes next. */
  get areComingBack(): boolean {
    for (const { isRecalled, hasLeft } of this.#flights) if (isRecalled && !hasLeft) return true;
    return false;
  }

  async start(deps: LaneDeps, held: Held, message: unknown, startedMs: number): Promise<Landed> {
    const deadline = new LightDeadline();
    const flight: Flight = {
      held,
      startedMs,
      deadline,
      hasLeft: false,
      isRecalled: false,
      begunBeforeMs: held.begunMs,
    };
    const underWay = attempt(deps, flight, message);
    this.#flights.add(flight);
    this.#underWay.add(underWay);
    const result = await underWay;
    this.#flights.delete(flight);
    this.#underWay.delete(underWay);
    // Whatever else is known of the attempt: whether it may have arrived.
    if (isUnsure(result)) held.begunMs ??= startedMs;
    else {
      held.begunMs = flight.begunBeforeMs;
      if (result.outcome.kind !== 'delivered') flight.claim?.takeBack(result);
    }
    const hasLeft = flight.hasLeft || result.writtenMs !== undefined || result.outcome.kind === 'delivered';
    return { result, isRecalled: flight.isRecalled && !hasLeft };
  }

  /** Those whose bytes have not left. */
  recall(which: (held: Held) => boolean = () => true): void {
    for (const flight of this.#flights) {
      if (flight.hasLeft || !which(flight.held)) continue;
      flight.isRecalled = true;
      flight.deadline.abort('before it was called back');
    }
  }

  /** All of them. */
  cut(): void {
    for (const { deadline } of this.#flights) deadline.abort('before the bridge stopped');
  }

  /** Resolves when those that are under way now have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#underWay);
  }
}
