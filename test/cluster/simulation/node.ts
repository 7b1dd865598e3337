/** One machine of a simulated cluster: its store stays when its process dies. The pipeline is the real one; only what leads out is not. */
import { DatabaseSync } from 'node:sqlite';
import type { Solitude } from '../../../src/cluster/alone.ts';
import type { Cluster } from '../../../src/cluster/cluster.ts';
import { joinCluster } from '../../../src/cluster/join.ts';
import { KEPT_MS, PARTITIONS, type Shared } from '../../../src/cluster/shared.ts';
import { Tenures } from '../../../src/cluster/tenures.ts';
import { type ReadyConfig, wantedBy } from '../../../src/daemon/ready-config.ts';
import { Standings } from '../../../src/daemon/standing.ts';
import type { BridgeEvent } from '../../../src/events/bridge-event.ts';
import type { ClusterEvent } from '../../../src/events/cluster-event.ts';
import { createEvents } from '../../../src/events/events.ts';
import { type AnnouncementFrame, toNews } from '../../../src/feeds/cryptolisting/frames.ts';
import type { MuteWish } from '../../../src/mutes/mute.ts';
import { migrate, SCHEMA_VERSION } from '../../../src/outbox/migrations.ts';
import { keepMutes, liftMutes, mutesIn } from '../../../src/outbox/mute-rows.ts';
import { SqliteOutbox } from '../../../src/outbox/sqlite.ts';
import { createPipeline, type Pipeline } from '../../../src/pipeline.ts';
import { Timeline } from '../../../src/platform/timeline.ts';
import type { ModelLink } from '../../support/cluster/model.ts';
import { outsideOf } from '../../support/pipeline.ts';
import { CONFIG, CONFIG_AFTER } from './config.ts';
import { type ReceiverDeps, receiverFor } from './receivers.ts';
import { Process, type Universe } from './universe.ts';

export interface MachineDeps {
  readonly name: string;
  readonly universe: Universe;
  readonly receivers: ReceiverDeps;
  readonly connect: () => ModelLink;
  readonly watch: Watch;
  readonly hear: (event: BridgeEvent, life: string) => void;
  readonly digest: () => string;
  /** Absent: yes. */
  readonly reads?: boolean;
  readonly delivers?: boolean;
  readonly report?: (event: ClusterEvent) => void;
  /** Events are heard so long after they happened, as on a bus that is behind. Absent: at once. */
  readonly busDelayMs?: number;
  /** How far back a new holder looks; default: as the log does. */
  readonly spanMs?: number;
  /** Default: `CONFIG`. */
  readonly config?: ReadyConfig;
  /** Absent: it never tries to be alone. */
  readonly solitude?: (process: Process) => Solitude;
}

export interface Watch {
  /** It gives it back, from now on. */
  released(partition: number, life: string): void;
  /** Its process has ended. */
  dead?(life: string): void;
}

const WINDOW_MS = 600_000;

const quiet = () => undefined;

/** A store as the migrations leave it: to make each from the beginning would be a good part of a life. */
function blankStore(): string {
  const made = new DatabaseSync(':memory:');
  migrate(made);
  const parts = made.prepare(
    "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'",
  );
  const sql = parts.all().map((row) => `${row['sql']};`);
  made.close();
  return ['BEGIN;', ...sql, `PRAGMA user_version = ${SCHEMA_VERSION};`, 'COMMIT;'].join('\n');
}

const BLANK_STORE = blankStore();

let lives = 0;

const destinationsFor = (config: ReadyConfig, process: Process, life: string, receivers: ReceiverDeps) =>
  config.destinations.map((prepared) => ({
    ...prepared,
    limits: { ...prepared.limits, shared: [] },
    open: async () => receiverFor(prepared.name, process, life, receivers),
  }));

export class SimulatedNode {
  readonly name: string;
  readonly #deps: MachineDeps;
  readonly #database = new DatabaseSync(':memory:');
  wallAheadMs = 0;
  /** Of the file and the program on this machine. */
  config: ReadyConfig;
  version = '1';
  life = '';
  process: Process | undefined;
  /** Of the bridge. */
  clock: Timeline | undefined;
  link: ModelLink;
  cluster: Cluster | undefined;
  standings: Standings | undefined;
  /** Of the next start: by the operator's word. */
  isAlone = false;
  pipeline: Pipeline | undefined;
  #tenures: Tenures | undefined;
  #isEnding = false;

