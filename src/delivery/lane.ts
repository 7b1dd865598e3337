/**
 * The way of the deliveries of one destination: room in the rate budgets, age, render, send, settle; or try again, expire, die. No lane
 * waits for another. `Starts` decides how many go at once; the head decides which: the most important of that moment. So whatever is fresh
 * overtakes what has waited. At most HEAD are in its hands (`head.ts` has their states); the rest wait behind them (`supply.ts`). */
import { begin, type Ending, isUnsure, type Made, recordOf } from './attempt.ts';
import { conclude, type Sent } from './conclusion.ts';
import { type Delivery, type FinalState, type PendingDelivery, unattempted } from './delivery.ts';
import { Head, type Held, isExpired } from './head.ts';
import { isHold } from './health-signal.ts';
import { InFlight, type Landed } from './in-flight.ts';
import type { Suspension } from './judgement.ts';
import { concurrencyOf, type LaneDeps, type LaneStatus, statusOf } from './lane-deps.ts';
import { LaneGate } from './lane-gate.ts';
import { messageFor, NoMessage } from './message.ts';
import { ProbeGate } from './probe-gate.ts';
import { dueMs, isRefusal, renewed } from './renewal.ts';
import { type Decision, isUsedUp } from './retry-policy.ts';
import { Room } from './room.ts';
import { Starts } from './starts.ts';
import { Supply } from './supply.ts';
import { Sweep } from './sweep.ts';
import { Trouble } from './trouble.ts';

export class Lane {
  #deps: LaneDeps;
  #room: Room;
  readonly #starts = new Starts();
  readonly #head = new Head();
  readonly #sweep: Sweep;
  #trouble = new Trouble<Held>();
  readonly #lookout: ProbeGate;
  /** Nothing new is sent; then: nothing at all. */
  #isStopping = false;
  #isStopped = false;
  readonly #flights = new InFlight();
  readonly #supply: Supply;
  readonly #gate: LaneGate;

