import { Muting } from '../../src/daemon/muting.ts';
import { makeReady, type ReadyConfig } from '../../src/daemon/ready-config.ts';
import { RunningConfig } from '../../src/daemon/running-config.ts';
import type { BridgeEvent } from '../../src/events/bridge-event.ts';
import { createEvents } from '../../src/events/events.ts';
import { type AnnouncementFrame, toNews } from '../../src/feeds/cryptolisting/frames.ts';
import { keepMutes } from '../../src/outbox/mute-rows.ts';
import { discardDeliveries, retryDeliveries } from '../../src/outbox/queries.ts';
import { createPipeline, type Pipeline } from '../../src/pipeline.ts';
import { withDeadline } from '../../src/platform/clock.ts';
import type { Random } from '../../src/platform/random.ts';
import { LatestRedactor } from '../../src/platform/secret.ts';
import { Timeline } from '../../src/platform/timeline.ts';
import { TablesAhead } from '../../src/tables/ahead.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type InForce, inForce, soundConfig } from './config.ts';
import { Disk } from './disk.ts';
import { Machine, settled } from './machine.ts';
import { Past } from './past.ts';
import type { Sent } from './sent.ts';
import { NO_FEEDS, Stage, stagedLanes } from './staged.ts';
import type { LaneName, LanePlan, Story } from './story.ts';

const NO_TABLE_SET = {
  apply: () => ({ added: [], changed: [], removed: [] }),
  ahead: () =>
    new TablesAhead([], new Map(), {
      file: () => Promise.resolve(undefined),
      kept: () => Promise.resolve(undefined),
    }),
};

/** Reported at the moment at which it happens. */
export interface Witness {
  /** A connection is being made for it. */
  goes(sent: Sent, world: World): void;
  /** Its first byte is written. */
  writes(sent: Sent, body: string | undefined, world: World): void;
}

const quiet = () => undefined;
const redact = (text: string) => text;

export class World {
  readonly machine = new Machine();
  readonly random: Random;
  readonly story: Story;
  readonly disk = new Disk();
  readonly past = new Past();
  /** The config in force, by destination. */
  config = new Map<LaneName, InForce>();
  /** By destination, since when. */
  readonly suspended = new Map<string, { readonly at: number; readonly farEnd: string | undefined }>();
  /** Until everything is written again. */
  #brokenSince = Number.POSITIVE_INFINITY;
  #plans: readonly LanePlan[];
  readonly #stage: Stage;
  #ready: { readonly plans: readonly LanePlan[]; readonly config: ReadyConfig } | undefined;
  #timeline!: Timeline;
  #pipeline!: Pipeline;
  #muting: Muting | undefined;
  #running!: RunningConfig;

