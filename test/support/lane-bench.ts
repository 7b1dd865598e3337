/**
 * Lanes over a real outbox, budgets and policies on a fake clock, facing receivers that answer as the test
 * says. `restart` is a new process on the same store.
 */
import { DatabaseSync } from 'node:sqlite';
import type { Announcement } from '../../src/announcement.ts';
import { seamOf } from '../../src/cluster/rehearsed.ts';
import type { Cooldowns } from '../../src/cooldown/cooldowns.ts';
import type { Budget } from '../../src/delivery/budget.ts';
import type { BudgetBook, BudgetSpec } from '../../src/delivery/budget-book.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import type { Lane } from '../../src/delivery/lane.ts';
import type { LaneEvents } from '../../src/delivery/lane-deps.ts';
import type { AttemptResult, Outcome } from '../../src/delivery/outcome.ts';
import type { SendContext } from '../../src/delivery/sender.ts';
import type { Tenure } from '../../src/delivery/tenure.ts';
import type { BudgetLimits } from '../../src/delivery/windows.ts';
import type { PreparedDestination } from '../../src/destinations/prepared.ts';
import { webhookOptions } from '../../src/destinations/webhook/options.ts';
import type { Applied, Wanted } from '../../src/lane-set.ts';
import type { Mute, Muted } from '../../src/mutes/mute.ts';
import { createIds } from '../../src/outbox/ids.ts';
import type { Journal } from '../../src/outbox/journal.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { listDeliveries } from '../../src/outbox/pages.ts';
import type { StoredDelivery } from '../../src/outbox/rows.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import { createPipeline, type Pipeline } from '../../src/pipeline.ts';
import { type Clock, nextTurn, wait } from '../../src/platform/clock.ts';
import { Timeline } from '../../src/platform/timeline.ts';
import type { RuleCooldown } from '../../src/routing/router.ts';
import { newsIn } from './contents.ts';
import { FakeClock } from './fake-clock.ts';
import { outsideOf } from './pipeline.ts';
import { seededRandom } from './seeded-random.ts';

export interface LanePlan {
  /** As in the config: `maxAge`, `concurrency`, `retry`, … */
  readonly options?: object;
  readonly own?: readonly BudgetLimits[];
  /** So many messages can be under way at the destination. */
  readonly atOnce?: () => number;
  readonly renderDefault?: PreparedDestination['renderDefault'];
  /** Names where it sends. */
  readonly farEnd?: string;
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
  /** How long a receiver takes. */
  tookMs = 0;
  /** How long a connection takes; nothing has left by then. */
  connectMs = 0;
  /** By which rule a destination gets something today; `undefined` = by none. */
  match: (delivery: Pick<Delivery, 'content'>) => ReturnType<Wanted> = (delivery) => ({
    rule: this.#rule,
    template: undefined,
    tickers: newsIn(delivery).tickers,
  });
  /** As a message is made, today. */
  render: PreparedDestination['render'] = (delivery) => newsIn(delivery).title;
  /** The sender's treatment of a message; by default, as `answer` decides. */
  send = (destination: string, title: string, context: SendContext): Promise<AttemptResult> =>
    this.#send(destination, title, context);
  readonly tenure: Tenure | undefined;
  #plans: Record<string, LanePlan>;
  #cooldown: Pick<RuleCooldown, 'by' | 'forMs'> | undefined;
  #rule = 'all';
  readonly #ids = createIds(seededRandom(1));
  #timeline = new Timeline(this.clock);
  #pipeline!: Pipeline;
  #mutes: readonly Mute[] = [];

  /** `tenure`: of all its lanes, as one of several machines. */
  constructor(plans: Readonly<Record<string, LanePlan>>, tenure?: (clock: Clock) => Tenure) {
    this.tenure = tenure?.(this.clock);
    this.#plans = { ...plans };
    migrate(this.database);
    this.start();
  }

