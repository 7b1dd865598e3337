/**
 * The real intake, outbox, journal, lanes, budgets and policies, wired as `daemon.ts` wires them, on a
 * simulated clock and a seeded chance. The process can die between any two steps: what was only in
 * memory is gone, the store stays. The disk can refuse everything for a while.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Dedupe } from '../../src/dedupe.ts';
import type { Budget } from '../../src/delivery/budget.ts';
import { Budgets } from '../../src/delivery/budgets.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import { Lane } from '../../src/delivery/lane.ts';
import type { BudgetLimits } from '../../src/delivery/windows.ts';
import { webhookOptions } from '../../src/destinations/webhook/options.ts';
import type { AnnouncementFrame } from '../../src/feed/frames.ts';
import { Intake } from '../../src/intake.ts';
import { createIds } from '../../src/outbox/ids.ts';
import { Journal } from '../../src/outbox/journal.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import type { Random } from '../../src/platform/random.ts';
import { Timeline } from '../../src/platform/timeline.ts';
import type { Router } from '../../src/routing/router.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { createReceiver, type Outage, type Sent, type Temper } from './receivers.ts';

export interface LanePlan {
  readonly name: string;
  readonly maxAgeMs: number;
  /** As in the config. */
  readonly options: object;
  readonly onAmbiguous: 'resend' | 'drop';
  readonly own: readonly BudgetLimits[];
  /** Key of the budget shared with other lanes. */
  readonly shared: string | undefined;
  readonly temper: Temper;
  readonly outage: Outage;
}

export const SHARED_LIMITS: readonly BudgetLimits[] = [{ limit: 4, perMs: 1000 }];
export const STRIKES: BudgetLimits = { limit: 5, perMs: 60_000 };
const DEDUPE_MS = 3_600_000;

/** What the outbox says of one delivery, without its announcement. */
export interface Row {
  readonly id: string;
  readonly destination: string;
  readonly state: string;
  readonly expiresAtMs: number;
  /** As much of it as `compare` looks at. */
  readonly delivery: Delivery;
}

export class World {
  readonly clock = new FakeClock();
  readonly random: Random;
  readonly plans: readonly LanePlan[];
  readonly sent: Sent[] = [];
  readonly database = new DatabaseSync(':memory:');
  /** By destination, since when. */
  readonly suspended = new Map<string, number>();
  /** Suspensions and ends of suspensions that were said twice. */
  readonly saidTwice: string[] = [];
  /** Titles of what was read. */
  readonly read = new Set<string>();
  /** Read while the disk was broken, and the process died before it was mended: nobody can know of these. */
  readonly lost = new Set<string>();
  /** Sends whose end was only in memory, because the disk was broken, when the process died. */
  readonly forgotten = new Set<Sent>();
  #brokenSince = Number.POSITIVE_INFINITY;
  /** The disk takes nothing. */
  diskIsBroken = false;
  /** The truth at the start of each life; `hasJumped`: by then the wall clock had been set. */
  readonly lives: { readonly at: number; readonly hasJumped: boolean }[] = [];
  lanes = new Map<string, Lane>();
  readonly #started: (sent: Sent) => void;
  readonly #rowsOf: StatementSync;
  #life = 0;
  #timeline!: Timeline;
  #journal!: Journal;
  #intake!: Intake;