  constructor(deps: MachineDeps) {
    this.#deps = deps;
    this.name = deps.name;
    this.config = deps.config ?? CONFIG;
    this.link = deps.connect();
    this.#database.exec(BLANK_STORE);
  }

  get isUp(): boolean {
    return this.process !== undefined;
  }

  get reads(): boolean {
    return this.#deps.reads ?? true;
  }

  /** The config of its file: all destinations are made again. */
  reload(): void {
    const { pipeline, process, life, config } = this;
    if (pipeline === undefined || process === undefined) return;
    const applied = pipeline.lanes.apply(
      destinationsFor(config, process, life, this.#deps.receivers),
      wantedBy(config),
    );
    void applied.retired(new AbortController().signal);
    pipeline.intake.routes = { router: config.router, targets: pipeline.lanes.targets() };
    pipeline.lanes.refill();
  }

  /** By its own clock. */
  maySendFor(partition: number): boolean {
    return this.isUp && this.#tenures?.at(partition).isOver === false;
  }

  start(): void {
    const { universe, receivers, hear, digest } = this.#deps;
    const process = new Process(universe, this.wallAheadMs);
    this.process = process;
    this.life = `life ${String(++lives).padStart(9, '0')}`;
    const { life } = this;
    const clock = new Timeline(process);
    this.clock = clock;
    const outbox = new SqliteOutbox(this.#database);
    const recovered = outbox.recover(clock.monotonicMs(), WINDOW_MS);
    clock.continueFrom(recovered.latestMs);
    const tenures = new Tenures(clock);
    this.#tenures = tenures;
    const behind: BridgeEvent[] = [];
    const catchUp = () => {
      for (const event of behind.splice(0)) if (!this.standings?.isSecluded) this.cluster?.hear(event);
    };
    const { busDelayMs } = this.#deps;
    const events = createEvents((event) => {
      hear(event, life);
      behind.push(event);
      if (busDelayMs === undefined) catchUp();
      else process.after(busDelayMs, catchUp);
    });
    const pipeline = createPipeline({
      ...{ outbox, recovered, clock, random: receivers.random, dedupeWindowMs: WINDOW_MS },
      events: { ...events, openFailed: quiet, journal: { ...events.journal, written: quiet, usable: quiet } },
      outside: outsideOf(Promise.resolve()),
      cluster: tenures,
    });
    this.pipeline = pipeline;
    pipeline.mutes.take(mutesIn(this.#database));
    pipeline.cooldowns.follow(this.config.router.cooldowns);
    this.reload();
    this.standings = this.#standingsFor(pipeline, tenures, process);
    if (this.isAlone) return this.standings?.beAlone();
    this.cluster = joinCluster({
      met: async () => this.standings?.end(),
      ...{ pipeline, tenures, clock, spanMs: () => this.#deps.spanMs ?? KEPT_MS, catchUp },
      redact: (text) => text,
      mutes: {
        now: () => pipeline.mutes.inForce(clock.monotonicMs()),
        change: async (lifted, made) => {
          this.mute(lifted, made);
          return true;
        },
      },
      shared: this.#sharedFor(process),
      report: (event) => {
        if (event.kind === 'delivery.ended') hear(event, life);
        else this.#deps.report?.(event);
        if (event.kind === 'cluster.unreachable') this.standings?.cannotJoin();
        this.cluster?.hear(event);
      },
      card: () => ({
        ...{ node: this.name, life, version: this.version, reads: this.reads, drains: false, feeds: [] },
        delivers: this.#deps.delivers ?? true,
        digest: [digest(), this.version, this.config === CONFIG_AFTER ? 'after' : ''].join(),
      }),
    });
  }

  #standingsFor(pipeline: Pipeline, tenures: Tenures, process: Process): Standings | undefined {
    const { solitude, receivers, report } = this.#deps;
    if (solitude === undefined) return undefined;
    return new Standings({
      ...{ pipeline, tenures, clock: this.clock ?? process, random: receivers.random, isWhole: true },
      solitude: () => solitude(process),
      publish: (event) => {
        if (event.kind !== 'delivery.ended') report?.(event);
      },
      failure: () => undefined,
    });
  }

  /** As a person does on this node. */
  mute(lifted: readonly number[], made: readonly MuteWish[]): void {
    liftMutes(this.#database, lifted);
    keepMutes(this.#database, made, this.nowMs());
    this.pipeline?.mutes.take(mutesIn(this.#database));
  }

  /** A frame of a feed. */
  accept(frame: AnnouncementFrame, read: () => void): void {
    this.process?.run(() => {
      if (this.#isEnding) return;
      const receivedMs = this.pipeline?.journal === undefined ? 0 : this.nowMs();
      const receivedTimestampUs = Math.round(receivedMs * 1000);
      read();
      this.pipeline?.intake.accept(
        toNews(frame, { feed: 'one', receivedTimestampUs, receivedMs, ageAtReceiptMs: 0 }),
      );
    });
  }

  /** As `end`, while time goes on by itself. It is gone when it resolves. */
  async leave(graceMs: number): Promise<void> {
    const { pipeline, cluster, process } = this;
    const patience = new AbortController();
    process?.after(graceMs, () => patience.abort());
    this.#isEnding = true;
    // Nobody waits for longer: it is killed.
    const isOver = new Promise<void>((resolve) => process?.after(2 * graceMs, resolve));
    const hasLeft = (async () => {
      await pipeline?.stop(patience.signal);
      await cluster?.leave(patience.signal);
      pipeline?.journal.close();
    })();
    await Promise.race([hasLeft, isOver]);
    if (this.process === process) this.kill();
  }

  kill(): void {
    this.#isEnding = false;
    this.process?.kill();
    this.#deps.watch.dead?.(this.life);
    this.cluster?.stop();
    this.process = undefined;
    this.cluster = undefined;
    this.link = this.#deps.connect();
  }

  /** SIGTERM: what is on the wire may end for so long, and is cut then; what it holds is given back. */
  async end(advance: (ms: number) => Promise<void>, graceMs = 0): Promise<void> {
    let isOver = false;
    const { pipeline, cluster, process } = this;
    const patience = new AbortController();
    if (graceMs === 0) patience.abort();
    else process?.after(graceMs, () => patience.abort());
    void pipeline?.stop(patience.signal).then(async () => {
      await this.standings?.end();
      await cluster?.leave(patience.signal);
      pipeline.journal.close();
      isOver = true;
    });
    for (let n = 0; n < 200 && !isOver && process?.isAlive; n++) await advance(100);
    this.kill();
  }

  close(): void {
    this.kill();
    this.#database.close();
  }

  rows(): readonly Record<string, unknown>[] {
    return this.#database
      .prepare('SELECT COALESCE(name, id) AS id, destination, state, reason FROM deliveries')
      .all();
  }

  pending(): number {
    const waiting = this.pipeline?.journal.waiting() ?? new Map();
    // Those of others can never be sent.
    return this.config.destinations.reduce((sum, { name }) => sum + (waiting.get(name)?.deliveries ?? 0), 0);
  }

  nowMs(): number {
    return this.clock?.monotonicMs() ?? 0;
  }

  #sharedFor(process: Process): Shared {
    const { link, life } = this;
    const { watch } = this.#deps;
    const answer = <Result>(work: Promise<Result>) => process.answer(work);
    return {
      renew: (card, beat) => answer(link.renew(card, beat)),
      claim: (card, partitions) => answer(link.claim(card, partitions)),
      release: (card, epochs) => {
        for (const partition of epochs.keys()) watch.released(partition, life);
        return answer(link.release(card, epochs));
      },
      leave: (card) => {
        for (let partition = 0; partition < PARTITIONS; partition++) watch.released(partition, life);
        return answer(link.leave(card));
      },
      tell: (rows) => link.tell(rows),
      append: (entries) => answer(link.append(entries)),
      readAfter: (seq, limit) => answer(link.readAfter(seq, limit)),
      inherit: (partitions, spanMs) => answer(link.inherit(partitions, spanMs)),
      settle: (ends) => answer(link.settle(ends)),
      begin: (ends) => answer(link.begin(ends)),
      remember: (facts) => answer(link.remember(facts)),
      facts: () => answer(link.facts()),
      ask: (errands) => answer(link.ask(errands)),
      takeErrands: (one) => answer(link.takeErrands(one)),
      members: () => answer(link.members()),
      listen: (hint, lost) =>
        link.listen(
          (one) => process.run(() => hint(one)),
          () => process.run(lost),
        ),
      close: () => link.close(),
    };
  }
}
