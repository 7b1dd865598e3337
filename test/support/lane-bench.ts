/**
 * Lanes over a real outbox, budgets and policies on a fake clock, facing far ends that answer as the test
 * says. `restart` is a new process on the same store.
 */
import { DatabaseSync } from 'node:sqlite';
import type { Announcement } from '../../src/announcement.ts';
import { BudgetBook, type BudgetSpec } from '../../src/delivery/budget-book.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import { Lane } from '../../src/delivery/lane.ts';
import type { LaneDeps } from '../../src/delivery/lane-deps.ts';
import type { AttemptResult, Outcome } from '../../src/delivery/outcome.ts';
import type { SendContext } from '../../src/delivery/sender.ts';
import type { BudgetLimits } from '../../src/delivery/windows.ts';
import { webhookOptions } from '../../src/destinations/webhook/options.ts';
import { createIds } from '../../src/outbox/ids.ts';
import { Journal } from '../../src/outbox/journal.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { listDeliveries } from '../../src/outbox/queries.ts';
import type { StoredDelivery } from '../../src/outbox/rows.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import { wait } from '../../src/platform/clock.ts';
import { Timeline } from '../../src/platform/timeline.ts';
import { newsIn } from './contents.ts';
import { FakeClock } from './fake-clock.ts';
import { seededRandom } from './seeded-random.ts';

export interface LanePlan {
  /** As in the config: `maxAge`, `concurrency`, `retry`, … */
  readonly options?: object;
  readonly own?: readonly BudgetLimits[];
  /** So many messages can be under way at the destination. */
  readonly atOnce?: () => number;
  readonly shared?: readonly BudgetSpec[];
}

export interface Send extends Pick<SendContext, 'deliveryId' | 'attempt' | 'plain'> {
  readonly destination: string;
  readonly title: string;
  /** Since the bench was made. */
  readonly atMs: number;
}

/** `undefined` = no answer before the signal aborts. */
type Answer = (send: Send) => AttemptResult | Outcome | undefined;

export class LaneBench implements Disposable {
  readonly clock = new FakeClock();
  readonly sends: Send[] = [];
  /** `suspended bot gone`, `expired bot 3`, … */
  readonly said: string[] = [];
  readonly database = new DatabaseSync(':memory:');
  answer: Answer = () => ({ kind: 'delivered' });
  /** How long a far end takes. */
  tookMs = 0;
  /** How long a connection takes; nothing has left by then. */
  connectMs = 0;
  /** By which rule a destination gets something today; `undefined` = by none. */
  match: LaneDeps['match'] = (delivery) => ({
    template: delivery.template,
    tickers: newsIn(delivery).tickers,
  });
  /** As a message is made, today. */
  render: LaneDeps['render'] = (delivery) => newsIn(delivery).title;
  lanes = new Map<string, Lane>();
  journal!: Journal;
  readonly #plans: Record<string, LanePlan>;
  readonly #ids = createIds(seededRandom(1));
  #timeline = new Timeline(this.clock);
  budgets!: BudgetBook;

  constructor(plans: Readonly<Record<string, LanePlan>>) {
    this.#plans = { ...plans };
    migrate(this.database);
    this.start();
  }

  get nowMs(): number {
    return this.clock.truthMs;
  }

  lane(name: string): Lane {
    const lane = this.lanes.get(name);
    if (lane === undefined) throw new Error(`no lane ${name}`);
    return lane;
  }