  constructor(deps: LaneDeps) {
    this.#deps = deps;
    this.#room = new Room(deps.ownBudget, deps.sharedBudgets);
    this.#sweep = new Sweep(this.#head, deps.clock, (held, nowMs) =>
      this.#end(held, 'expired', 'max_age', nowMs),
    );
    this.#lookout = new ProbeGate(deps.clock, this.#head, this.#starts, () => this.wake());
    const place = (held: Held) => this.#place(held, deps.clock.monotonicMs());
    this.#supply = new Supply(this.#head, () => this.#deps, place);
    const skip = (held: Held, why: Ending & { readonly reason: string }) =>
      this.#end(held, 'skipped', why.reason, deps.clock.monotonicMs(), why);
    this.#gate = new LaneGate(this.#head, this.#sweep, () => this.#deps, place, skip);
  }

  get status(): LaneStatus {
    return statusOf(this.#room, this.#trouble, this.#head, this.#flights, this.#supply);
  }

  /** The deliveries in memory, as the outbox would return them. */
  get held(): Iterable<PendingDelivery> {
    return this.#supply.inMemory();
  }

  /** A fresh delivery, already in the outbox. If there is room it is on its way when this returns. */
  push(delivery: Delivery): void {
    // A reload in the middle of a wide announcement has found it in the outbox.
    if (this.#head.has(delivery)) return;
    const nowMs = this.#deps.clock.monotonicMs();
    if (!this.#supply.makeRoom(delivery)) return this.#gate.announce(delivery, nowMs);
    const held = this.#head.take(unattempted(delivery));
    this.#trouble.freshNews();
    if (this.#deps.options.dryRun) return this.#end(held, 'skipped', 'dry_run', nowMs);
    if (this.#deps.gate && !this.#gate.letsPass(held, nowMs)) return;
    if (this.#deps.options.delay !== undefined) return this.#wait(held, nowMs);
    if (!this.#isNext(held, nowMs) || !this.#send(held, nowMs)) this.#ready(held);
  }

  /** Nothing that has not left yet leaves as it is: the destination was removed. A recalled delivery stays pending. */
  recall(): void {
    this.#flights.recall();
  }

  /** Another machine sends from now on: nothing that waits stays in memory. */
  surrender(): void {
    this.#supply.letGo();
  }

  /** A suspension that another machine has found, or none. */
  adopt(suspension: Suspension | undefined): void {
    this.#trouble.adopt(suspension, this.#deps.clock.monotonicMs());
  }

  /** Takes up the pending deliveries of the outbox: at the start, when somebody changed the store. Sends when it is its turn among all lanes. */
  refill(): void {
    if (this.#isStopping) return;
    this.#starts.pause();
    this.#supply.refill();
    const next = this.next(this.#deps.clock.monotonicMs());
    if (next === undefined) this.wake();
    else this.#room.own.park(this, next);
  }

  /** Somebody changed the store: takes up new pending deliveries, drops those that are pending no more, and probes a destination in trouble. */
  reconcile(): void {
    this.#supply.compareHeld();
    this.#flights.recall(({ isStale }) => isStale);
    this.#trouble.mayBeRepaired(this.#deps.clock.monotonicMs());
    this.#gate.release();
    this.refill();
  }

  /** The destination may work again (reload, by hand): probe at once. */
  resume(): void {
    this.#trouble.mayBeRepaired(this.#deps.clock.monotonicMs());
    this.wake();
  }

  /**
   * A reload: from now on nothing leaves but as these say, and nothing that they would not send; what was on the wire may end. A destination
   * in trouble is tried. Resolves when the sends that were under way by then, which still use the old destination, have ended.
   */
  async reconfigure(deps: LaneDeps): Promise<void> {
    this.#starts.pause();
    const ended = this.#flights.ended();
    this.#flights.recall();
    this.#room.unpark(this);
    const before = this.#deps.options;
    const nowMs = deps.clock.monotonicMs();
    this.#deps = deps;
    const isElsewhere = deps.ownBudget !== this.#room.own;
    this.#room = new Room(deps.ownBudget, deps.sharedBudgets);
    if (deps.options.onAmbiguous === 'drop' && before.onAmbiguous !== 'drop')
      for (const flight of this.#flights.left) begin(flight, deps.journal, nowMs);
    if (isElsewhere) this.#beginAnew(nowMs);
    this.#gate.forget();
    for (const held of [...this.#head]) {
      held.message = undefined;
      if (held.place === 'in flight') continue;
      this.#head.move(held, 'new');
      if (isUsedUp(held, deps.options.retry, before.retry)) this.#end(held, 'dead', held.reason, nowMs);
      else this.#place(held, nowMs);
    }
    this.resume();
    await ended;
  }

  /** Another address: whatever the one before did counts no more. */
  #beginAnew(nowMs: number): void {
    const { name, journal, events } = this.#deps;
    if (this.#trouble.suspended !== undefined) events.resumed(name);
    this.#trouble = new Trouble();
    for (const held of this.#head.beginAnew()) journal.settle(recordOf(held, 'pending', held.reason, nowMs));
  }

  wake(): void {
    this.#starts.start();
    this.#sendReady();
  }

  /** No new sends; those in flight may end until `deadline` aborts, which costs them no attempt. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#isStopping = true;
    this.#lookout.stop();
    this.#starts.pause();
    this.#room.unpark(this);
    this.#sweep.stop();
    this.#gate.stop();
    for (const held of this.#head) held.retry?.cancel();
    await this.#starts.idleBy(deadline, () => {
      this.#isStopped = true;
      this.#supply.stop();
      this.#flights.cut();
    });
  }

  /** Where it has to wait, or its end when the config in force would not send it. */
  #place(held: Held, nowMs: number, isTried = false): void {
    const made = renewed({ ...held, delivery: held.queued }, this.#deps);
    if (isRefusal(made)) return this.#end(held, made.state, made.reason, nowMs, made);
    held.delivery = made;
    if (this.#gate.letsPass(held, nowMs)) this.#wait(held, nowMs, isTried);
  }

  #wait(held: Held, nowMs: number, isTried = false): void {
    held.dueMs = dueMs(held, this.#deps.options);
    const waitMs = Math.max(held.notBeforeMs, held.dueMs) - nowMs;
    if (waitMs <= 0) return this.#ready(held, isTried);
    const timer = this.#deps.clock.after(waitMs, () => this.#ready(held), false);
    this.#head.wait(held, timer);
    this.#sweep.arm();
  }

  #ready(held: Held, isTried = false): void {
    const goesLater = this.#trouble.isThere && (isTried || this.#trouble.isLastChoice(held));
    this.#head.move(held, goesLater ? 'tried' : 'ready');
    if (this.#head.next === held) this.#room.move(this, held);
    this.#sendReady();
    this.#sweep.arm();
  }

  /** As many as may; their requests have been handed over when this returns. */
  #sendReady(): void {
    while (this.#maySend()) {
      const nowMs = this.#deps.clock.monotonicMs();
      const held = this.next(nowMs);
      if (held === undefined || !this.#send(held, nowMs)) return;
    }
  }

  /** A fresh one with which none competes: it would be taken out of the order as soon as it is in it. */
  #isNext(held: Held, nowMs: number): boolean {
    if (this.#head.readyCount > 0 || this.#trouble.isThere || isExpired(held, nowMs)) return false;
    return this.#maySend();
  }

  #maySend(): boolean {
    if (this.#isStopping || this.#flights.areComingBack || this.#deps.tenure?.isShut) return false;
    return this.#lookout.letsPass(this.#trouble) && this.#starts.mayStart(concurrencyOf(this.#deps));
  }

  /** Sends it or ends it. False, after parking, if there is no room for it. */
  #send(held: Held, nowMs: number): boolean {
    // Before it is asked for room: then this lane may be woken too.
    this.#starts.begin();
    const hasRoom = this.#room.admits(this, held, nowMs);
    if (!hasRoom) this.#starts.pause();
    const message = hasRoom ? this.#takeOut(held, nowMs) : undefined;
    if (message === undefined) this.#starts.end();
    else void this.#attempt(held, message, nowMs);
    return hasRoom;
  }

  /** The message; `undefined` after its end. */
  #takeOut(held: Held, nowMs: number): unknown {
    this.#head.move(held, 'in flight');
    const message = messageFor(held, this.#deps);
    return message instanceof NoMessage ? this.#end(held, message.state, message.reason, nowMs) : message;
  }

  next(nowMs: number): Held | undefined {
    return this.#sweep.next(nowMs);
  }

  async #attempt(held: Held, message: unknown, startedMs: number): Promise<void> {
    const room = this.#room;
    const places = room.take();
    const trouble = this.#trouble;
    const look = trouble.begin(startedMs);
    const landed = await this.#flights.start(this.#deps, held, message, startedMs);
    room.settle(places, landed.result.writtenMs);
    const nowMs = this.#deps.clock.monotonicMs();
    if (landed.isRecalled) trouble.learnedNothing(look, nowMs);
    this.#land(held, { ...landed, room, startedMs, nowMs, look });
    if (landed.isRecalled || look !== undefined || this.#trouble.isThere) this.wake();
    this.#starts.end();
    this.#sendReady();
  }

  #land(held: Held, sent: Landed & Sent): void {
    const { result, isRecalled, startedMs, nowMs } = sent;
    if (held.isElsewhere) return this.#end(held, 'skipped', 'sent_elsewhere', nowMs);
    if (isRecalled) return held.isStale ? this.#supply.putBack(held) : this.#place(held, nowMs);
    if (!this.#isStopped || result.outcome.kind === 'delivered') return this.#settle(held, sent);
    // Shutdown is not a failure: the delivery stays pending and the attempt is not charged. But it may have arrived.
    if (result.writtenMs === undefined) return;
    if (!isUnsure(result)) return this.#settle(held, sent);
    if (this.#deps.options.onAmbiguous === 'resend')
      return this.#gate.settle(held, recordOf(held, 'pending', held.reason, nowMs));
    held.attempts++;
    this.#end(held, 'dead', 'may_have_arrived', nowMs, { made: { result, startedMs } });
  }

  #settle(held: Held, sent: Sent): void {
    const { result, startedMs, nowMs } = sent;
    // The answer of an address that has been replaced no longer concerns this one.
    const isElsewhere = sent.room.own !== this.#room.own;
    const answered = { ...sent, isElsewhere, hasOthersUnderWay: this.#flights.size > 0 };
    const { decision, judgement } = conclude(held, answered, this.#deps, this.#head, this.#trouble);
    this.#carryOut(held, decision, nowMs, isHold(result) ? undefined : { result, startedMs });
    this.#head.release(judgement.acquitted, judgement.isOver, nowMs);
    if (judgement.isOver || judgement.acquitted.length > 0) this.wake();
  }

  #carryOut(held: Held, decision: Decision, nowMs: number, made: Made | undefined): void {
    const { kind, reason } = decision;
    if (kind === 'end') return this.#end(held, decision.state, reason, nowMs, { made });
    if (kind === 'again') held.plain ||= decision.plain;
    held.notBeforeMs = kind === 'again' && decision.delayMs > 0 ? nowMs + decision.delayMs : 0;
    held.reason = reason;
    this.#gate.settle(held, recordOf(held, 'pending', reason, nowMs, made));
    if (held.isStale) this.#supply.putBack(held);
    else this.#place(held, nowMs, kind === 'keep');
  }

  #end(held: Held, state: FinalState, reason: string | undefined, nowMs: number, more: Ending = {}): void {
    this.#head.move(held, 'gone');
    this.#gate.settle(held, recordOf(held, state, reason, nowMs, more.made, more.heldBy));
    this.#deps.events.ended(held.delivery, state, reason, nowMs, more.detail, held.byHandMs);
    this.#supply.ended();
  }
}
