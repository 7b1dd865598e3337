/** The bridge as a node of a cluster: its card, its way into the database, and what it says of the others. */
import { createHash } from 'node:crypto';
import { adopt, learn } from '../cluster/adopt.ts';
import { AllDeliveries } from '../cluster/all-deliveries.ts';
import { Asking, type Attend } from '../cluster/asking.ts';
import { attending } from '../cluster/attending.ts';
import type { Changing } from '../cluster/changing.ts';
import type { Cluster, ClusterDeps } from '../cluster/cluster.ts';
import { joinCluster } from '../cluster/join.ts';
import type { LocalMutes } from '../cluster/mute-registers.ts';
import type { ClusterOptions } from '../cluster/options.ts';
import { OtherNodes } from '../cluster/others.ts';
import { PostgresShared } from '../cluster/postgres/postgres.ts';
import { PostgresSolitude } from '../cluster/postgres/solitude.ts';
import { type RehearsedCluster, rehearsedCluster } from '../cluster/rehearsed.ts';
import { type ClusterReport, clusterReport, feedOnCard } from '../cluster/report.ts';
import type { NodeCard } from '../cluster/shared.ts';
import { spanOf } from '../cluster/span.ts';
import { Tenures } from '../cluster/tenures.ts';
import type { Config } from '../config/schema.ts';
import type { Bus } from '../events/bus.ts';
import type { LaneSet } from '../lane-set.ts';
import type { Deliveries } from '../outbox/deliveries.ts';
import { idAt } from '../outbox/ids.ts';
import type { Pipeline } from '../pipeline.ts';
import { type Clock, wait } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { fingerprint, type Redactor, Secret } from '../platform/secret.ts';
import type { ClusterOps } from '../web/ops.ts';
import type { FeedSet } from './feed-set.ts';
import type { Muting } from './muting.ts';
import type { RunningConfig } from './running-config.ts';
import { Standings, WAY_OUT } from './standing.ts';

/** Never connected. */
const NOWHERE = new Secret('postgres://nowhere.invalid/nowhere');

type Reported = Parameters<ClusterDeps['report']>[0];

/** Whoever asks for a drain waits so long for its end. */
const DRAIN_MS = 30_000;

/** And so long until the others have taken what it gave back. */
const LOOKS = 30;
const LOOK_MS = 100;

export interface ClusteringDeps {
  /** By the word of whoever started it no other bridge of the cluster runs: nobody asks a database. */
  readonly alone?: boolean | undefined;
  readonly options: ClusterOptions;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
}

export interface JoinDeps {
  readonly pipeline: Pipeline;
  readonly running: Pick<RunningConfig, 'config' | 'ready' | 'reconcile'>;
  readonly feeds: Pick<FeedSet, 'reports'>;
  readonly bus: Pick<Bus, 'publish' | 'listen' | 'drain'>;
  readonly muting: Pick<Muting, 'follow'>;
  readonly deliveries: Deliveries;
  readonly redact: Redactor;
  /** Where others reach this one. */
  readonly url: string | undefined;
}

export class Clustering implements ClusterOps {
  readonly tenures: Tenures;
  readonly #deps: ClusteringDeps;
  readonly #life: string;
  readonly #shared: PostgresShared;
  readonly #asking: Asking;
  #joined: Cluster | undefined;
  #standings: Standings | undefined;
  #sight: JoinDeps | undefined;
  #changing: Changing | undefined;
  /** Of the config that it was made from. */
  #digest: { readonly config: Config; readonly digest: string } | undefined;
  #span: { readonly ready: RunningConfig['ready']; readonly ms: number } | undefined;

