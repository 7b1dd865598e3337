/**
 * The news that is on record in rows of `intake` and not yet in its tables, as the process that wrote the rows knows it. It
 * leaves in batches: what has ended goes at once, what has not may wait a moment, so that most deliveries are written
 * once. A row is deleted together with the last that it says.
 */
import { type AttemptRecord, type Delivery, keyOf } from '../delivery/delivery.ts';
import { timeOfId } from './ids.ts';
import type { Batch, Recorded, Waiting } from './outbox.ts';

/** A row of `intake`. */
interface Row {
  readonly row: number;
  /** Contents of which something is not written. */
  left: number;
}

/** A content of a row. */
interface Part {
  readonly recorded: Recorded;
  readonly of: Row;
  /** Deliveries that are not written. */
  left: number;
  isWritten: boolean;
}

interface Piece {
  readonly delivery: Delivery;
  readonly part: Part;
}

interface Growing extends Batch {
  readonly contents: Recorded[];
  readonly deliveries: Delivery[];
  readonly rows: number[];
}

export class Tail {
  /** As they came: sorting them out is work for after the send. */
  #fresh: { readonly row: number; readonly recorded: readonly Recorded[] }[] = [];
  /** In the order in which they were read. */
  readonly #pieces = new Map<string, Piece>();
  /** Without a delivery. */
  #bare: Part[] = [];
  /** Of requests that have begun; the attempts are in the next batch that has any. */
  #begun: number[] = [];
  #latest = 0;

  get isEmpty(): boolean {
    return this.#fresh.length + this.#bare.length + this.#pieces.size + this.#begun.length === 0;
  }

  /** The number of the last row. */
  get latest(): number {
    return this.#latest;
  }

  add(row: number, recorded: readonly Recorded[]): void {
    this.#fresh.push({ row, recorded });
    this.#latest = row;
  }

  begun(row: number): void {
    this.#begun.push(row);
  }

  /** These attempts, and the deliveries that they are at. */
  endedBy(attempts: readonly AttemptRecord[]): Batch {
    const batch = this.#batch(attempts);
    for (const { deliveryKey } of attempts) {
      const piece = this.#pieces.get(deliveryKey);
      if (piece !== undefined) this.#take(deliveryKey, piece, batch);
    }
    return batch;
  }

  /** The oldest, about so many rows, of none of `intake` that is later than `upTo`. `undefined`: there are none. */
  oldest(limit: number, upTo: number): Batch | undefined {
    const batch = this.#batch([]);
    this.#takeOldest(batch, limit, upTo);
    return batch.contents.length + batch.deliveries.length > 0 ? batch : undefined;
  }

  /** Everything, with these attempts. */
  all(attempts: readonly AttemptRecord[]): Batch {
    const batch = this.#batch(attempts);
    this.#takeOldest(batch, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    return batch;
  }

  /** A batch did not go in whole: of what is left, nothing is taken for written. */
  distrust(): void {
    for (const { part } of this.#pieces.values()) part.isWritten = false;
  }

  /** These, and what waits here. */
  waitingWith(written: ReadonlyMap<string, Waiting>): ReadonlyMap<string, Waiting> {
    this.#sortOut();
    if (this.#pieces.size === 0) return written;
    const waiting = new Map(written);
    for (const [key, { delivery }] of this.#pieces) {
      const before = waiting.get(delivery.destination);
      const sinceMs = timeOfId(key);
      waiting.set(delivery.destination, {
        deliveries: (before?.deliveries ?? 0) + 1,
        oldestMs: Math.min(before?.oldestMs ?? sinceMs, sinceMs),
      });
    }
    return waiting;
  }

  #sortOut(): void {
    if (this.#fresh.length === 0) return;
    const fresh = this.#fresh;
    this.#fresh = [];
    for (const { row, recorded } of fresh) {
      const of: Row = { row, left: recorded.length };
      for (const each of recorded) this.#sortOutOne({ recorded: each, of, left: 0, isWritten: false });
    }
  }

  #sortOutOne(part: Part): void {
    for (const delivery of part.recorded.deliveries) {
      const key = keyOf(delivery);
      if (this.#pieces.has(key)) continue;
      this.#pieces.set(key, { delivery, part });
      part.left++;
    }
    if (part.left === 0) this.#bare.push(part);
  }

  #batch(attempts: readonly AttemptRecord[]): Growing {
    this.#sortOut();
    const batch: Growing = { contents: [], deliveries: [], attempts, rows: [] };
    // The attempts that the rows speak of are among these.
    if (attempts.length > 0) batch.rows.push(...this.#begun.splice(0));
    return batch;
  }

  #takeOldest(batch: Growing, limit: number, upTo: number): void {
    const isFull = () => batch.contents.length + batch.deliveries.length >= limit;
    const bare = this.#bare;
    this.#bare = [];
    for (const part of bare)
      if (isFull() || part.of.row > upTo) this.#bare.push(part);
      else finish(part, batch);
    for (const [key, piece] of this.#pieces) {
      if (isFull() || piece.part.of.row > upTo) break;
      this.#take(key, piece, batch);
    }
  }

  #take(key: string, { delivery, part }: Piece, batch: Growing): void {
    this.#pieces.delete(key);
    batch.deliveries.push(delivery);
    if (--part.left === 0) finish(part, batch);
    else addContent(part, batch);
  }
}

function addContent(part: Part, batch: Growing): void {
  if (!part.isWritten) batch.contents.push(part.recorded);
  part.isWritten = true;
}

function finish(part: Part, batch: Growing): void {
  addContent(part, batch);
  if (--part.of.left === 0) batch.rows.push(part.of.row);
}
