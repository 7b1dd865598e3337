/**
 * The way of the deliveries of one destination: wait for room in the rate budgets, check the age, render,
 * send, settle; or try again, expire, die, suspend. No lane ever waits for another.
 *
 * p-queue decides how many go at once and whether any may go now; the head decides which: a task of the
 * queue is a ticket, and takes the most important delivery at the moment it starts. So whatever is fresh
 * overtakes what has waited, also after a pause.
 *
 * At most HEAD deliveries are held in memory (`head.ts`); the rest stay in the outbox, behind them (`supply.ts`).
 */
import PQueue from 'p-queue';
import type { OwedDelivery } from '../outbox/outbox.ts';
import { begin, isUnsure, type Made, recordOf } from './attempt.ts';
import { expiryOf } from './backlog.ts';
import type { Delivery, FinalState } from './delivery.ts';
import { Flights, type Landed } from './flights.ts';
import { Head, type Held, isExpired } from './head.ts';
import type { LaneParts, LaneStatus } from './lane-parts.ts';
import { messageFor } from './message.ts';
import type { AttemptResult } from './outcome.ts';
import { isRefusal, renewed } from './renewal.ts';
import { decide, isUnreadable, isUsedUp } from './retry-policy.ts';
import { Room } from './room.ts';
import { Supply } from './supply.ts';
import { Suspension } from './suspension.ts';
import { Sweep } from './sweep.ts';

export class Lane {
  #parts: LaneParts;
  #room: Room;
  readonly #queue: PQueue;
  readonly #head = new Head();
  readonly #sweep: Sweep;
  readonly #suspension: Suspension;
  /** Nothing is sent any more. */
  #isStopped = false;
  readonly #flights = new Flights();
  readonly #supply: Supply;

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#room = new Room(parts.ownBudget, parts.sharedBudgets);
    this.#queue = new PQueue({ concurrency: parts.options.concurrency });
    this.#sweep = new Sweep(this.#head, parts.clock, (held, nowMs) => this.#expire(held, nowMs));
    this.#suspension = new Suspension(parts.name, parts.ownBudget, parts.events);
    const takeUp = (item: OwedDelivery) => this.#place(this.#head.take(item), parts.clock.monotonicMs());
    this.#supply = new Supply(this.#head, () => this.#parts, takeUp);
  }

  /** The most important delivery that is ready; budgets wake lanes in this order. */
  get head(): Held | undefined {
    return this.#head.next;
  }

  get status(): LaneStatus {
    return {
      held: this.#head.size,
      inFlight: this.#flights.size,
      behind: this.#supply.isBehind,
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
    if (!this.#supply.makeRoom(delivery)) return;
    const held = this.#head.take({ delivery, attempts: 0, plain: false, notBeforeMs: 0 });
    // The rules in force have just been asked.
    if (!this.#parts.options.dryRun) return this.#ready(held);
    this.#end(held, 'skipped', 'dry_run', this.#parts.clock.monotonicMs());
  }

  /** Nothing that has not left yet leaves as it is: the destination is no more. What is recalled stays owed. */
  recall(): void {
    this.#flights.recall();
  }

  /** Takes up what the outbox still owes: at the start, when places become free, when somebody changed the store. */
  refill(): void {
    this.#supply.refill();
  }

  /**
   * Somebody changed the store: takes up what is owed anew (`deliveries retry`), drops what is not any more
   * (`deliveries discard`), and tries a suspended destination, which is what whoever does this expects.
   */
  reconcile(): void {
    this.#supply.compareHeld();
    this.refill();
    this.resume();
  }

  /** The destination may have been mended (reload, by hand): try at once. */
  resume(): void {
    this.#suspension.probe();
  }

  /**
   * A reload: from now on nothing leaves but as these say, and nothing that they would not send; what was on the
   * wire may end. A suspended destination is tried. Resolves when the sends that were under way by then, which
   * still use the old destination, have ended.
   */
  async reconfigure(parts: LaneParts): Promise<void> {
    // No ticket before the most important of all is known: a new concurrency would hand some out.
    this.#queue.pause();
    const ended = this.#flights.ended();
    this.#flights.recall();
    this.#room.unpark(this);
    const before = this.#parts.options;
    this.#parts = parts;
    this.#room = new Room(parts.ownBudget, parts.sharedBudgets);
    this.#suspension.moveTo(parts.ownBudget);
    this.#queue.concurrency = parts.options.concurrency;
    if (parts.options.onAmbiguous === 'drop' && before.onAmbiguous !== 'drop')
      for (const flight of this.#flights.left) begin(flight, parts.journal);
    const nowMs = parts.clock.monotonicMs();
    for (const held of [...this.#head]) {
      held.message = undefined;
      if (held.place === 'in flight') continue;
      this.#head.move(held, 'new');
      if (isUsedUp(held, parts.options.retry, before.retry)) this.#end(held, 'dead', held.reason, nowMs);
      else this.#place(held, nowMs);
    }
    this.resume();
    this.wake();
    await ended;
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
    for (const held of this.#head) held.retry?.cancel();
    const abort = () => {
      this.#isStopped = true;
      this.#supply.stop();
      this.#flights.cut();
    };
    if (deadline.aborted) abort();
    deadline.addEventListener('abort', abort, { once: true });
    await this.#queue.onIdle();
    deadline.removeEventListener('abort', abort);
    abort();
  }

  /** Where it has to wait, or its end when the config in force would not send it. */
  #place(held: Held, nowMs: number): void {
    const made = renewed({ ...held, delivery: held.queued }, this.#parts);
    if (isRefusal(made)) return this.#end(held, made.state, made.reason, nowMs);
    held.delivery = made;
    if (held.notBeforeMs > nowMs) this.#waitForRetry(held, nowMs);
    else this.#ready(held);
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
    const landed = await this.#flights.start(this.#parts, held, message, startedMs);
    room.settle(places, landed.result.writtenMs);
    this.#land(held, landed, startedMs, room);
  }

  #land(held: Held, { result, isRecalled }: Landed, startedMs: number, room: Room): void {
    const nowMs = this.#parts.clock.monotonicMs();
    if (isRecalled) return held.isStale ? this.#letGo(held) : this.#place(held, nowMs);
    if (!this.#isStopped || result.outcome.kind === 'delivered')
      return this.#settle(held, result, startedMs, room);
    // Shutdown is not a failure: the delivery stays owed and the attempt is not charged. But it may have arrived.
    if (result.writtenMs === undefined) return;
    if (!isUnsure(result)) return this.#settle(held, result, startedMs, room);
    if (this.#parts.options.onAmbiguous === 'resend')
      return this.#parts.journal.settle(recordOf(held, 'pending', held.reason, nowMs));
    held.attempts++;
    this.#end(held, 'dead', 'may_have_arrived', nowMs, { result, startedMs });
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
    held.reason = reason;
    this.#parts.journal.settle(recordOf(held, 'pending', reason, nowMs, made));
    if (held.isStale) this.#letGo(held);
    else this.#place(held, nowMs);
  }

  /** If it is still owed, the outbox says so. */
  #letGo(held: Held): void {
    this.#head.move(held, 'gone');
    this.#supply.refillSoon();
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
    this.#supply.ended();
  }
}
