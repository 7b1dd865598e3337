/**
 * Keeps the past of the running bridge, behind the send: figures of its rows (`outbox/history`), and which feed was first
 * with news that two of them brought.
 */
import type { BridgeEvent } from '../events/bridge-event.ts';
import type { Bus } from '../events/bus.ts';
import { leadOf } from '../ops/race.ts';
import type { Lead } from '../outbox/history/change.ts';
import { type HistoryDeps, startHistory } from '../outbox/history/upkeep.ts';
import type { Journal } from '../outbox/journal.ts';
import { figuresKeptMs, type RetentionByKind } from '../outbox/retention.ts';
import type { OpenStore } from '../outbox/store.ts';
import type { Clock, Timer } from '../platform/clock.ts';

const GATHER_MS = 1000;

/** In one transaction. */
const TOGETHER = 50;

/** While the store is broken; the oldest are forgotten first. */
const MOST_KEPT = 5000;

export interface KeepingDeps extends Omit<HistoryDeps, 'deliveries' | 'keptMs'> {
  readonly retention: number | RetentionByKind;
  readonly store: Pick<OpenStore, 'deliveries'>;
  readonly bus: Pick<Bus, 'listen'>;
}

/** Until cancelled. */
export function keepHistory({ store, bus, retention, ...deps }: KeepingDeps): Timer {
  const history = startHistory({
    ...{ deliveries: store.deliveries, keptMs: figuresKeptMs(retention) },
    ...deps,
  });
  const leads = new Leads(deps.journal, deps.clock);
  bus.listen(leads.listener);
  return {
    cancel: () => {
      history.cancel();
      leads.stop();
    },
  };
}

/** Written several at a time. */
class Leads {
  readonly #journal: Pick<Journal, 'keepHistory'>;
  readonly #clock: Clock;
  #waiting: Lead[] = [];
  #timer: Timer | undefined;

  constructor(journal: Pick<Journal, 'keepHistory'>, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
  }

  readonly listener = (event: BridgeEvent): void => {
    if (event.kind !== 'announcement.duplicate') return;
    const lead = leadOf(event);
    if (lead === undefined) return;
    this.#waiting.push({ atMs: event.announcement.receivedMs, ...lead });
    if (this.#waiting.length > MOST_KEPT) this.#waiting.shift();
    this.#timer ??= this.#clock.after(GATHER_MS, () => this.#write(), false);
  };

  /** Writes what is left. */
  stop(): void {
    this.#timer?.cancel();
    while (this.#waiting.length > 0 && this.#writeSome());
  }

  #write(): void {
    const isWritten = this.#writeSome();
    this.#timer =
      this.#waiting.length === 0
        ? undefined
        : this.#clock.after(isWritten ? 0 : GATHER_MS, () => this.#write(), false);
  }

  #writeSome(): boolean {
    const leads = this.#waiting.slice(0, TOGETHER);
    const isWritten = this.#journal.keepHistory({ kind: 'leads', leads });
    if (isWritten) this.#waiting = this.#waiting.slice(leads.length);
    return isWritten;
  }
}