  /** Reads an announcement that every lane (or `to`) is owed, and lets the lanes begin. */
  announce(
    title: string,
    importance = 1,
    to: readonly string[] = [...this.lanes.keys()],
    tickers: readonly string[] = [],
  ): void {
    const receivedMs = this.#timeline.monotonicMs();
    const announcement = {
      ...{ id: this.#ids(receivedMs), title, receivedMs, ageAtReceiptMs: 0, tickers },
    } as Partial<Announcement> as Announcement;
    const content = newsOf(announcement);
    const owed = to.flatMap((destination) =>
      (optionsOf(this.#plans[destination]).forEach === 'ticker' ? tickers : [undefined]).map(
        (ticker) => [destination, ticker] as const,
      ),
    );
    const deliveries = owed.map(([destination, ticker], ordinal): Delivery => {
      const { maxAge } = optionsOf(this.#plans[destination]);
      return {
        id: `${announcement.id}-${ordinal}`,
        ...{ content, destination, rule: 'all', template: undefined, ticker, importance },
        expiresAtMs: maxAge === false ? undefined : receivedMs + maxAge,
      };
    });
    this.journal.record(content, deliveries);
    for (const delivery of deliveries) this.lane(delivery.destination).push(delivery);
  }

  /** A reload with other options; resolves as `Lane.reconfigure`. */
  reload(name: string, plan: LanePlan): Promise<void> {
    this.#plans[name] = plan;
    return this.lane(name).reconfigure(this.parts(name));
  }

  /** SIGKILL, and a new process; with another plan if the config was edited meanwhile. */
  kill(plans: Readonly<Record<string, LanePlan>> = {}): void {
    Object.assign(this.#plans, plans);
    this.clock.restart();
    this.start();
    for (const lane of this.lanes.values()) lane.refill();
  }

  restart(): void {
    this.journal.flush();
    this.clock.restart();
    this.start();
    for (const lane of this.lanes.values()) lane.refill();
  }

  start(): void {
    const clock = new Timeline(this.clock);
    this.#timeline = clock;
    const outbox = new SqliteOutbox(this.database);
    const recovered = outbox.recover(clock.monotonicMs(), 0);
    clock.continueFrom(recovered.latestMs);
    const quiet = () => undefined;
    this.journal = new Journal(outbox, clock, {
      ...{ written: quiet, broken: quiet, refused: quiet, mended: quiet },
      usable: () => {
        for (const lane of this.lanes.values()) lane.refill();
      },
      held: () => [...this.lanes.values()].flatMap(({ held }) => [...held]),
    });
    const { journal } = this;
    this.budgets = new BudgetBook(clock, {
      pauses: recovered.pauses,
      attemptsSince: (sinceMs) => journal.attemptsSince(sinceMs),
      keep: (key, untilMs) => journal.pause(key, untilMs),
    });
    this.lanes = new Map(Object.keys(this.#plans).map((name) => [name, new Lane(this.parts(name))]));
  }

  rows(destination?: string): StoredDelivery[] {
    this.journal.flush();
    return listDeliveries(this.database, {
      state: undefined,
      destination,
      sinceMs: undefined,
      limit: 100_000,
    });
  }

  titles(destination?: string): string[] {
    return this.sends
      .filter((send) => destination === undefined || send.destination === destination)
      .map(({ title }) => title);
  }

  [Symbol.dispose](): void {
    this.clock.forget();
    this.database.close();
  }

  /** What the lane of that name is made of; for another one in its place. */
  parts(name: string, farEnd = ''): LaneDeps {
    const plan = this.#plans[name];
    const { budgets } = this;
    if (plan === undefined) throw new Error(`no lane ${name}`);
    const say = (...words: unknown[]) => void this.said.push(words.filter(Boolean).join(' '));
    return {
      name,
      options: optionsOf(plan),
      forEachTicker: optionsOf(plan).forEach === 'ticker',
      maxTickers: optionsOf(plan).maxTickers,
      match: (delivery) => this.match(delivery),
      sender: {
        get atOnce() {
          return plan.atOnce?.() ?? Number.POSITIVE_INFINITY;
        },
        send: (message, context) => this.#send(name, String(message), context),
      },
      render: (delivery) => this.render(delivery),
      renderDefault: undefined,
      ownBudget: budgets.own(name, farEnd, plan.own ?? []),
      sharedBudgets: new Map((plan.shared ?? []).map((spec) => [spec.key, budgets.shared(spec, name)])),
      journal: this.journal,
      clock: this.#timeline,
      random: seededRandom(2),
      events: {
        attempted: () => undefined,
        ended: (delivery, state) => {
          if (state !== 'delivered') say(state, delivery.destination, newsIn(delivery).title);
        },
        suspended: (destination, reason) => say('suspended', destination, reason),
        resumed: (destination) => say('resumed', destination),
        nearBan: (destination) => say('near ban', destination),
        renderFailed: () => undefined,
      },
    };
  }

  async #send(destination: string, title: string, context: SendContext): Promise<AttemptResult> {
    const { deliveryId, attempt, plain, signal, leaving } = context;
    if (this.connectMs > 0) await wait(this.clock, this.connectMs, signal);
    if (signal.aborted) return { outcome: { kind: 'retry', reason: 'unreachable' } };
    const send: Send = { destination, title, deliveryId, attempt, plain, atMs: this.nowMs };
    this.sends.push(send);
    const writtenMs = this.#timeline.monotonicMs();
    leaving();
    const answer = this.answer(send);
    const result = (given: AttemptResult | Outcome): AttemptResult =>
      'outcome' in given ? given : { outcome: given, writtenMs };
    if (answer !== undefined && this.tookMs === 0) return result(answer);
    return new Promise((resolve) => {
      if (answer !== undefined) this.clock.after(this.tookMs, () => resolve(result(answer)));
      signal.addEventListener('abort', () => resolve(result({ kind: 'ambiguous', reason: 'timeout' })));
    });
  }
}

const optionsOf = (plan: LanePlan | undefined) =>
  webhookOptions.parse({ type: 'webhook', url: 'http://127.0.0.1:1/', ...plan?.options });