  /** Until then a destination takes one at a time. */
  opened(): Promise<void> {
    return new Promise(nextTurn);
  }

  get nowMs(): number {
    return this.clock.truthMs;
  }

  get journal(): Journal {
    return this.#pipeline.journal;
  }

  get budgets(): BudgetBook {
    return this.#pipeline.budgets;
  }

  get lanes(): readonly Lane[] {
    return this.names.map((name) => this.lane(name));
  }

  get names(): readonly string[] {
    return Object.keys(this.#plans);
  }

  /** A lane's own, then those that it shares. */
  budgetsOf(name: string): [Budget, ...Budget[]] {
    const { farEnd, own, shared } = limitsOf(this.#plans[name] ?? {});
    return [this.budgets.own(name, farEnd, own), ...shared.map((spec) => this.budgets.shared(spec, name))];
  }

  lane(name: string): Lane {
    const lane = this.#pipeline.lanes.lane(name);
    if (lane === undefined) throw new Error(`no lane ${name}`);
    return lane;
  }

  /** Reads an announcement with a delivery for every lane (or `to`), and lets the lanes begin. */
  announce(
    title: string,
    importance = 1,
    to: readonly string[] = this.names,
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
        ...{ content, destination, rule: this.#rule, template: undefined, ticker, importance },
        expiresAtMs: maxAge === false ? undefined : receivedMs + maxAge,
      };
    });
    this.journal.record(content, deliveries);
    for (const delivery of deliveries) this.lane(delivery.destination).push(delivery);
  }

  /** A reload with another plan for one of them. With other options it is opened again. */
  reload(name: string, plan: LanePlan): void {
    this.#plans[name] = plan;
    this.#apply();
  }

