/**
 * Whether this node is one of several, alone, or sends nothing: by the word of whoever started it (`run --alone`), or because its database
 * provably cannot carry a cluster (`cluster/alone.ts`).
 */
import { Alone, type Solitude } from '../cluster/alone.ts';
import { endedAs } from '../cluster/local-rows.ts';
import { planMissed } from '../cluster/missed.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { ALONE_FROM, MET } from '../cluster/past.ts';
import type { Standing } from '../cluster/report.ts';
import type { SharedError } from '../cluster/shared.ts';
import type { Tenures } from '../cluster/tenures.ts';
import type { BridgeEventOf } from '../events/bridge-event.ts';
import type { ClusterEvent } from '../events/cluster-event.ts';
import { type Pipeline, reroute } from '../pipeline.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';

/** The way out for whoever knows that no other bridge runs. */
export const WAY_OUT =
  'If no other bridge of this cluster runs, `listing-bridge run --alone` sends from its own store.';

/** Of one destination: more than ever wait. */
const MOST_BURIED = 100_000;

const BY_WORD = 'it was started with --alone';

export interface StandingDeps {
  readonly pipeline: Pipeline;
  readonly tenures: Tenures;
  readonly clock: Clock;
  readonly random: Random;
  readonly solitude: () => Solitude;
  /** It reads the feeds and delivers: one that does not would be alone in silence. */
  readonly isWhole: boolean;
  readonly publish: (event: ClusterEvent | BridgeEventOf<'delivery.ended'>) => void;
  /** Why it cannot join; `undefined`: it can. */
  failure(): SharedError | undefined;
}

export class Standings {
  readonly #deps: StandingDeps;
  readonly #alone: Alone;
  #isByWord = false;
  #sinceMs: number | undefined;

  constructor(deps: StandingDeps) {
    this.#deps = deps;
    const { pipeline, tenures, clock, random, solitude } = deps;
    const { lanes } = pipeline;
    const bornMs = clock.monotonicMs();
    this.#alone = new Alone({
      ...{ solitude, clock, random, tenures, lanes },
      begins: () => planMissed(pipeline, tenures, bornMs),
      route: () => reroute(pipeline),
      changed: (isOn) => this.#changed(isOn),
    });
  }

  /** All that it does is in its own store, and nobody else hears of it. */
  get isSecluded(): boolean {
    return this.#isByWord || this.#alone.hasBegun;
  }

  /** From now on, until the end of the process: nobody asks a database. */
  beAlone(): void {
    const { pipeline, tenures } = this.#deps;
    const { lanes, memory } = pipeline;
    this.#isByWord = true;
    if (memory.recall(MET) !== undefined && !memory.recall(ALONE_FROM)) this.#buryOrders();
    for (const tenure of tenures.all) {
      tenure.untilMs = Number.POSITIVE_INFINITY;
      tenure.isOpen = true;
    }
    tenures.keepAll();
    this.#changed(true);
    reroute(pipeline);
    lanes.refill();
  }

  /** That wait since this node was one of several: another may have sent them. */
  #buryOrders(): void {
    const { pipeline, clock, publish } = this.#deps;
    const { journal, lanes } = pipeline;
    const nowMs = clock.monotonicMs();
    const ending = { state: 'dead', reason: 'may_have_arrived' } as const;
    for (const { prepared } of lanes.running()) {
      if (prepared.options.onAmbiguous !== 'drop') continue;
      for (const { delivery } of journal.owed(prepared.name, MOST_BURIED) ?? []) {
        journal.settle(endedAs(delivery, ending, nowMs));
        publish({ kind: 'delivery.ended', delivery, ...ending, endedMs: nowMs });
      }
    }
    journal.flush();
  }

  /** The database cannot be joined: perhaps nobody can. A node that was ever one of several may be missed by the others elsewhere. */
  cannotJoin(): void {
    const { pipeline, isWhole } = this.#deps;
    if (isWhole && pipeline.memory.recall(MET) === undefined) this.#alone.start();
  }

  /** The database can be joined; or the bridge ends. */
  end(): Promise<void> {
    return this.#alone.end();
  }

  of(node: Pick<ClusterNode, 'isReached'> | undefined, sends: number): Standing {
    const nowMs = this.#deps.clock.monotonicMs();
    if (this.#isByWord || this.#alone.isOn)
      return { is: 'alone', forMs: nowMs - (this.#sinceMs ?? nowMs), why: this.#why() };
    if (node?.isReached || sends > 0) return { is: 'joined' };
    const failure = this.#deps.failure();
    if (failure === undefined) return { is: 'silent', why: 'it has just started', code: 'unreachable' };
    const [why, code] = failure.parts;
    const unproven = this.#alone.failure;
    const both =
      unproven === undefined || unproven.message === failure.message ? why : `${why}; ${unproven.parts[0]}`;
    return { is: 'silent', why: both, code, advice: `${failure.advice} ${WAY_OUT}` };
  }

  #why(): string {
    const failure = this.#deps.failure();
    return this.#isByWord || failure === undefined ? BY_WORD : failure.parts[0];
  }

  #changed(isOn: boolean): void {
    const { clock, publish, pipeline } = this.#deps;
    const { memory } = pipeline;
    if (!isOn) return publish({ kind: 'cluster.not_alone' });
    const nowMs = clock.monotonicMs();
    this.#sinceMs = nowMs;
    if (!memory.recall(ALONE_FROM)) memory.hear(ALONE_FROM, String(nowMs));
    publish({ kind: 'cluster.alone', why: this.#why(), byWord: this.#isByWord });
  }
}