  constructor(deps: ClusteringDeps) {
    const { options, clock, random } = deps;
    this.#deps = deps;
    this.tenures = new Tenures(clock);
    // Of two lives of one name the one that began earlier is less.
    this.#life = `${idAt(clock.wallMs())}${Math.floor(random() * 2 ** 40).toString(36)}`;
    // Of one that is alone, nothing is connected: a URL that is none does not stop it.
    const url = deps.alone ? NOWHERE : options.url;
    this.#shared = new PostgresShared({ url, node: options.node, clock, random });
    const attend: Attend = async (kind, args) => {
      if (this.#changing === undefined) throw new Error('it is just starting');
      return await attending(this.#changing)(kind, args);
    };
    this.#asking = new Asking({ shared: this.#shared, clock, life: this.#life, attend });
  }

  /** The stores of all nodes. `local`: of this one. */
  allDeliveries(local: Deliveries): Deliveries {
    const { node } = this.#deps.options;
    const members = () => this.#joined?.node.view?.members ?? [];
    const others = new OtherNodes({ asking: this.#asking, members, node, isNode: true });
    return new AllDeliveries({ local, others, node, changing: () => this.#changing });
  }

  /** For the stage of a rehearsal. */
  get rehearsed(): RehearsedCluster {
    const { options, clock } = this.#deps;
    return rehearsedCluster(clock, options.node, (row, heard) => this.#shared.echo(row, heard));
  }

  get node(): string {
    return this.#deps.options.node;
  }

  /** To destinations that other nodes hold. */
  readonly alert: Cluster['alert'] = (content, deliveries, sameAs) =>
    this.#joined?.alert(content, deliveries, sameAs);

  get reads(): boolean {
    return this.#deps.alone || this.#deps.options.roles.includes('read');
  }

  /** When everything stands: from now on it takes its share. */
  join(deps: JoinDeps): void {
    const { pipeline, bus, deliveries } = deps;
    this.#changing = {
      deliveries,
      nowMs: () => this.#deps.clock.monotonicMs(),
      holds: (destinations) => destinations.filter((name) => this.#sendsTo(name, pipeline.lanes)),
      adopt: (row) => adopt(row, pipeline.journal, this.#deps.clock),
      learn: (content) => learn(content, pipeline.journal),
      passOn: (destinations) =>
        this.#joined?.passOn(destinations.flatMap((name) => this.#partitionOf(name, pipeline.lanes) ?? [])),
    };
    this.#sight = deps;
    const standings = this.#standingsFor(deps);
    this.#standings = standings;
    if (this.#deps.alone) return standings.beAlone();
    const cluster = joinCluster({
      ...{ pipeline, shared: this.#shared, tenures: this.tenures, clock: this.#deps.clock },
      card: () => this.#card(deps),
      mutes: this.#mutes(deps),
      redact: deps.redact,
      spanMs: () => this.#spanOf(deps),
      report: (event) => this.#report(event, bus.publish),
      met: () => standings.end(),
      catchUp: () => bus.drain(),
      asked: () => void this.#asking.take(),
    });
    this.#joined = cluster;
    // All that it does alone is in its store, from which a database gets it.
    bus.listen((event) => {
      if (!standings.isSecluded) cluster.hear(event);
    });
  }

  #standingsFor({ pipeline, bus }: JoinDeps): Standings {
    const { options, clock, random } = this.#deps;
    return new Standings({
      ...{ pipeline, clock, random, tenures: this.tenures, publish: bus.publish },
      solitude: () => new PostgresSolitude({ url: options.url, clock }),
      isWhole: this.reads && options.roles.includes('deliver'),
      failure: () => this.#shared.failure,
    });
  }

  #report(event: Reported, publish: (event: Reported) => void): void {
    if (event.kind !== 'cluster.unreachable' || this.#joined?.node.view !== undefined) return publish(event);
    publish({ ...event, advice: `${event.advice} ${WAY_OUT}` });
    this.#standings?.cannotJoin();
  }

  #mutes({ pipeline, deliveries, muting, running }: JoinDeps): LocalMutes {
    const nowMs = () => this.#deps.clock.monotonicMs();
    return {
      now: () => pipeline.mutes.inForce(nowMs()),
      change: async (lifted, made) => {
        const isLifted = lifted.length === 0 || (await deliveries.lift(lifted)).ok;
        const isMade = made.length === 0 || (await deliveries.mute(made, nowMs())).ok;
        if (muting.follow()) running.reconcile();
        return isLifted && isMade;
      },
    };
  }

  /** Its partitions are free at once; what is on the wire has ended before. Never rejects. */
  async leave(): Promise<void> {
    await this.#standings?.end();
    await this.#joined?.leave();
  }

  /** The end of the bridge. While the database cannot be reached, what has ended here waits for it until `patience` aborts. */
  async close(patience: AbortSignal): Promise<void> {
    await this.#standings?.end();
    await this.#joined?.leave(patience);
    await this.#shared.close();
  }

  get report(): ClusterReport | undefined {
    if (this.#sight === undefined || this.#standings === undefined) return undefined;
    const { node } = this.#joined ?? {};
    const sends = this.tenures.all.filter(({ isOver }) => !isOver).length;
    return clusterReport({
      ...{ card: this.#card(this.#sight), sends, standing: this.#standings.of(node, sends) },
      view: node?.view,
      isReached: node?.isReached ?? false,
      isDraining: node?.isDraining ?? false,
    });
  }

  /** The node that sends to it now, as this one last saw it. */
  readonly holderOf = (destination: string): string | undefined => {
    if (this.#sight === undefined) return undefined;
    const { pipeline } = this.#sight;
    if (this.#sendsTo(destination, pipeline.lanes)) return this.node;
    const partition = this.#partitionOf(destination, pipeline.lanes);
    const holder = this.#joined?.node.view?.leases.find((lease) => lease.partition === partition);
    const isHeld = holder !== undefined && holder.restMs > 0 && holder.node !== this.node;
    return isHeld ? holder.node : undefined;
  };

  /** Hands over what it has; resolves when nothing is left, or after a while: nobody may be there to take it. */
  async drain(): Promise<void> {
    const ended = this.#joined?.node.drain();
    if (ended === undefined) return;
    const isOver = new AbortController();
    await Promise.race([ended, wait(this.#deps.clock, DRAIN_MS, isOver.signal)]);
    isOver.abort();
    // The others take it at once; whoever looks sees that.
    for (let n = 0; n < LOOKS && (this.report?.unheld ?? 0) > 0; n++) await wait(this.#deps.clock, LOOK_MS);
  }

  async undrain(): Promise<void> {
    this.#joined?.node.undrain();
  }

  #sendsTo(destination: string, lanes: Pick<LaneSet, 'prepared'>): boolean {
    const prepared = lanes.prepared(destination);
    return prepared !== undefined && !this.tenures.of(prepared.limits).isShut;
  }

  #partitionOf(destination: string, lanes: Pick<LaneSet, 'prepared'>): number | undefined {
    const prepared = lanes.prepared(destination);
    return prepared && this.tenures.partition(prepared.limits);
  }

  #card(deps: JoinDeps): NodeCard {
    const { running, feeds, url } = deps;
    const { options, version } = this.#deps;
    return {
      ...{ node: options.node, life: this.#life, version, digest: this.#digestOf(running.config) },
      reads: this.reads,
      delivers: options.roles.includes('deliver'),
      drains: false,
      ...(url !== undefined && { address: url }),
      needsMs: this.#spanOf(deps),
      feeds: feeds.reports.map((feed) => feedOnCard(feed, this.#deps.clock.monotonicMs())),
    };
  }

  #spanOf({ running, pipeline }: JoinDeps): number {
    const { ready } = running;
    const { destinations, router } = ready;
    if (this.#span?.ready !== ready)
      this.#span = {
        ready,
        ms: spanOf({
          ...{ destinations, dedupeWindowMs: pipeline.dedupe.windowMs },
          cooldowns: router.cooldowns.values(),
        }),
      };
    return this.#span.ms;
  }

  #digestOf(config: Config): string {
    if (this.#digest?.config !== config)
      this.#digest = { config, digest: decidingDigest(config, this.#deps.version) };
    return this.#digest.digest;
  }
}

/** Of all that decides what is sent where; not of what each machine has for itself. */
function decidingDigest(config: Config, version: string): string {
  const { destinations, rules, templates, extract, tables, alerts, dedupeWindow } = config;
  const deciding = fingerprint({
    ...{ destinations, rules, templates, extract, tables, alerts, dedupeWindow },
  });
  return createHash('sha256').update(`${version} ${deciding}`).digest('hex').slice(0, 12);
}
