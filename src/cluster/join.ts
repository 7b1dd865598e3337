/**
 * A node of a cluster around a pipeline, which stays as it is: its own store, lanes and budgets. What is shared follows from the events of the
 * pipeline, behind the sends; what others share comes in as news, or as rows of the store.
 */

import type { BridgeEvent } from '../events/bridge-event.ts';
import { reroute } from '../pipeline.ts';
import { Alerts } from './alerts.ts';
import { Announced } from './announced.ts';
import { Arrivals, isOfOneAlone } from './arrivals.ts';
import { Claiming } from './claiming.ts';
import type { Cluster, ClusterDeps } from './cluster.ts';
import { Findings } from './findings.ts';
import { Holdings } from './holdings.ts';
import { Known, type KnownNews } from './known.ts';
import { LocalRows } from './local-rows.ts';
import { LogReader } from './log-reader.ts';
import { LogWriter } from './log-writer.ts';
import { ClusterNode } from './node.ts';
import { Past } from './past.ts';
import { Settling } from './settling.ts';
import type { Hint, HintedRow, LogRow, View } from './shared.ts';
import { Takeover } from './takeover.ts';
import { Taking } from './taking.ts';
import { Telling } from './telling.ts';
import { partitionsByName } from './tenures.ts';
import { Warming } from './warming.ts';

export function joinCluster(deps: ClusterDeps): Cluster {
  return new Member(deps);
}

class Member implements Cluster {
  readonly node: ClusterNode;
  readonly #deps: ClusterDeps;
  readonly #known = new Known();
  readonly #arrivals: Arrivals;
  readonly #announced: Announced;
  readonly #alerts: Alerts;
  readonly #holdings: Holdings;
  readonly #rows: LocalRows;
  readonly #writer: LogWriter;
  readonly #reader: LogReader;
  readonly #settling: Settling;
  readonly #claiming: Claiming;
  readonly #takeover: Takeover;
  readonly #telling: Telling;
  readonly #past: Past;
  readonly #warming: Warming;
  readonly #findings: Findings;
  readonly #listening: { stop(): Promise<void> };
  readonly #taking: Taking;
  /** When partitions were last opened for news; monotonic. */
  #openedMs = Number.NEGATIVE_INFINITY;
  #hasHandedOver = false;

