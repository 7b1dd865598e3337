/**
 * The way of the deliveries of one destination: wait for room in the rate budgets, check the age, render,
 * send, settle; or try again, expire, die, suspend. No lane ever waits for another.
 *
 * p-queue decides how many go at once and whether any may go now; the backlog decides which: a task of the
 * queue is a ticket, and takes the most important delivery at the moment it starts. So whatever is fresh
 * overtakes what has waited, also after a pause.
 *
 * A delivery held here is `ready` (in the backlog), `waiting` (for its retry time) or `in flight`. At most
 * HEAD are held; the rest stay in the outbox (`behind`) and are taken up as places become free.
 */
import PQueue from 'p-queue';
import type { CommonOptions } from '../destinations/common-options.ts';
import type { Destination } from '../destinations/destination.ts';
import type { AttemptRecord, OwedDelivery } from '../outbox/outbox.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { Backlog, compare } from './backlog.ts';
import type { Budget, Slot } from './budget.ts';
import type { Delivery, FinalState } from './delivery.ts';
import type { AttemptResult } from './outcome.ts';
import { type Decision, decide } from './retry-policy.ts';

/** Enough to keep any destination busy; small enough that a dead one costs nothing. */
const HEAD = 1000;

/** A suspended destination is tried again after this, doubling up to the most. */
const PROBE_MS = { first: 60_000, most: 30 * 60_000 } as const;

/** What the lane needs of the journal. */
export interface LaneJournal {
  settle(attempt: AttemptRecord): void;
  owed(destination: string, limit: number): readonly OwedDelivery[];
}

export interface LaneEvents {
  attempted(
    delivery: Delivery,
    attempt: number,
    result: AttemptResult,
    startedMs: number,
    endedMs: number,
    decision: Decision,
  ): void;
  ended(delivery: Delivery, state: FinalState, reason: string | undefined, endedMs: number): void;
  /** Said once when it starts, once when it ends. */
  suspended(destination: string, reason: string, detail: string | undefined): void;
  resumed(destination: string): void;
  /** A template failed on this announcement; the destination's default form is used instead, or the delivery dies. */
  renderFailed(delivery: Delivery, message: string): void;
}

export interface LaneParts {
  readonly name: string;
  readonly options: CommonOptions;
  readonly destination: Destination<unknown>;
  /** Renders what is owed; throws on a template's run-time fault. `undefined` = the default form of the type. */
  readonly render: (delivery: Delivery) => unknown;
  readonly renderDefault: ((delivery: Delivery) => unknown) | undefined;
  /** The destination's own first, then the shared ones by their key. */
  readonly ownBudget: Budget;
  readonly sharedBudgets: ReadonlyMap<string, Budget>;
  readonly journal: LaneJournal;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: LaneEvents;
}

/** A delivery in the lane's hands. */
interface Held {
  readonly delivery: Delivery;
  attempts: number;
  plain: boolean;
  message: unknown;
  place: 'ready' | 'waiting' | 'in flight';
  notBeforeMs: number;
  retry: Timer | undefined;
}

export interface LaneStatus {
  readonly held: number;
  readonly inFlight: number;
  /** More waits in the outbox than is held. */
  readonly behind: boolean;
  readonly pausedUntilMs: number;
  readonly suspended: { readonly reason: string; readonly sinceMs: number } | undefined;
}