  constructor(seed: number, story: Story, witness: Witness) {
    this.random = seededRandom(seed);
    this.story = story;
    this.#plans = story.plans;
    this.#stage = new Stage({
      ...{ story, random: this.random, past: this.past },
      truth: () => this.machine.truthMs,
      inForce: (name) => this.config.get(name as LaneName),
      goes: (sent) => witness.goes(sent, this),
      writes: (sent, body) => witness.writes(sent, body, this),
    });
  }

  get plans(): readonly LanePlan[] {
    return this.#plans;
  }

  get life(): number {
    return this.past.lives.length - 1;
  }

  get storeFault(): string | undefined {
    return this.#pipeline?.journal.fault;
  }

  /** The first life. */
  start(): void {
    this.#start();
  }

  /** The disk takes nothing. */
  set diskIsBroken(isBroken: boolean) {
    this.disk.isBroken = isBroken;
    this.past.disk.push({ at: this.machine.truthMs, isBroken });
    if (isBroken) this.#brokenSince = Math.min(this.#brokenSince, this.machine.truthMs);
    else if (this.storeFault === undefined) this.#brokenSince = Number.POSITIVE_INFINITY;
  }

  get diskIsBroken(): boolean {
    return this.disk.isBroken;
  }

  /** A frame was read: by then it counts as promised. */
  accept(frame: AnnouncementFrame, feed: string, ageAtReceiptMs: number): void {
    const { truthMs } = this.machine;
    this.past.reads(frame.title, truthMs);
    const receivedMs = this.#timeline.monotonicMs();
    const receivedTimestampUs = Math.round(receivedMs * 1000);
    this.#pipeline.intake.accept(toNews(frame, { feed, receivedTimestampUs, receivedMs, ageAtReceiptMs }));
  }

  /** Lets time pass; a process that died on the way is started again a moment later. */
  async advance(byMs: number): Promise<void> {
    const { life } = this;
    const untilMs = this.machine.truthMs + byMs;
    await this.machine.advance(byMs);
    if (this.past.isAlive && this.life === life) return;
    if (!this.past.isAlive) this.#start();
    await this.advance(Math.max(0, untilMs - this.machine.truthMs));
  }

  /** SIGKILL after so many more steps. */
  dieAfter(steps: number): void {
    let left = steps;
    this.machine.onStep = () => {
      if (left-- === 0) this.#die();
    };
  }

  /** SIGKILL between two steps, and a new process a moment later. */
  async crash(downMs: number): Promise<void> {
    // A step is whole: what follows from it without waiting is done.
    await settled();
    this.#die();
    this.machine.rest(downMs);
    this.#start();
  }

  /** SIGTERM, and a new process a moment later. */
  async restart(downMs: number): Promise<void> {
    let isStopped = false;
    const stop = async (deadline: AbortSignal) => {
      await this.#running.stop(deadline);
      await this.#pipeline.stop(deadline);
      this.#pipeline.journal.close();
      isStopped = true;
    };
    void withDeadline(this.#timeline, this.#running.config.shutdownTimeout, stop);
    const { truthMs } = this.machine;
    while (!isStopped && this.past.isAlive) {
      await this.machine.advance(50);
      if (this.machine.truthMs > truthMs + 20_000) throw new Error('the stop does not end');
    }
    // Earlier events are on record: there is no last moment.
    this.#die(Number.POSITIVE_INFINITY);
    this.machine.rest(downMs);
    this.#start();
  }

  /** The config file is replaced, and the bridge reloads it. */
  async reload(plans: readonly LanePlan[]): Promise<void> {
    const before = this.#plans;
    this.#plans = plans;
    const reloaded = this.#running.reload();
    await Promise.resolve();
    const ended = await Promise.race([reloaded, settled()]);
    if (ended?.ok === false) this.#plans = before;
  }

  /** `deliveries discard`, noticed a moment later. */
  async discard(ids: readonly string[]): Promise<void> {
    if (this.diskIsBroken || this.#pipeline.journal.waiting() === undefined) return;
    const gone = discardDeliveries(this.disk.database, ids, this.#timeline.monotonicMs());
    await this.advance(this.random() * 1000);
    this.#running.reconcile();
    for (const id of gone) this.past.discarded.set(id, this.machine.truthMs);
  }

  /** `mute` of a destination, noticed a moment later. Of more than a lane holds the rest would be looked at in its turn. */
  async mute(destination: LaneName, forMs: number): Promise<void> {
    if (this.diskIsBroken || this.waitingIds().length > 900) return;
    const nowMs = this.#timeline.monotonicMs();
    const madeAt = this.machine.truthMs;
    const mute = {
      kind: 'destination',
      name: destination,
      untilMs: nowMs + forMs,
      reason: undefined,
    } as const;
    keepMutes(this.disk.database, [mute], nowMs);
    await this.advance(this.random() * 1000);
    if (this.#muting?.follow()) this.#running.reconcile();
    if (this.#muting?.isBehind !== false) return;
    // A second mute prolongs the first: what was requested by hand in between is still sent.
    const first = this.past.muted.findLast((one) => one.destination === destination && madeAt < one.until);
    this.past.muted.push({
      ...{ destination, madeAt: first?.madeAt ?? madeAt },
      ...{ from: this.machine.truthMs, until: madeAt + forMs },
    });
  }

  /** `deliveries retry`, of one that is dead or too late. */
  async retry(isLate: boolean): Promise<void> {
    if (this.diskIsBroken || this.#pipeline.journal.waiting() === undefined) return;
    const ids = this.disk
      .idsIn('dead', 'expired')
      // Late needs the `maxAge` of a destination that is there (`deliveries retry`).
      .filter((id) => !isLate || this.config.has(this.past.owed.get(id)?.delivery.destination as LaneName))
      .slice(0, 3);
    // An operator reads the bridge's own time from the store.
    const nowMs = this.#timeline.monotonicMs();
    const maxAgeOf = (name: string) => this.config.get(name as LaneName)?.options.maxAge ?? false;
    const changed = retryDeliveries(this.disk.database, ids, nowMs, { maxAgeOf, isLate });
    for (const id of changed) this.past.retries(id, isLate, this.machine.truthMs);
    await this.advance(this.random() * 1000);
    this.#running.reconcile();
    this.past.tellsOfRetries(changed, this.machine.truthMs);
  }

  waitingIds(): string[] {
    this.flush();
    return this.disk.idsIn('pending');
  }

  /** Everything that has happened is written down. */
  flush(): void {
    this.#pipeline.journal.flush();
  }

  /** SIGKILL: what was only in memory is gone. */
  #die(lastMs = this.machine.truthMs): void {
    if (!this.past.isAlive) return;
    const { truthMs } = this.machine;
    if (this.#pipeline.journal.fault !== undefined) this.past.loses(this.disk.titles());
    this.past.dies(truthMs, (sent) => !this.disk.isSettled(sent) && this.#mayBeForgotten(sent, lastMs));
    this.suspended.clear();
    this.machine.endProcess();
  }

  /** Attempts are written down in the tick after they end, if the disk takes them. */
  #mayBeForgotten({ endedAt }: Sent, lastMs: number): boolean {
    if (endedAt === undefined) return true;
    const haltedMs = this.machine.halts.reduce(
      (sum, { from, until }) => sum + Math.max(0, until - Math.max(from, endedAt)),
      0,
    );
    return endedAt + haltedMs + 2 >= Math.min(this.#brokenSince, lastMs);
  }

  #start(): void {
    const { random, machine } = this;
    this.diskIsBroken = false;
    this.#brokenSince = Number.POSITIVE_INFINITY;
    const system = machine.startProcess();
    const clock = new Timeline(system);
    this.#timeline = clock;
    const outbox = this.disk.outbox();
    const events = createEvents((event) => this.#hear(event));
    const first = this.#readyConfig();
    const recovered = outbox.recover(clock.monotonicMs(), first.config.dedupeWindow);
    const behindMs = clock.continueFrom(recovered.latestMs);
    this.past.starts(machine.truthMs, machine.wallAheadMs, behindMs);
    const turn = Promise.resolve();
    const pipeline = createPipeline({
      ...{ outbox, recovered, clock, random, dedupeWindowMs: first.config.dedupeWindow },
      events: {
        ...{ intake: events.intake, lane: events.lane, openFailed: quiet },
        journal: {
          written: quiet,
          ...events.journal,
          mended: () => {
            if (!this.diskIsBroken) this.#brokenSince = Number.POSITIVE_INFINITY;
          },
          usable: () => this.#running.takeUp(),
        },
      },
      outside: { redact, version: '0', pools: this.#stage.pools(clock), turns: { orders: turn, rest: turn } },
    });
    this.#pipeline = pipeline;
    const lanes = stagedLanes(pipeline.lanes, (destinations) => {
      this.config = inForce(soundConfig(this.#plans, this.story), this.#plans);
      this.past.configures(this.config, machine.truthMs);
      return destinations.map((prepared) => this.#stage.prepare(prepared, clock));
    });
    this.#running = new RunningConfig(first, {
      ...{
        clock,
        turn,
        publish: quiet,
        feeds: NO_FEEDS,
        tables: NO_TABLE_SET,
        pipeline: { ...pipeline, lanes },
      },
      redactor: new LatestRedactor(redact),
      load: () => soundConfig(this.#plans, this.story),
    });
    this.#muting = new Muting({
      ...{ clock, pipeline, deliveries: { mute: () => Promise.reject(new Error('no store is replaced')) } },
      bus: { publish: quiet, listen: () => quiet },
    });
    this.#running.start();
  }

  /** Made ready once for each config: that is most of the work of a start. */
  #readyConfig(): ReadyConfig {
    if (this.#ready?.plans !== this.#plans)
      this.#ready = {
        plans: this.#plans,
        config: makeReady(soundConfig(this.#plans, this.story)),
      };
    return this.#ready.config;
  }

  #hear(event: BridgeEvent): void {
    const { past, suspended, machine } = this;
    switch (event.kind) {
      case 'announcement.received':
        return past.received(event.deliveries, machine.truthMs);
      case 'delivery.attempted':
        return past.attempted(event.delivery.id);
      case 'delivery.ended':
        return past.ended(event.delivery.id, event, machine.truthMs);
      case 'destination.suspended': {
        const { destination: name } = event;
        if (suspended.has(name)) past.saidTwice.push(`${name} is suspended`);
        const farEnd = this.config.get(name as LaneName)?.farEnd;
        suspended.set(name, { at: machine.truthMs, farEnd });
        return;
      }
      case 'destination.resumed':
        if (!suspended.delete(event.destination)) past.saidTwice.push(`${event.destination} is back`);
    }
  }
}
