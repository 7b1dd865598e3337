/** Tells the other nodes what has ended here, behind the sends: a holder after this one does not send it again. */
import { type Delivery, type FinalState, UNDER_WAY } from '../delivery/delivery.ts';
import { occurrenceIn } from '../outbox/delivery-ids.ts';
import type { Clock } from '../platform/clock.ts';
import { Batches } from './batches.ts';
import type { Known } from './known.ts';
import { writtenOf } from './local-rows.ts';
import type { LogWriter } from './log-writer.ts';
import type { Shared, SharedEnd, SharedState } from './shared.ts';

/** A node that dies may repeat what ended in so long before; half of what is promised, the other half is for the way. */
const DELAY_MS = 25;

/** Deliveries under way, with more than one request: of the rest the end says it all. */
const MOST_WRITTEN = 10_000;

export interface Settled {
  readonly delivery: Pick<Delivery, 'id' | 'destination' | 'rule' | 'ticker' | 'content'>;
  readonly state: SharedState;
  readonly reason: string | undefined;
  readonly attempts: number;
  /** Monotonic ms. */
  readonly endedMs: number;
  readonly writtenMs: number | undefined;
  readonly claim?: number;
  /** Absent: the one in which the partition is held now. */
  readonly epoch?: number;
}

export interface SettlingDeps {
  readonly shared: Pick<Shared, 'settle'>;
  readonly clock: Clock;
  readonly node: string;
  readonly known: Known;
  readonly writer: LogWriter;
  partitionOf(destination: string): number | undefined;
  epochOf(partition: number): number;
}

type Pending = Settled & { readonly partition: number; readonly epoch: number };

interface Written {
  readonly attempts: number;
  readonly writtenMs: number | undefined;
  /** It waits for another try, which a holder after this one may make. */
  readonly again: string | undefined;
}

export class Settling {
  readonly #deps: SettlingDeps;
  readonly #batches: Batches<Pending>;
  readonly #written = new Map<string, Written>();

  constructor(deps: SettlingDeps) {
    this.#deps = deps;
    this.#batches = new Batches({
      clock: deps.clock,
      delayMs: DELAY_MS,
      send: (items) => this.#send(items),
    });
  }

  /** `again`: it waits for another try, for that reason. */
  attempted(
    delivery: Delivery,
    attempts: number,
    writtenMs: number | undefined,
    endedMs: number,
    again?: string,
  ): void {
    const { id } = delivery;
    // A holder after this one goes on counting; and the receiver counts what it was sent.
    if (again !== undefined && writtenMs !== undefined)
      this.add({ delivery, state: 'begun', reason: again, attempts, endedMs, writtenMs });
    const before = this.#written.get(id);
    this.#note(id, { attempts, writtenMs: writtenMs ?? before?.writtenMs, again });
  }

  /** Requests of the holder before: another database may have to hear of them as well. */
  inherited(id: string, end: SharedEnd, nowMs: number): void {
    this.#note(id, {
      attempts: end.attempts,
      writtenMs: writtenOf(end, nowMs),
      again: end.reason ?? UNDER_WAY,
    });
  }

  #note(id: string, written: Written): void {
    this.#written.delete(id);
    this.#written.set(id, written);
    const [oldest] = this.#written.keys();
    if (oldest !== undefined && this.#written.size > MOST_WRITTEN) this.#written.delete(oldest);
  }

  /** Its last request once more, for a database that does not know of it. */
  tellAgain(delivery: Delivery): void {
    const { again, attempts = 0, writtenMs } = this.#written.get(delivery.id) ?? {};
    if (again === undefined || writtenMs === undefined) return;
    this.add({ delivery, state: 'begun', reason: again, attempts, endedMs: writtenMs, writtenMs });
  }

  /** It was cut on the wire, and is to be sent again. */
  cut(delivery: Delivery, attempts: number, reason: string | undefined): void {
    const nowMs = this.#deps.clock.monotonicMs();
    this.add({ delivery, state: 'begun', reason, attempts, endedMs: nowMs, writtenMs: nowMs });
  }

  ended(delivery: Delivery, state: FinalState, reason: string | undefined, endedMs: number): void {
    const { attempts = 0, writtenMs } = this.#written.get(delivery.id) ?? {};
    this.#written.delete(delivery.id);
    this.add({ delivery, state, reason, attempts, endedMs, writtenMs });
  }

  add(settled: Settled): void {
    const partition = this.#deps.partitionOf(settled.delivery.destination);
    if (partition === undefined) return;
    this.#batches.add({ ...settled, partition, epoch: settled.epoch ?? this.#deps.epochOf(partition) });
  }

  /** All that has ended is known to all; rejects if that fails now. */
  flush(): Promise<void> {
    return this.#batches.flush();
  }

  now(): void {
    this.#batches.now();
  }

  async #send(items: readonly Pending[]): Promise<void> {
    const { shared, writer } = this.#deps;
    await writer.name(items.map(({ delivery }) => delivery));
    await shared.settle(items.map((item) => this.endOf(item)));
  }

  stop(): void {
    this.#batches.stop();
  }

  endOf({ delivery, partition, epoch, endedMs, writtenMs, reason, ...end }: Pending): SharedEnd {
    const { node, clock, known } = this.#deps;
    const { destination, rule, ticker } = delivery;
    const id = known.nameOf(delivery.id);
    const nowMs = clock.monotonicMs();
    return {
      ...{
        id,
        destination,
        rule,
        node,
        partition,
        epoch,
        key: occurrenceIn(id),
        ...end,
        ageMs: nowMs - endedMs,
      },
      ...(ticker !== undefined && { ticker }),
      ...(reason !== undefined && { reason }),
      ...(writtenMs !== undefined && { writtenAgeMs: nowMs - writtenMs }),
    };
  }
}
