/** The rows of this node's own store, where deliveries become another node's, or become its own. */
import {
  type AttemptRecord,
  type Delivery,
  keyOf,
  type PendingDelivery,
  SENT_BY,
} from '../delivery/delivery.ts';
import type { LaneSet } from '../lane-set.ts';
import type { Journal } from '../outbox/journal.ts';
import type { Clock } from '../platform/clock.ts';
import type { SharedEnd } from './shared.ts';
import type { Tenures } from './tenures.ts';

/** Rows in one bite. */
const AT_ONCE = 1000;

/** Between two looks at what is on the wire. */
const LOOK_MS = 20;

export interface LocalRowsDeps {
  readonly journal: Journal;
  readonly lanes: Pick<LaneSet, 'running'>;
  readonly tenures: Tenures;
  readonly clock: Clock;
  /** How far back a new holder looks, in ms. */
  readonly spanMs: () => number;
}

/** The record of a delivery that ended without a request of this node. */
export const endedAs = (
  delivery: Pick<Delivery, 'id' | 'key'>,
  end: Pick<AttemptRecord, 'state' | 'reason'> & Partial<AttemptRecord>,
  nowMs: number,
): AttemptRecord => ({
  ...{ deliveryKey: keyOf(delivery), attempt: 0, startedMs: nowMs, durationMs: 0, outcome: '' },
  ...{ status: undefined, detail: undefined, notBeforeMs: 0, plain: false },
  ...end,
});

/** When its last request was written, or it ended without one; monotonic ms. An age below 0 is one of a clock that was set back. */
export const writtenOf = ({ writtenAgeMs, ageMs }: SharedEnd, nowMs: number): number =>
  nowMs - Math.max(0, writtenAgeMs ?? ageMs);

/** As another node has ended it; its last request counts for rates and cooldowns here. */
export function endedElsewhere(delivery: Delivery, end: SharedEnd, nowMs: number): AttemptRecord {
  const state = end.state === 'begun' || end.state === 'free' ? 'dead' : end.state;
  const outcome = state === 'delivered' ? 'delivered' : `${state} ${end.reason ?? ''}`;
  const startedMs = writtenOf(end, nowMs);
  const detail = SENT_BY + end.node;
  return endedAs(
    delivery,
    { state, reason: end.reason, attempt: end.attempts, outcome, startedMs, detail },
    nowMs,
  );
}

export class LocalRows {
  readonly #deps: LocalRowsDeps;

  constructor(deps: LocalRowsDeps) {
    this.#deps = deps;
  }

  *lanesOf(partitions: ReadonlySet<number>) {
    const { lanes, tenures } = this.#deps;
    for (const { lane, prepared } of lanes.running()) {
      const partition = tenures.partition(prepared.limits);
      if (partitions.has(partition)) yield { lane, prepared, partition };
    }
  }

  /** Lanes forget all that waits; it is pending in the store. `recalled`: nothing that has not left leaves; else it may end. */
  surrender(partitions: ReadonlySet<number>, recalled: boolean): void {
    for (const { lane } of this.lanesOf(partitions)) {
      if (recalled) lane.recall();
      lane.surrender();
    }
  }

  /** Resolves when nothing of them is on the wire. */
  async landed(partitions: ReadonlySet<number>): Promise<void> {
    const isBusy = () => [...this.lanesOf(partitions)].some(({ lane }) => lane.status.inFlight > 0);
    while (isBusy()) await new Promise<void>((resolve) => this.#deps.clock.after(LOOK_MS, resolve));
  }

  /** Those that are pending here, and perhaps arrived. */
  *begun(partitions: ReadonlySet<number>): Generator<PendingDelivery> {
    const { journal } = this.#deps;
    const waiting = journal.waiting();
    for (const { prepared } of this.lanesOf(partitions)) {
      if (!waiting?.has(prepared.name)) continue;
      for (const item of journal.owed(prepared.name, AT_ONCE) ?? [])
        if (item.begunMs !== undefined && item.delivery.content.kind === 'news') yield item;
    }
  }

  /** Ends those that are pending here: they are in the log, and another node's. */
  handOver(partitions: ReadonlySet<number>): void {
    const { journal, clock } = this.#deps;
    const waiting = journal.waiting();
    if (waiting === undefined || waiting.size === 0) return;
    for (const { prepared } of this.lanesOf(partitions))
      if (waiting.has(prepared.name)) this.#endAll(prepared.name, journal, clock.monotonicMs());
  }

  #endAll(destination: string, journal: Journal, nowMs: number): void {
    const sinceMs = nowMs - this.#deps.spanMs();
    for (let kept = 0; ; ) {
      const pending = journal.owed(destination, AT_ONCE + kept) ?? [];
      const others = pending.filter(({ delivery }) => isShared(delivery, sinceMs));
      for (const { delivery, begunMs } of others)
        journal.settle(endedAs(delivery, { state: 'skipped', reason: 'handed_over', begunMs }, nowMs));
      if (pending.length < AT_ONCE + kept) return;
      kept = pending.length - others.length;
    }
  }
}

/** Nobody else knows of an alert of this node, or finds what is older than a new holder looks back: those stay here. */
const isShared = ({ content }: Delivery, sinceMs: number): boolean =>
  content.kind === 'news' && content.announcement.receivedMs >= sinceMs;
