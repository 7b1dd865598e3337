/**
 * The real intake, outbox, journal, lanes, budgets and policies, wired as `daemon.ts` wires them, on a
 * simulated clock and a seeded chance. The process can die between any two steps: what was only in
 * memory is gone, the store stays.
 */
import { DatabaseSync } from 'node:sqlite';
import { Dedupe } from '../../src/dedupe.ts';
import type { Budget, BudgetLimits } from '../../src/delivery/budget.ts';
import { Budgets, REMEMBERED_MS } from '../../src/delivery/budgets.ts';
import { Lane } from '../../src/delivery/lane.ts';
import { webhookOptions } from '../../src/destinations/webhook/options.ts';
import type { AnnouncementFrame } from '../../src/feed/frames.ts';
import { Intake } from '../../src/intake.ts';
import { createIds } from '../../src/outbox/ids.ts';
import { Journal } from '../../src/outbox/journal.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import type { Random } from '../../src/platform/random.ts';
import type { Router } from '../../src/routing/router.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { createReceiver, type Sent, type Temper } from './receivers.ts';

export interface LanePlan {
  readonly name: string;
  readonly maxAgeMs: number;
  readonly concurrency: number;
  readonly own: readonly BudgetLimits[];
  /** Key of the budget shared with other lanes. */
  readonly shared: string | undefined;
  readonly temper: Temper;
}

export const SHARED_LIMITS: readonly BudgetLimits[] = [{ limit: 4, perMs: 1000 }];
const DEDUPE_MS = 3_600_000;

const NO_EVENTS = {
  attempted: () => undefined,
  ended: () => undefined,
  suspended: () => undefined,
  resumed: () => undefined,
  nearBan: () => undefined,
  renderFailed: () => undefined,
};

export class World {
  readonly clock = new FakeClock();
  readonly random: Random;
  readonly plans: readonly LanePlan[];
  readonly sent: Sent[] = [];
  readonly database = new DatabaseSync(':memory:');
  /** Called at every start of a send, with the world as it is then. */
  readonly #started: (sent: Sent) => void;
  #life = 0;
  #outbox: SqliteOutbox;
  #journal!: Journal;
  #intake!: Intake;
  lanes = new Map<string, Lane>();

  constructor(seed: number, plans: readonly LanePlan[], started: (sent: Sent) => void) {
    this.random = seededRandom(seed);
    this.plans = plans;
    this.#started = started;
    migrate(this.database);
    this.#outbox = new SqliteOutbox(this.database);
    this.#start();
  }

  get life(): number {
    return this.#life;
  }

  /** A frame was read: by then it counts as promised. */
  read(frame: AnnouncementFrame, feed: string): void {
    const receivedMs = this.clock.monotonicMs();
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
    const untilMs = this.clock.monotonicMs() + byMs;
    await this.clock.advance(byMs);
    if (this.#life === life) return;
    this.#start();
    await this.advance(Math.max(0, untilMs - this.clock.monotonicMs()));
  }

  /** SIGKILL: what was only in memory is gone. */
  die(): void {
    this.#life++;
    this.clock.forget();
  }

  /** SIGKILL between two steps, and a new process a moment later. */
  async crash(downMs: number): Promise<void> {
    this.die();
    await this.clock.advance(downMs);
    this.#start();
  }

  flush(): void {
    this.#journal.flush();
  }

  #start(): void {
    const { clock, random } = this;
    this.#outbox = new SqliteOutbox(this.database);
    this.#journal = new Journal(this.#outbox, clock, {
      written: () => undefined,
      broken: () => undefined,
      mended: () => undefined,
      usable: () => undefined,
      held: () => [],
    });
    const startMs = clock.monotonicMs();
    const budgets = new Budgets(clock, {
      pauses: this.#outbox.pauses(startMs),
      attempts: this.#outbox.attemptsSince(startMs - REMEMBERED_MS),
      keep: (key, untilMs) => this.#journal.pause(key, untilMs),
    });
    this.lanes = new Map(this.plans.map((plan) => [plan.name, this.#lane(plan, budgets)]));
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
    for (const { identity, receivedMs } of this.#outbox.identitiesSince(clock.monotonicMs() - DEDUPE_MS))
      dedupe.remember(identity, receivedMs);
    const events = { received: () => undefined, duplicate: () => undefined };
    this.#intake = new Intake(
      { ids: createIds(random), dedupe, journal: this.#journal, events },
      { router, targets },
    );
    for (const lane of this.lanes.values()) lane.refill();
  }

  #lane(plan: LanePlan, budgets: Budgets): Lane {
    const { clock, random } = this;
    const { name, temper } = plan;
    const options = webhookOptions.parse({
      type: 'webhook',
      url: 'http://127.0.0.1:1/',
      concurrency: plan.concurrency,
      timeout: '1s',
      retry: { minDelay: '100ms', maxDelay: '5s' },
    });
    const sharedBudgets = new Map<string, Budget>();
    if (plan.shared !== undefined)
      sharedBudgets.set(plan.shared, budgets.shared(plan.shared, SHARED_LIMITS, name));
    const destination = createReceiver({
      name,
      clock,
      random,
      temper,
      sharedBudget: plan.shared,
      log: this.sent,
      life: () => this.#life,
      started: this.#started,
      die: () => this.die(),
    });
    const ownBudget = budgets.own(name, plan.own);
    return new Lane({
      name,
      options,
      destination,
      render: () => 'message',
      renderDefault: undefined,
      ownBudget,
      sharedBudgets,
      journal: this.#journal,
      clock,
      random,
      events: NO_EVENTS,
    });
  }
}
