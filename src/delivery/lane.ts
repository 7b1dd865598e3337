/**
 * The way of the deliveries of one destination: wait for room in the rate budgets, check the age, render,
 * send, settle; or try again, expire, die, suspend. No lane ever waits for another.
 *
 * p-queue decides how many go at once and whether any may go now; the head decides which: a task of the
 * queue is a ticket, and takes the most important delivery at the moment it starts. So whatever is fresh
 * overtakes what has waited, also after a pause.
 *
 * At most HEAD deliveries are held in memory (`head.ts`); the rest stay in the outbox (`behind`) and are
 * taken up as places become free.
 */
import PQueue from 'p-queue';
import type { OwedDelivery } from '../outbox/outbox.ts';
import type { Timer } from '../platform/clock.ts';
import { attempt, type Made, recordOf } from './attempt.ts';
import { compare, expiryOf } from './backlog.ts';
import type { Delivery, FinalState } from './delivery.ts';
import { Head, type Held, isExpired } from './head.ts';
import type { LaneParts, LaneStatus } from './lane-parts.ts';
import { messageFor } from './message.ts';
import type { AttemptResult } from './outcome.ts';
import { decide, isUnreadable } from './retry-policy.ts';
import { Room } from './room.ts';
import { Suspension } from './suspension.ts';
import { Sweep } from './sweep.ts';

/** Enough to keep any destination busy; small enough that a dead one costs nothing. */
export const HEAD = 1000;

