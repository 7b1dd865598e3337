/**
 * A destination that said that it is gone (401, 403, 404, 410 and their kin) is suspended: said once, its
 * queue kept, tried again slowly with one delivery, and at once when somebody may have mended it. It ends
 * when the destination answers as one that exists; a failure to reach it proves nothing either way.
 */
import type { Budget } from './budget.ts';
import type { LaneEvents } from './lane-parts.ts';
import type { AttemptResult } from './outcome.ts';

/** Time to the first probe, doubling up to the most. */
const PROBE_MS = { first: 60_000, most: 30 * 60_000 } as const;

export class Suspension {
  readonly #destination: string;
  #budget: Budget;
  readonly #events: Pick<LaneEvents, 'suspended' | 'resumed'>;
  #since: { readonly reason: string; readonly sinceMs: number } | undefined;
  #probes = 0;
  #nextProbeMs = 0;

  /** `budget`: the destination's own, which is held while it lasts. */
  constructor(destination: string, budget: Budget, events: Pick<LaneEvents, 'suspended' | 'resumed'>) {
    this.#destination = destination;
    this.#budget = budget;
    this.#events = events;
    // Held for an earlier lane of this name, which was suspended when it left the config: nobody else would end that.
    budget.resume();
  }

  /** A reload: another far end has a budget of its own. */
  moveTo(budget: Budget): void {
    if (budget === this.#budget) return;
    this.#budget.resume();
    this.#budget = budget;
  }

  get status(): { readonly reason: string; readonly sinceMs: number } | undefined {
    return this.#since;
  }

  /** After every attempt, once a pause that it asked for is in force: ending a suspension wakes the lane. */
  learn({ outcome, detail }: AttemptResult, nowMs: number): void {
    if (outcome.kind === 'reject' && outcome.scope !== 'message') {
      if (this.#since === undefined) this.#events.suspended(this.#destination, outcome.reason, detail);
      this.#since ??= { reason: outcome.reason, sinceMs: nowMs };
      return this.#probeLater(nowMs);
    }
    if (answers(outcome)) return this.#end();
    if (this.#since !== undefined) this.#probeLater(nowMs);
  }

  /** Somebody may have mended it: one delivery goes now, and its answer tells. */
  probe(): void {
    if (this.#since === undefined) return;
    this.#probes = 0;
    this.#nextProbeMs = 0;
    this.#budget.resume();
  }

  #end(): void {
    if (this.#since === undefined) return;
    this.#since = undefined;
    this.#probes = 0;
    this.#nextProbeMs = 0;
    this.#events.resumed(this.#destination);
    this.#budget.resume();
  }

  #probeLater(nowMs: number): void {
    // Not a probe, but one of those that were under way when it began: it tells nothing new.
    if (nowMs < this.#nextProbeMs) return;
    this.#nextProbeMs = nowMs + Math.min(PROBE_MS.first * 2 ** this.#probes++, PROBE_MS.most);
    this.#budget.hold(this.#nextProbeMs);
  }
}

/** The destination itself spoke, and did not say that it is gone. */
function answers(outcome: AttemptResult['outcome']): boolean {
  if (outcome.kind === 'retry')
    return outcome.reason === 'rate_limited' || outcome.reason === 'format_refused';
  return outcome.kind === 'delivered' || outcome.kind === 'reject';
}
