/**
 * Keeps the changes that could not be written while the store was broken, in memory and bounded. When there are
 * too many, the least needed go first: the details of attempts, then ended deliveries, and only then, oldest
 * first, pending ones. Dropped entries are counted.
 */
import { originOf } from '../delivery/content.ts';
import { type AttemptRecord, keyOf } from '../delivery/delivery.ts';
import { recordedIn } from './batch.ts';
import { text } from './columns.ts';
import type { Batch, Recorded } from './outbox.ts';

export type Entry =
  | Recorded
  | { readonly attempts: readonly AttemptRecord[] }
  /** Rows of `intake` of which everything is in earlier entries. */
  | { readonly rows: readonly number[] }
  | { readonly learnt: { readonly key: string; readonly value: string } }
  | { readonly pause: { readonly key: string; readonly untilMs: number } };

/** The entries that could not be kept. */
export interface Dropped {
  /** Earlier attempts: the latest of each delivery is kept, and only goes when nothing else can. */
  readonly attempts: number;
  /** Announcements of which everything had ended. */
  readonly ended: number;
  /** Announcements of which something was still pending. It is still sent by this process, if its lane holds it. */
  readonly owed: number;
}

/** In rows: an announcement, a delivery or an attempt. About 25 MB; more than a day of a busy feed. */
const MOST_ROWS = 100_000;

/** The size after a clearing, so that the next one is far. */
const CLEARED = 0.8;

/** Rows of attempts written in one transaction. */
const TOGETHER = 100;

const rowsOf = (entry: Entry): number =>
  'attempts' in entry ? entry.attempts.length : 'deliveries' in entry ? 1 + entry.deliveries.length : 1;

/** In an order in which they can be written one by one. */
export function entriesOf(batch: Batch): readonly Entry[] {
  const { attempts, rows } = batch;
  return [
    ...recordedIn(batch),
    ...(attempts.length > 0 ? [{ attempts }] : []),
    ...(rows.length > 0 ? [{ rows }] : []),
  ];
}

/** The smallest entries that say the same; the announcement with each of its deliveries. */
export function partsOf(entry: Entry): readonly Entry[] {
  if ('attempts' in entry) return entry.attempts.map((attempt) => ({ attempts: [attempt] }));
  if (!('deliveries' in entry) || entry.deliveries.length < 2) return [entry];
  const { content, deliveries, traced } = entry;
  return deliveries.map((delivery) => ({
    content,
    ...(traced !== undefined && { traced }),
    deliveries: [delivery],
  }));
}

/**
 * The smallest form of an entry, without the values that may be odd: of an attempt, at least the state of its
 * delivery.
 */
export function lessOf(entry: Entry): readonly Entry[] {
  if (!('attempts' in entry)) return [];
  const bare = entry.attempts.map((attempt) => ({
    ...attempt,
    ...{ status: undefined, detail: undefined, heldBy: undefined },
  }));
  const states = bare.map((attempt) => ({ ...attempt, attempt: 0, reason: undefined }));
  return [{ attempts: bare }, { attempts: states }];
}

/** For a person. */
export function nameOf(entry: Entry): string {
  if ('attempts' in entry) return `the attempt of delivery ${text(entry.attempts[0]?.deliveryKey)}`;
  if ('rows' in entry) return `the rows ${entry.rows.join(', ')} of intake`;
  if ('learnt' in entry) return `what was learnt: ${text(entry.learnt.key)}`;
  if ('pause' in entry) return `the pause of ${text(entry.pause.key)}`;
  return `${entry.content.kind === 'news' ? 'announcement' : entry.content.kind} ${text(originOf(entry.content).id)}`;
}

export class Kept {
  readonly #mostRows: number;
  #entries: Entry[] = [];
  #rows = 0;
  #dropped = { attempts: 0, ended: 0, owed: 0 };

  constructor(mostRows = MOST_ROWS) {
    this.#mostRows = mostRows;
  }

  get size(): number {
    return this.#entries.length;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    this.#rows += rowsOf(entry);
    if (this.#rows > this.#mostRows) this.#clear();
  }

  /** Hands them over in order while `write` says that there is time for another; a failure costs none. */
  writeOut(write: (entry: Entry) => boolean): void {
    let written = 0;
    try {
      for (const entry of this.#entries) {
        const more = write(entry);
        written++;
        this.#rows -= rowsOf(entry);
        if (!more) break;
      }
    } finally {
      this.#entries.splice(0, written);
    }
  }

  get hasDroppedOwed(): boolean {
    return this.#dropped.owed > 0;
  }

  /** Since the last call. */
  takeDropped(): Dropped {
    const dropped = this.#dropped;
    this.#dropped = { attempts: 0, ended: 0, owed: 0 };
    return dropped;
  }

  #clear(): void {
    const target = this.#mostRows * CLEARED;
    const latest = this.#latestAttempts();
    let records = this.#withoutAttempts();
    let rows = latest.size + records.reduce((sum, entry) => sum + rowsOf(entry), 0);
    const drop = (kind: 'ended' | 'owed', fits: (entry: Recorded) => boolean) => {
      records = records.filter((entry) => {
        if (rows <= target || !('deliveries' in entry) || !fits(entry)) return true;
        rows -= rowsOf(entry);
        for (const delivery of entry.deliveries) if (latest.delete(keyOf(delivery))) rows--;
        this.#dropped[kind]++;
        return false;
      });
    };
    drop('ended', ({ deliveries }) =>
      deliveries.every((delivery) => (latest.get(keyOf(delivery))?.state ?? 'pending') !== 'pending'),
    );
    drop('owed', () => true);
    for (const id of latest.keys()) {
      if (rows <= target) break;
      latest.delete(id);
      rows--;
      this.#dropped.attempts++;
    }
    this.#entries = [...records, ...inParts([...latest.values()]), ...this.#rowsOfIntake()];
    this.#rows = rows;
  }

  /** In the order in which they were made. */
  #latestAttempts(): Map<string, AttemptRecord> {
    const latest = new Map<string, AttemptRecord>();
    for (const entry of this.#entries)
      if ('attempts' in entry)
        for (const attempt of entry.attempts) {
          if (latest.delete(attempt.deliveryKey)) this.#dropped.attempts++;
          latest.set(attempt.deliveryKey, attempt);
        }
    return latest;
  }

  /** With one pause for each budget, and what was learnt last. */
  #withoutAttempts(): Entry[] {
    const latest = new Map<string, Entry>();
    for (const entry of this.#entries)
      if ('pause' in entry) latest.set(`pause ${entry.pause.key}`, entry);
      else if ('learnt' in entry) latest.set(`learnt ${entry.learnt.key}`, entry);
    return [...latest.values(), ...this.#entries.filter((entry) => 'deliveries' in entry)];
  }

  /** All of them: what was dropped must not come back from there in the next life. */
  #rowsOfIntake(): Entry[] {
    const rows = this.#entries.flatMap((entry) => ('rows' in entry ? entry.rows : []));
    return rows.length > 0 ? [{ rows }] : [];
  }
}

function* inParts(attempts: readonly AttemptRecord[]): Generator<Entry> {
  for (let start = 0; start < attempts.length; start += TOGETHER)
    yield { attempts: attempts.slice(start, start + TOGETHER) };
}