export class Lane {
  #parts: LaneParts;
  #room: Room;
  readonly #queue: PQueue;
  readonly #head = new Head();
  readonly #sweep: Sweep;
  readonly #suspension: Suspension;
  /** Nothing is sent any more. */
  #isStopped = false;
  readonly #deadlines = new Set<AbortController>();
  readonly #underWay = new Set<Promise<unknown>>();
  #behind = false;
  #refillSoon: Timer | undefined;

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#room = new Room(parts.ownBudget, parts.sharedBudgets);
    this.#queue = new PQueue({ concurrency: parts.options.concurrency });
    this.#sweep = new Sweep(this.#head, parts.clock, (held, nowMs) => this.#expire(held, nowMs));
    this.#suspension = new Suspension(parts.name, parts.ownBudget, parts.events);
  }

  /** The most important delivery that is ready; budgets wake lanes in this order. */
  get head(): Held | undefined {
    return this.#head.next;
  }

  get status(): LaneStatus {
    return {
      held: this.#head.size,
      inFlight: this.#underWay.size,
      behind: this.#behind,
      pausedUntilMs: this.#room.pausedUntilMs,
      nearBanUntilMs: this.#room.nearBanUntilMs,
      suspended: this.#suspension.status,
    };
  }

  /** What is in memory, as the outbox would owe it. */
  get held(): Iterable<OwedDelivery> {
    return this.#head;
  }

  /** A fresh delivery, already in the outbox. If there is room it is on its way when this returns. */
  push(delivery: Delivery): void {
    this.#hold({ delivery, attempts: 0, plain: false, notBeforeMs: 0 });
  }

  /** Takes up what the outbox still owes: at the start, when places become free, when somebody changed the store. */
  refill(): void {
    this.#refillSoon?.cancel();
    this.#refillSoon = undefined;
    if (this.#isStopped) return;
    const owed = this.#parts.journal.owed(this.#parts.name, HEAD);
    if (owed === undefined) return;
    this.#behind = owed.length === HEAD;
    for (const item of owed) {
      if (this.#head.size >= HEAD) break;
      if (!this.#head.has(item.delivery.id)) this.#hold(item);
    }
  }

  /**
   * Somebody changed the store: takes up what is owed anew (`deliveries retry`), drops what is not any more
   * (`deliveries discard`), and tries a suspended destination, which is what whoever does this expects.
   */
  reconcile(): void {
    const owed = this.#parts.journal.owed(this.#parts.name, HEAD + 1);
    // Nothing is known while the store is broken.
    if (owed !== undefined) this.#head.keepOnly(owed);
    this.refill();
    this.resume();
  }

  /** The destination may have been mended (reload, by hand): try at once. */
  resume(): void {
    this.#suspension.probe();
  }

  /**
   * A reload: from the next send on as these say; what is held stays held, a suspended one is tried. Resolves
   * when the sends that were under way by then, which still use the old destination, have ended.
   */
  async reconfigure(parts: LaneParts): Promise<void> {
    const before = [...this.#underWay];
    this.#room.unpark(this);
    this.#parts = parts;
    this.#room = new Room(parts.ownBudget, parts.sharedBudgets);
    this.#suspension.moveTo(parts.ownBudget);
    this.#queue.concurrency = parts.options.concurrency;
    const nowMs = parts.clock.monotonicMs();
    for (const held of this.#head) {
      held.message = undefined;
      if (parts.options.dryRun && held.place !== 'in flight') this.#end(held, 'skipped', 'dry_run', nowMs);
    }
    this.resume();
    this.wake();
    await Promise.all(before);
  }

  wake(): void {
    this.#queue.start();
    this.#issueTickets();
  }

  /** No new sends; those in flight may end until `deadline` aborts, which costs them no attempt. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#queue.pause();
    this.#queue.clear();
    this.#room.unpark(this);
    this.#sweep.stop();
    this.#refillSoon?.cancel();
    for (const held of this.#head) held.retry?.cancel();
    const abort = () => {
      this.#isStopped = true;
      for (const each of this.#deadlines) each.abort();
    };
    if (deadline.aborted) abort();
    deadline.addEventListener('abort', abort, { once: true });
    await this.#queue.onIdle();
    deadline.removeEventListener('abort', abort);
    abort();
  }

  #hold(item: OwedDelivery): void {
    if (this.#head.size >= HEAD && !this.#makeRoom(item.delivery)) return;
    const held = this.#head.take(item);
    const nowMs = this.#parts.clock.monotonicMs();
    if (this.#parts.options.dryRun) this.#end(held, 'skipped', 'dry_run', nowMs);
    else if (held.notBeforeMs > nowMs) this.#waitForRetry(held, nowMs);
    else this.#ready(held);
  }

  /** Lets go of the least important one (it stays in the outbox). False if the newcomer is that one. */
  #makeRoom(newcomer: Delivery): boolean {
    this.#behind = true;
    const least = this.#head.least;
    if (least === undefined || compare({ delivery: newcomer }, least) < 0) return false;
    this.#head.move(least, 'gone');
    return true;
  }

  #ready(held: Held): void {
    this.#head.move(held, 'ready');
    this.#issueTickets();
  }

  /** One ticket for each ready delivery; a ticket that finds none is harmless. */
  #issueTickets(): void {
    if (this.#isStopped) return;
    while (this.#queue.size < this.#head.readyCount && !this.#queue.isPaused)
      void this.#queue.add(this.#sendNext);
    if (this.#head.readyCount > 0) this.#sweep.arm();
  }

  /** A ticket: runs synchronously up to the request. */
  readonly #sendNext = async (): Promise<void> => {
    const nowMs = this.#parts.clock.monotonicMs();
    const held = this.#nextInTime(nowMs);
    if (held === undefined || this.#isStopped || !this.#hasRoom(nowMs)) return;
    this.#head.move(held, 'in flight');
    const message = messageFor(held, this.#parts);
    if (message === undefined) return this.#end(held, 'dead', 'template', nowMs);
    await this.#attempt(held, message, nowMs);
  };

  /** The most useful first: whatever is too old before it goes out of the way. */
  #nextInTime(nowMs: number): Held | undefined {
    let held = this.#head.next;
    while (held !== undefined && isExpired(held, nowMs)) {
      this.#expire(held, nowMs);
      held = this.#head.next;
    }
    return held;
  }

  /** False after parking at the budget that has no room for longest. */
  #hasRoom(nowMs: number): boolean {
    const full = this.#room.fullest(nowMs);
    if (full === undefined) return true;
    this.#queue.pause();
    full.park(this);
    return false;
  }

  async #attempt(held: Held, message: unknown, startedMs: number): Promise<void> {
    const room = this.#room;
    const places = room.take();
    const underWay = attempt(this.#parts, held, message, startedMs, this.#deadlines);
    this.#underWay.add(underWay);
    const result = await underWay;
    this.#underWay.delete(underWay);
    room.settle(places, result.writtenMs);
    // Shutdown is not a failure: the delivery stays owed and the attempt is not charged.
    if (this.#isStopped && result.outcome.kind !== 'delivered') return;
    this.#settle(held, result, startedMs, room);
  }

  /** `room`: where it was sent from; what that far end says is no longer about this one after it has been replaced. */
  #settle(held: Held, result: AttemptResult, startedMs: number, room: Room): void {
    const { options, clock, random, events } = this.#parts;
    const { retry, onAmbiguous } = options;
    const endedMs = clock.monotonicMs();
    const attempt = ++held.attempts;
    if (isUnreadable(result.outcome)) held.unreadable++;
    const { unreadable } = held;
    const leftMs = expiryOf(held) - endedMs;
    const decision = decide(result.outcome, { attempt, unreadable, retry, onAmbiguous, leftMs, random });
    events.attempted(held.delivery, held.attempts, result, startedMs, endedMs, decision);
    if (decision.kind === 'again' && decision.pause !== undefined) room.pause(decision.pause, endedMs);
    if (result.outcome.kind === 'delivered') room.relieve();
    if (result.limits !== undefined) {
      const silentUntilMs = room.heed(result.limits, endedMs);
      if (silentUntilMs !== undefined) events.nearBan(this.#parts.name, silentUntilMs);
    }
    if (room.own === this.#room.own) this.#suspension.learn(result, endedMs);
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

  #again(held: Held, reason: string, delayMs: number, nowMs: number, made: Made): void {
    held.notBeforeMs = delayMs === 0 ? 0 : nowMs + delayMs;
    this.#parts.journal.settle(recordOf(held, 'pending', reason, nowMs, made));
    if (held.isStale) this.#letGo(held);
    else if (delayMs === 0) this.#ready(held);
    else this.#waitForRetry(held, nowMs);
  }

  /** If it is still owed, the outbox says so. */
  #letGo(held: Held): void {
    this.#head.move(held, 'gone');
    this.#refillSoon ??= this.#parts.clock.after(0, () => this.refill());
  }

  #waitForRetry(held: Held, nowMs: number): void {
    this.#head.move(held, 'waiting');
    held.retry = this.#parts.clock.after(held.notBeforeMs - nowMs, () => this.#ready(held), false);
    this.#sweep.arm();
  }

  #expire(held: Held, nowMs: number): void {
    this.#end(held, 'expired', 'max_age', nowMs);
  }

  #end(held: Held, state: FinalState, reason: string | undefined, nowMs: number, made?: Made): void {
    this.#head.move(held, 'gone');
    this.#parts.journal.settle(recordOf(held, state, reason, nowMs, made));
    this.#parts.events.ended(held.delivery, state, reason, nowMs);
    if (this.#behind && this.#head.size < HEAD / 2)
      this.#refillSoon ??= this.#parts.clock.after(0, () => this.refill());
  }
}