  constructor(deps: ClusterDeps) {
    this.#deps = deps;
    const { shared, clock, tenures, pipeline, spanMs } = deps;
    const { journal, lanes, intake, dedupe, budgets, cooldowns, memory } = pipeline;
    const { node: name } = deps.card();
    const known = this.#known;
    this.#arrivals = new Arrivals({ pipeline, clock, known, node: name });
    const holdings = new Holdings(tenures, clock);
    this.#holdings = holdings;
    const partitionOf = partitionsByName(lanes, tenures);
    const rows = new LocalRows({ journal, lanes, tenures, clock, spanMs });
    this.#rows = rows;
    this.#warming = new Warming({
      holds: (partition) => holdings.epochOf(partition) > 0,
      follow: (warmth) => tenures.spares.follow(warmth),
    });
    this.#alerts = new Alerts({ shared, clock, node: name, pipeline, tenures, holdings });
    const writer = new LogWriter({ known, shared, clock, node: name, dedupe, intake, lanes, tenures });
    this.#writer = writer;
    this.#announced = new Announced({ clock, arrivals: this.#arrivals, writer, node: name });
    const epochOf = (partition: number) => holdings.epochOf(partition);
    const settling = new Settling({ shared, clock, node: name, known, writer, partitionOf, epochOf });
    this.#settling = settling;
    const claiming = new Claiming({
      ...{ shared, clock, settling, writer, holdings, partitionOf },
      differs: () => this.node.differs,
    });
    this.#claiming = claiming;
    for (const tenure of tenures.all) tenure.claims = claiming;
    this.#findings = new Findings({
      ...{ shared, clock, pipeline, tenures, card: deps.card, mutes: deps.mutes, redact: deps.redact },
      hasDied: (partition) => this.node.heardOfMs(partition) !== undefined,
    });
    tenures.known = (occurrence) => known.byKey(occurrence)?.content.announcement;
    this.#reader = new LogReader({ shared, arrived: (row, isHint) => this.#arrived(row, isHint) });
    this.#past = new Past({ journal, memory, clock, dedupe, known, writer, settling, spanMs });
    this.#takeover = new Takeover({
      ...{ shared, clock, node: name, journal, budgets, cooldowns, known, rows, writer, settling },
      ...{ holdings, spanMs },
      ended: (delivery, state, reason, endedMs) =>
        deps.report({ kind: 'delivery.ended', delivery, state, reason, endedMs }),
      learn: (row) => this.#learn(row),
      heardOfMs: (partition) => this.node.heardOfMs(partition),
      unknownBeforeMs: () => this.node.unknownBeforeMs,
      open: (partitions) => this.#open(partitions),
      isOpen: (partition) => tenures.at(partition).isOpen,
      catchUp: deps.catchUp,
    });
    this.#taking = new Taking({ findings: this.#findings, takeover: this.#takeover, holdings });
    const telling = new Telling({
      ...{ shared, clock, node: name, pipeline, known, writer, settling, takeover: this.#takeover },
      openedMs: () => this.#openedMs,
    });
    this.#telling = telling;
    tenures.read = (all) => telling.read(all);
    this.node = new ClusterNode({
      ...{ shared, clock, holdings, card: deps.card, report: deps.report },
      duties: {
        gained: (partitions) => this.#gained(partitions),
        handOver: (partitions) => this.#handOver(partitions),
        lost: (partitions) => this.#lost(partitions),
        back: (partitions) => this.#back(partitions),
        tell: () => this.#tell().catch((error: unknown) => holdings.notFollowed(error)),
        latestSeq: () => writer.latestSeq,
        seen: (view) => this.#seen(view),
      },
    });
    this.#listening = shared.listen(
      (hint) => this.#hint(hint),
      () => {
        this.node.soon();
        this.#deps.asked?.();
      },
    );
    this.#route();
    this.node.start();
  }

  readonly hear = (event: BridgeEvent): void => {
    this.#findings.hear(event);
    this.#telling.hear(event);
  };

  readonly alert: Cluster['alert'] = (content, deliveries, sameAs) =>
    this.#alerts.tell(content, deliveries, sameAs);

  readonly passOn: Cluster['passOn'] = (partitions) => void this.#endLost(new Set(partitions));

  async leave(patience?: AbortSignal): Promise<void> {
    await this.node.leave(patience);
    this.stop();
  }

  stop(): void {
    this.node.stop();
    this.#writer.stop();
    this.#settling.stop();
    this.#findings.stop();
    this.#alerts.stop();
    void this.#listening.stop();
  }

  #hint(hint: Hint): void {
    if (hint.kind === 'news') this.#announced.hear(hint.row);
    if (hint.kind === 'log') this.#reader.hint(hint);
    if (hint.kind === 'leases' || hint.kind === 'facts') this.node.soon();
    if (hint.kind === 'errands' && [undefined, this.#deps.card().life].includes(hint.to))
      this.#deps.asked?.();
  }

  #seen(view: View): void {
    const { seq, factsVersion } = view;
    this.#warming.look(view, this.#deps.card(), this.#deps.clock.monotonicMs());
    this.#past.met(view);
    this.#reader.seen(seq);
    this.#announced.look();
    void this.#alerts.look();
    this.#writer.now();
    this.#settling.now();
    this.#findings.seen(factsVersion);
    void this.#taking.look();
  }

  async #tell(): Promise<void> {
    await this.#deps.met?.();
    if (this.#hasHandedOver) this.#reader.beginAnew();
    this.#findings.tellAgain();
    await this.#past.tell(this.node.view, this.node.unknownBeforeMs < 0);
    if (this.#hasHandedOver) return;
    // The deliveries that an earlier life has left are in the log: whoever is to send them takes them from there, also this node.
    this.#rows.handOver(new Set(this.#deps.tenures.all.keys()));
    this.#hasHandedOver = true;
  }

  #gained(partitions: readonly number[]): void {
    this.#findings.closed(partitions);
    this.#route();
    this.#taking.add(partitions);
  }

  /** All that was left there is known; from now on news is planned here. */
  #open(partitions: ReadonlySet<number>): void {
    for (const partition of partitions) this.#deps.tenures.at(partition).isOpen = true;
    this.#openedMs = this.#deps.clock.monotonicMs();
    this.#findings.opened(partitions);
    this.#route();
  }

  #route(): void {
    reroute(this.#deps.pipeline);
  }

  async #handOver(partitions: readonly number[]): Promise<void> {
    const all = new Set(partitions);
    this.#taking.remove(partitions);
    this.#route();
    this.#rows.surrender(all, false);
    await Promise.all([this.#rows.landed(all), this.#claiming.handBack(all)]);
    this.#deps.catchUp?.();
    for (const one of this.#rows.begun(all)) this.#settling.cut(one.delivery, one.attempts + 1, one.reason);
    await this.#writer.flush();
    await Promise.all([this.#settling.flush(), this.#findings.flush()]);
    this.#findings.closed(partitions);
    this.#rows.handOver(all);
  }

  #lost(partitions: readonly number[]): void {
    this.#taking.remove(partitions);
    this.#findings.closed(partitions);
    const all = new Set(partitions);
    this.#route();
    this.#rows.surrender(all, true);
    void this.#endLost(all);
  }

  /** Once it is certain that another node can know of them. */
  async #endLost(partitions: Set<number>): Promise<void> {
    await this.#rows.landed(partitions);
    await this.#claiming.handBack(partitions);
    await this.#writer.flush().catch(() => undefined);
    for (const partition of partitions) if (this.#holdings.holds(partition)) partitions.delete(partition);
    this.#rows.handOver(partitions);
  }

  #back(partitions: readonly number[]): void {
    for (const { lane } of this.#rows.lanesOf(new Set(partitions))) lane.refill();
  }

  #learn(row: LogRow | HintedRow): KnownNews | undefined {
    const known = this.#arrivals.learn(row);
    // Whatever of it is still to be sent follows from how it was left.
    if (known?.loggedMs === undefined && isOfOneAlone(row, this.#deps.card().node))
      this.#taking.add(this.#holdings.held);
    return known;
  }

  #arrived(row: HintedRow, isHint: boolean): boolean {
    // In its plan there may be more about it.
    if (row.isLate && row.plan === undefined) return false;
    const known = this.#learn(row);
    if (known === undefined) {
      if (row.plan === undefined) return false;
      this.#alerts.arrived({ ...row, plan: row.plan });
      return true;
    }
    // Whether its own news is in the database in use, the answer to `append` says.
    const isOwnHint = isHint && row.node === this.#deps.card().node;
    if (!isOwnHint) known.loggedMs ??= this.#deps.clock.monotonicMs();
    return true;
  }
}
