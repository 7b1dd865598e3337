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
import type { OwedDelivery } from '../outbox/outbox.ts';
import type { Timer } from '../platform/clock.ts';
import { attempt, type Made, recordOf } from './attempt.ts';
import { Backlog, compare } from './backlog.ts';
import type { Budget } from './budget.ts';
import type { Delivery, FinalState } from './delivery.ts';
import type { Held, LaneParts, LaneStatus } from './lane-parts.ts';
import type { AttemptResult } from './outcome.ts';
import { decide } from './retry-policy.ts';
import { Suspension } from './suspension.ts';

/** Enough to keep any destination busy; small enough that a dead one costs nothing. */
const HEAD = 1000;

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
  readonly #suspension: Suspension;

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#budgets = [parts.ownBudget, ...parts.sharedBudgets.values()];
    this.#queue = new PQueue({ concurrency: parts.options.concurrency });
    this.#suspension = new Suspension(parts.name, parts.ownBudget, parts.events);
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
      suspended: this.#suspension.status,
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
    this.#suspension.end();
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
    const { delivery, notBeforeMs } = item;
    if (this.#held.size >= HEAD && !this.#makeRoom(delivery)) return;
    const held: Held = { ...item, message: undefined, place: 'ready', retry: undefined };
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
    await this.#attempt(held, message, nowMs);
  };

  /** The most useful first: whatever is too old at the head goes out of the way. */
  #expireHead(nowMs: number): void {
    let head = this.#backlog.head;
    while (head !== undefined && isExpired(head, nowMs)) {
      this.#backlog.takeHead();
      this.#end(head, 'expired', 'max_age', nowMs);
      head = this.#backlog.head;
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

  async #attempt(held: Held, message: unknown, startedMs: number): Promise<void> {
    const slots = this.#budgets.map((budget) => [budget, budget.take()] as const);
    this.#inFlight++;
    const result = await attempt(this.#parts, held, message, startedMs, this.#stop.signal);
    this.#inFlight--;
    for (const [budget, slot] of slots) budget.settle(slot, result.writtenMs);
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
    if (decision.kind === 'again' && decision.pause !== undefined)
      this.#pause(decision.pause.budget, endedMs + decision.pause.ms);
    this.#suspension.learn(result, endedMs);
    const made = { result, startedMs };
    switch (decision.kind) {
      case 'end':
        return this.#end(held, decision.state, decision.reason, endedMs, made);
      case 'suspend':
        return this.#again(held, decision.reason, 0, endedMs, made);
      case 'again':
        held.plain ||= decision.plain;
        return this.#again(held, decision.reason, decision.delayMs, endedMs, made);
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
    this.#parts.journal.settle(recordOf(held, 'pending', reason, nowMs, made));
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
    this.#parts.journal.settle(recordOf(held, state, reason, nowMs, made));
    this.#parts.events.ended(held.delivery, state, reason, nowMs);
    if (this.#behind && this.#held.size < HEAD / 2)
      this.#refillSoon ??= this.#parts.clock.after(0, () => this.refill());
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

const isExpired = ({ delivery }: Held, nowMs: number) =>
  delivery.expiresAtMs !== undefined && nowMs >= delivery.expiresAtMs;