export class Lane {
  readonly #parts: LaneParts;
  readonly #budgets: readonly Budget[];
  readonly #queue: PQueue;
  readonly #backlog = new Backlog<Held>();
  readonly #held = new Map<string, Held>();
  readonly #stop = new AbortController();
  #inFlight = 0;
  #behind = false;
  #sweep: Timer | undefined;
  #refillSoon: Timer | undefined;
  #suspended: { reason: string; sinceMs: number; probes: number } | undefined;

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#budgets = [parts.ownBudget, ...parts.sharedBudgets.values()];
    this.#queue = new PQueue({ concurrency: parts.options.concurrency });
  }

  /** The most important delivery that is ready; budgets wake lanes in this order. */
  get head(): Held | undefined {
    return this.#backlog.head;
  }

  get status(): LaneStatus {
    return {
      held: this.#held.size,
      inFlight: this.#inFlight,
      behind: this.#behind,
      pausedUntilMs: Math.max(...this.#budgets.map((budget) => budget.pausedUntilMs)),
      suspended: this.#suspended && { reason: this.#suspended.reason, sinceMs: this.#suspended.sinceMs },
    };
  }

  /** A fresh delivery, already in the outbox. If there is room it is on its way when this returns. */
  push(delivery: Delivery): void {
    this.#hold({ delivery, attempts: 0, plain: false, notBeforeMs: 0 });
  }

  /** Takes up what the outbox still owes: at the start, when places become free, when somebody changed the store. */
  refill(): void {
    this.#refillSoon?.cancel();
    this.#refillSoon = undefined;
    if (this.#stop.signal.aborted) return;
    const owed = this.#parts.journal.owed(this.#parts.name, HEAD);
    this.#behind = owed.length === HEAD;
    for (const item of owed) {
      if (this.#held.size >= HEAD) break;
      if (!this.#held.has(item.delivery.id)) this.#hold(item);
    }
  }

  /** Drops what was decided elsewhere (`deliveries discard`): only what the outbox still owes stays. */
  reconcile(): void {
    if (this.#behind) return this.refill();
    const owed = new Set(
      this.#parts.journal.owed(this.#parts.name, HEAD + 1).map(({ delivery }) => delivery.id),
    );
    for (const held of this.#held.values())
      if (held.place !== 'in flight' && !owed.has(held.delivery.id)) this.#drop(held);
    this.refill();
  }

  /** The destination was mended (reload, by hand): try at once. */
  resume(): void {
    this.#endSuspension();
    this.#parts.ownBudget.resume();
  }

  wake(): void {
    this.#queue.start();
    this.#issueTickets();
  }

  /** No new sends; those in flight may end until `deadline` aborts, which costs them no attempt. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#queue.pause();
    this.#queue.clear();
    for (const budget of this.#budgets) budget.unpark(this);
    this.#sweep?.cancel();
    this.#refillSoon?.cancel();
    for (const held of this.#held.values()) held.retry?.cancel();
    const abort = () => this.#stop.abort();
    if (deadline.aborted) abort();
    deadline.addEventListener('abort', abort, { once: true });
    await this.#queue.onIdle();
    deadline.removeEventListener('abort', abort);
    abort();
  }

  #hold(item: OwedDelivery): void {
    const { delivery, attempts, plain, notBeforeMs } = item;
    if (this.#held.size >= HEAD && !this.#makeRoom(delivery)) return;
    const held: Held = {
      delivery,
      attempts,
      plain,
      notBeforeMs,
      message: undefined,
      place: 'ready',
      retry: undefined,
    };
    this.#held.set(delivery.id, held);
    if (this.#parts.options.dryRun)
      return this.#end(held, 'skipped', 'dry_run', this.#parts.clock.monotonicMs());
    if (notBeforeMs > 0 && notBeforeMs > this.#parts.clock.monotonicMs()) this.#waitForRetry(held);
    else this.#ready(held);
  }

  /** Lets go of the least important one (it stays in the outbox). False if the newcomer is that one. */
  #makeRoom(newcomer: Delivery): boolean {
    this.#behind = true;
    let least: Held | undefined;
    for (const held of this.#held.values())
      if (held.place !== 'in flight' && (least === undefined || compare(held, least) < 0)) least = held;
    if (least === undefined || compare({ delivery: newcomer }, least) < 0) return false;
    this.#drop(least);
    return true;
  }

  #drop(held: Held): void {
    held.retry?.cancel();
    if (held.place === 'ready') this.#backlog.remove(held);
    this.#held.delete(held.delivery.id);
  }

  #ready(held: Held): void {
    held.place = 'ready';
    this.#backlog.add(held);
    this.#issueTickets();
  }

  /** One ticket for each ready delivery; a ticket that finds none is harmless. */
  #issueTickets(): void {
    if (this.#stop.signal.aborted) return;
    while (this.#queue.size < this.#backlog.size && !this.#queue.isPaused) {
      void this.#queue.add(this.#sendNext);
    }
    if (this.#queue.isPaused) this.#armSweep();
  }

  /** A ticket: runs synchronously up to the request. */
  readonly #sendNext = async (): Promise<void> => {
    const nowMs = this.#parts.clock.monotonicMs();
    this.#expireHead(nowMs);
    const held = this.#backlog.head;
    if (held === undefined || this.#stop.signal.aborted) return;
    if (!this.#hasRoom(nowMs)) return;
    this.#backlog.takeHead();
    held.place = 'in flight';
    const message = this.#render(held, nowMs);
    if (message === undefined) return;
    const slots = this.#budgets.map((budget) => budget.take());
    await this.#attempt(held, message, slots, nowMs);
  };

  /** The most useful first: whatever is too old at the head goes out of the way. */
  #expireHead(nowMs: number): void {
    for (
      let head = this.#backlog.head;
      head !== undefined && isExpired(head, nowMs);
      head = this.#backlog.head
    ) {
      this.#backlog.takeHead();
      this.#end(head, 'expired', 'max_age', nowMs);
    }
  }

  /** False after parking at the budget that has no room for longest. */
  #hasRoom(nowMs: number): boolean {
    let longestMs = 0;
    let full: Budget | undefined;
    for (const budget of this.#budgets) {
      const waitMs = budget.waitMs(nowMs);
      if (waitMs > longestMs) [longestMs, full] = [waitMs, budget];
    }
    if (full === undefined) return true;
    this.#queue.pause();
    full.park(this);
    this.#armSweep();
    return false;
  }

  #render(held: Held, nowMs: number): unknown {
    if (held.message !== undefined) return held.message;
    const { render, renderDefault, events } = this.#parts;
    try {
      held.message = render(held.delivery);
    } catch (error) {
      events.renderFailed(held.delivery, error instanceof Error ? error.message : String(error));
      if (renderDefault === undefined) this.#end(held, 'dead', 'template', nowMs);
      else held.message = renderDefault(held.delivery);
    }
    return held.message;
  }

  async #attempt(held: Held, message: unknown, slots: readonly Slot[], startedMs: number): Promise<void> {
    const { destination, options, clock } = this.#parts;
    const { delivery } = held;
    const deadline = new AbortController();
    const abort = () => deadline.abort();
    const timer = clock.after(
      Math.min(options.timeout, (delivery.expiresAtMs ?? Number.POSITIVE_INFINITY) - startedMs),
      abort,
    );
    this.#stop.signal.addEventListener('abort', abort, { once: true });
    this.#inFlight++;
    const result = await destination.send(message, {
      deliveryId: delivery.id,
      attempt: held.attempts + 1,
      plain: held.plain,
      expiresAtMs:
        delivery.expiresAtMs === undefined ? undefined : clock.wallMs() + delivery.expiresAtMs - startedMs,
      signal: deadline.signal,
    });
    this.#inFlight--;
    timer.cancel();
    this.#stop.signal.removeEventListener('abort', abort);
    for (const [index, budget] of this.#budgets.entries()) {
      const slot = slots[index];
      if (slot !== undefined) budget.settle(slot, result.writtenMs);
    }
    // Shutdown is not a failure: the delivery stays owed and the attempt is not charged.
    if (this.#stop.signal.aborted && result.outcome.kind !== 'delivered') return;
    this.#settle(held, result, startedMs);
  }

  #settle(held: Held, result: AttemptResult, startedMs: number): void {
    const { options, clock, random, events } = this.#parts;
    const endedMs = clock.monotonicMs();
    held.attempts++;
    const decision = decide(result.outcome, held.attempts, options.retry, options.onAmbiguous, random);
    events.attempted(held.delivery, held.attempts, result, startedMs, endedMs, decision);
    if (decision.kind !== 'suspend') this.#endSuspension();
    switch (decision.kind) {
      case 'end':
        return this.#end(held, decision.state, decision.reason, endedMs, { result, startedMs });
      case 'suspend':
        this.#suspend(decision.reason, result.detail, endedMs);
        return this.#again(held, decision.reason, 0, endedMs, { result, startedMs });
      case 'again':
        if (decision.pause !== undefined) this.#pause(decision.pause.budget, endedMs + decision.pause.ms);
        held.plain ||= decision.plain;
        return this.#again(held, decision.reason, decision.delayMs, endedMs, { result, startedMs });
      default:
        return decision satisfies never;
    }
  }

  #pause(key: string | undefined, untilMs: number): void {
    const budget = key === undefined ? undefined : this.#parts.sharedBudgets.get(key);
    (budget ?? this.#parts.ownBudget).pause(untilMs);
  }

  #again(held: Held, reason: string, delayMs: number, nowMs: number, made: Made): void {
    held.notBeforeMs = delayMs === 0 ? 0 : nowMs + delayMs;
    this.#record(held, 'pending', reason, nowMs, made);
    if (delayMs === 0) this.#ready(held);
    else this.#waitForRetry(held);
  }

  #waitForRetry(held: Held): void {
    held.place = 'waiting';
    const delayMs = held.notBeforeMs - this.#parts.clock.monotonicMs();
    held.retry = this.#parts.clock.after(delayMs, () => this.#ready(held), false);
    this.#armSweep();
  }

  #end(held: Held, state: FinalState, reason: string | undefined, nowMs: number, made?: Made): void {
    this.#held.delete(held.delivery.id);
    this.#record(held, state, reason, nowMs, made);
    this.#parts.events.ended(held.delivery, state, reason, nowMs);
    if (this.#behind && this.#held.size < HEAD / 2)
      this.#refillSoon ??= this.#parts.clock.after(0, () => this.refill());
  }

  #record(
    held: Held,
    state: AttemptRecord['state'],
    reason: string | undefined,
    nowMs: number,
    made?: Made,
  ): void {
    this.#parts.journal.settle({
      deliveryId: held.delivery.id,
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
    });
  }

  #suspend(reason: string, detail: string | undefined, nowMs: number): void {
    const probes = (this.#suspended?.probes ?? -1) + 1;
    if (this.#suspended === undefined) this.#parts.events.suspended(this.#parts.name, reason, detail);
    this.#suspended = { reason, sinceMs: this.#suspended?.sinceMs ?? nowMs, probes };
    this.#parts.ownBudget.pause(nowMs + Math.min(PROBE_MS.first * 2 ** probes, PROBE_MS.most));
  }

  #endSuspension(): void {
    if (this.#suspended === undefined) return;
    this.#suspended = undefined;
    this.#parts.events.resumed(this.#parts.name);
  }

  /** What can no longer be sent in time is said so when its time is up, not when its turn would have come. */
  #armSweep(): void {
    this.#sweep?.cancel();
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const { place, delivery } of this.#held.values())
      if (place !== 'in flight')
        earliestMs = Math.min(earliestMs, delivery.expiresAtMs ?? Number.POSITIVE_INFINITY);
    if (earliestMs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.max(0, Math.ceil(earliestMs - this.#parts.clock.monotonicMs()));
    this.#sweep = this.#parts.clock.after(delayMs, () => this.#expireAll(), false);
  }

  #expireAll(): void {
    const nowMs = this.#parts.clock.monotonicMs();
    for (const held of [...this.#held.values()]) {
      if (held.place === 'in flight' || !isExpired(held, nowMs)) continue;
      this.#drop(held);
      this.#end(held, 'expired', 'max_age', nowMs);
    }
    this.#armSweep();
  }
}

/** The attempt that led to a state. */
interface Made {
  readonly result: AttemptResult;
  readonly startedMs: number;
}

const isExpired = ({ delivery }: Held, nowMs: number) =>
  delivery.expiresAtMs !== undefined && nowMs >= delivery.expiresAtMs;

const outcomeWord = ({ outcome }: AttemptResult) =>
  'reason' in outcome ? `${outcome.kind} ${outcome.reason}` : outcome.kind;