  /** `started`: called at every start of a send, with the world as it is then. */
  constructor(seed: number, plans: readonly LanePlan[], started: (sent: Sent) => void) {
    this.random = seededRandom(seed);
    this.plans = plans;
    this.#started = started;
    migrate(this.database);
    this.#rowsOf = this.database.prepare(
      'SELECT id, destination, state, expires_at_ms, importance, announcement_id FROM deliveries WHERE ?1 IS NULL OR destination = ?1',
    );
    this.#start();
  }

  get life(): number {
    return this.#life;
  }

  get storeFault(): string | undefined {
    return this.#journal.fault;
  }

  /** A frame was read: by then it counts as promised. */
  accept(frame: AnnouncementFrame, feed: string): void {
    this.read.add(frame.title);
    const receivedMs = this.#timeline.monotonicMs();
    this.#intake.accept(frame, {
      feed,
      receivedTimestampUs: Math.round(receivedMs * 1000),
      receivedMs,
      ageAtReceiptMs: 0,
    });
  }

  /** Lets time pass; a process that died on the way is started again a moment later. */
  async advance(byMs: number): Promise<void> {
    const life = this.#life;
    const untilMs = this.clock.truthMs + byMs;
    await this.clock.advance(byMs);
    if (this.#life === life) return;
    this.#start();
    await this.advance(Math.max(0, untilMs - this.clock.truthMs));
  }

  /** SIGKILL after so many more steps. */
  dieAfter(steps: number): void {
    let left = steps;
    this.clock.onStep = () => {
      if (left-- === 0) this.die();
    };
  }

  /** SIGKILL: what was only in memory is gone. */
  die(): void {
    if (this.storeFault !== undefined) {
      const stored = this.titles();
      for (const title of this.read) if (!stored.has(title)) this.lost.add(title);
      for (const sent of this.sent)
        if (sent.life === this.#life && (sent.endedAt ?? 0) >= this.#brokenSince) this.forgotten.add(sent);
    }
    this.#life++;
    this.suspended.clear();
    this.clock.forget();
  }

  /** SIGKILL between two steps, and a new process a moment later. */
  async crash(downMs: number): Promise<void> {
    this.die();
    await this.clock.advance(downMs);
    this.#start();
  }

  /** Everything that has happened is written down. */
  flush(): void {
    this.#journal.flush();
  }

  rows(destination?: string): Row[] {
    return this.#rowsOf.all(destination ?? null).map((row) => {
      const id = String(row['id']);
      const importance = Number(row['importance']);
      return {
        id,
        destination: String(row['destination']),
        state: String(row['state']),
        expiresAtMs: Number(row['expires_at_ms']),
        delivery: { id, importance, announcement: { id: String(row['announcement_id']) } } as Delivery,
      };
    });
  }

  titles(): Set<string> {
    const rows = this.database.prepare(`SELECT body ->> 'title' AS title FROM announcements`).all();
    return new Set(rows.map(({ title }) => String(title)));
  }

  #start(): void {
    const { random } = this;
    this.diskIsBroken = false;
    const { truthMs, wallAheadMs } = this.clock;
    this.lives.push({ at: truthMs, hasJumped: wallAheadMs > 0 });
    this.clock.restart();
    const clock = new Timeline(this.clock);
    clock.continueFrom(new SqliteOutbox(this.database).latestMs());
    this.#timeline = clock;
    const outbox = this.#onDisk(new SqliteOutbox(this.database));
    this.#journal = new Journal(outbox, clock, {
      written: () => undefined,
      refused: () => undefined,
      broken: () => {
        this.#brokenSince = this.clock.truthMs;
      },
      mended: () => undefined,
      usable: () => {
        for (const lane of this.lanes.values()) lane.refill();
      },
      held: () => [...this.lanes.values()].flatMap((lane) => [...lane.held]),
    });
    const startMs = clock.monotonicMs();
    const budgets = new Budgets(clock, {
      pauses: outbox.pauses(startMs),
      attemptsSince: (sinceMs) => outbox.attemptsSince(sinceMs),
      keep: (key, untilMs) => this.#journal.pause(key, untilMs),
    });
    this.lanes = new Map(this.plans.map((plan) => [plan.name, this.#lane(plan, budgets, clock)]));
    const targets = new Map(
      this.plans.map(({ name, maxAgeMs }) => [
        name,
        {
          forEachTicker: false,
          maxAgeMs,
          push: (delivery: Parameters<Lane['push']>[0]) => this.lanes.get(name)?.push(delivery),
        },
      ]),
    );
    const matches = this.plans.map(({ name }) => ({
      rule: 'all',
      destination: name,
      template: undefined,
      tickers: [],
    }));
    const router: Router = { route: () => ({ rules: ['all'], matches }), explain: () => [] };
    const dedupe = new Dedupe(DEDUPE_MS);
    for (const { identity, receivedMs } of outbox.identitiesSince(clock.monotonicMs() - DEDUPE_MS))
      dedupe.remember(identity, receivedMs);
    const events = { received: () => undefined, duplicate: () => undefined, capped: () => undefined };
    this.#intake = new Intake(
      { ids: createIds(random), nextTurn: queueMicrotask, dedupe, journal: this.#journal, events },
      { router, targets },
    );
    for (const lane of this.lanes.values()) lane.refill();
  }

  /** A disk that refuses every call while it is broken. */
  #onDisk(outbox: SqliteOutbox): SqliteOutbox {
    return new Proxy(outbox, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...given: unknown[]) => {
          if (this.diskIsBroken) throw new Error('disk I/O error');
          return member.apply(target, given);
        };
      },
    });
  }

  #lane(plan: LanePlan, budgets: Budgets, clock: Timeline): Lane {
    const { random } = this;
    const { name, shared } = plan;
    const options = webhookOptions.parse({
      type: 'webhook',
      url: 'http://127.0.0.1:1/',
      timeout: '1s',
      onAmbiguous: plan.onAmbiguous,
      ...plan.options,
    });
    const sharedBudgets = new Map<string, Budget>();
    if (shared !== undefined)
      sharedBudgets.set(
        shared,
        budgets.shared({ key: shared, limits: SHARED_LIMITS, strikes: STRIKES }, name),
      );
    const destination = createReceiver({
      ...{ name, clock, random },
      truth: () => this.clock.truthMs,
      temper: plan.temper,
      outage: plan.outage,
      sharedBudget: shared,
      log: this.sent,
      life: () => this.#life,
      started: this.#started,
    });
    return new Lane({
      ...{ name, destination, sharedBudgets, clock, random },
      options: { ...options, maxAge: plan.maxAgeMs },
      ...{ forEachTicker: false, match: () => ({ template: undefined, tickers: [] }) },
      render: () => 'message',
      renderDefault: undefined,
      ownBudget: budgets.own(name, '', plan.own),
      journal: this.#journal,
      events: {
        attempted: () => undefined,
        ended: () => undefined,
        suspended: () => {
          if (this.suspended.has(name)) this.saidTwice.push(`${name} is suspended`);
          this.suspended.set(name, this.clock.truthMs);
        },
        resumed: () => {
          if (!this.suspended.delete(name)) this.saidTwice.push(`${name} is back`);
        },
        nearBan: () => undefined,
        renderFailed: () => undefined,
      },
    });
  }
}