  /** A reload with another address for it, which is open when it resolves. */
  async move(name: string, farEnd: string): Promise<void> {
    this.reload(name, { ...this.#plans[name], farEnd });
    await this.opened();
  }

  /** From now on these are muted, whatever was before: as the store has it, also in the next life. */
  mute(...muted: readonly (Muted & Partial<Mute>)[]): void {
    const sinceMs = this.#timeline.monotonicMs();
    this.#mutes = muted.map((one, index) => ({
      ...{ id: index + 1, sinceMs, untilMs: sinceMs + 3_600_000, reason: undefined },
      ...one,
    }));
    this.#pipeline.mutes.take(this.#mutes);
    this.#pipeline.lanes.reconcile();
  }

  /** Reloads without it, and with it again. */
  async readd(name: string): Promise<void> {
    const { [name]: plan = {}, ...others } = this.#plans;
    this.#plans = others;
    const { retired } = this.#apply();
    await retired(AbortSignal.abort());
    this.#plans = { ...others, [name]: plan };
    this.#apply();
  }

  /** A reload with this cooldown of the rule that sends everything, under this name; `undefined`: it has none. */
  cool(cooldown: Pick<RuleCooldown, 'by' | 'forMs'> | undefined, rule = 'all'): void {
    this.#cooldown = cooldown;
    this.#rule = rule;
    this.#apply();
  }

  /** SIGTERM, and a new process: what is on the wire is cut. */
  async endInOrder(): Promise<void> {
    await this.#pipeline.stop(AbortSignal.abort());
    this.restart();
  }

  /** As the daemon does after a change by somebody else. */
  reconcile(): void {
    this.#pipeline.cooldowns.reconcile();
    this.#pipeline.lanes.reconcile();
  }

  /** For intake. */
  get targets(): ReturnType<Pipeline['lanes']['targets']> {
    return this.#pipeline.lanes.targets();
  }

  get cooldowns(): Cooldowns {
    return this.#pipeline.cooldowns;
  }

  /** SIGKILL, and a new process; with another plan if the config was edited meanwhile. */
  kill(plans: Readonly<Record<string, LanePlan>> = {}): void {
    Object.assign(this.#plans, plans);
    this.clock.restart();
    this.start();
    this.#pipeline.lanes.refill();
  }

  restart(): void {
    this.journal.flush();
    this.clock.restart();
    this.start();
    this.#pipeline.lanes.refill();
  }

  start(): void {
    const clock = new Timeline(this.clock);
    this.#timeline = clock;
    const outbox = new SqliteOutbox(this.database);
    const recovered = outbox.recover(clock.monotonicMs(), 0);
    clock.continueFrom(recovered.latestMs);
    const quiet = () => undefined;
    const { tenure } = this;
    this.#pipeline = createPipeline({
      ...{ outbox, recovered, clock, random: seededRandom(2), dedupeWindowMs: 0 },
      events: {
        intake: { received: quiet, duplicate: quiet, skipped: quiet },
        journal: {
          ...{ written: quiet, broken: quiet, refused: quiet, mended: quiet },
          usable: () => this.#pipeline.lanes.refill(),
        },
        lane: this.#events(),
        openFailed: quiet,
      },
      outside: outsideOf(Promise.resolve()),
      ...(tenure && { cluster: seamOf(tenure) }),
    });
    this.#pipeline.mutes.take(this.#mutes);
    this.#apply();
  }

  #apply(): Applied {
    const { cooldowns } = this.#pipeline;
    const tickersOf = ({ tickers }: Announcement) => tickers;
    const destinations = new Set(this.names);
    const rule = this.#cooldown && { ...this.#cooldown, destinations, tickersOf };
    cooldowns.follow(new Map(rule && [[this.#rule, rule]]));
    return this.#pipeline.lanes.apply(
      this.names.map((name) => this.#prepared(name)),
      (content) => this.match({ content }),
    );
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

  /** As a config would have it. */
  #prepared(name: string): PreparedDestination {
    const plan = this.#plans[name] ?? {};
    const options = optionsOf(plan);
    return {
      ...{ name, options, maxTickers: options.maxTickers, takesOrders: true, takenBody: '' },
      forEachTicker: options.forEach === 'ticker',
      limits: limitsOf(plan),
      preview: () => ({ method: 'POST', url: options.url.reveal(), body: undefined }),
      render: (delivery) => this.render(delivery),
      renderDefault: plan.renderDefault,
      inquire: async () => [],
      open: async () => ({
        get atOnce() {
          return plan.atOnce?.() ?? Number.POSITIVE_INFINITY;
        },
        close: () => Promise.resolve(),
        send: (message, context) => this.send(name, String(message), context),
      }),
    };
  }

  #events(): LaneEvents {
    const say = (...words: unknown[]) => void this.said.push(words.filter(Boolean).join(' '));
    return {
      attempted: () => undefined,
      ended: (delivery, state) => {
        if (state !== 'delivered') say(state, delivery.destination, newsIn(delivery).title);
      },
      suspended: (destination, reason) => say('suspended', destination, reason),
      resumed: (destination) => say('resumed', destination),
      nearBan: (destination) => say('near ban', destination),
      renderFailed: () => undefined,
    };
  }

  async #send(destination: string, title: string, context: SendContext): Promise<AttemptResult> {
    const { deliveryId, attempt, plain, signal, leaving } = context;
    if (this.connectMs > 0) await wait(this.clock, this.connectMs, signal);
    if (signal.aborted) return { outcome: { kind: 'retry', reason: 'unreachable' } };
    const send: Send = { destination, title, deliveryId, attempt, plain, atMs: this.nowMs };
    const writtenMs = this.#timeline.monotonicMs();
    if (leaving() === false) return { outcome: { kind: 'retry', reason: 'unreachable' } };
    this.sends.push(send);
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

const limitsOf = ({ farEnd = '', own = [], shared = [] }: LanePlan) => ({
  ...{ farEnd, own, shared },
  broadest: farEnd,
});

const optionsOf = ({ farEnd = '', options }: LanePlan = {}) =>
  webhookOptions.parse({ type: 'webhook', url: `http://127.0.0.1:1/${farEnd}`, ...options });
