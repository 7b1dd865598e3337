/**
 * `Deliveries` over the store's file, in the calling thread: used by the command line in its own process, and by
 * the running bridge on a thread of its own (`deliveries-thread.ts`). Each question opens the file again: the
 * bridge may have put another one in its place, and a file that nobody has open can be repaired.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Mute, MuteChange, MuteWish } from '../mutes/mute.ts';
import { systemClock, wait } from '../platform/clock.ts';
import { messageOf } from '../platform/message-of.ts';
import { waitingIn } from './backlog-rows.ts';
import type {
  Again,
  AnnouncementFilter,
  AnnouncementPage,
  Deliveries,
  DeliveryPage,
  ExportLook,
  ExportRequest,
  FoundDelivery,
  PageRequest,
  ReplayWish,
  StoreAnswer,
  StoredDecision,
} from './deliveries.ts';
import { exportLook } from './export-rows.ts';
import { type Moment, type NextChanges, nextChanges } from './history/next-changes.ts';
import { readStats } from './history/read-stats.ts';
import type { Stats, StatsRequest } from './history/stats.ts';
import { keepMutes, liftMutes, mutesIn } from './mute-rows.ts';
import { openStoreFile, storeErrorOf } from './open.ts';
import type { Waiting } from './outbox.ts';
import { announcementsOf, pageOf } from './pages.ts';
import {
  decisionOf,
  deliveriesOfAnnouncement,
  discardDeliveries,
  findDelivery,
  keysOf,
  retryDeliveries,
} from './queries.ts';
import { queueReplayed } from './replay-rows.ts';

type Access = 'read' | 'write';

/** A person waits for at most some seconds. */
const MANY_ROWS = 1_000_000;

export class FileDeliveries implements Deliveries {
  readonly #path: string;
  readonly #mostRows: number;

  /** `path`: the store's file, of this version. `mostRows`: as in `readStats`. */
  constructor(path: string, mostRows = MANY_ROWS) {
    this.#path = path;
    this.#mostRows = mostRows;
  }

  announcements(before?: string, filter?: AnnouncementFilter): Promise<StoreAnswer<AnnouncementPage>> {
    return this.#answer('read', (database) => announcementsOf(database, before, filter));
  }

  waiting(): Promise<StoreAnswer<ReadonlyMap<string, Waiting>>> {
    return this.#opened('read', waitingIn);
  }

  stats(request: StatsRequest): Promise<StoreAnswer<Stats>> {
    return this.#answer('read', (database) => readStats(database, request, this.#mostRows));
  }

  list(request: PageRequest, signal?: AbortSignal): Promise<StoreAnswer<DeliveryPage>> {
    return this.#answer('read', (database) => pageOf(database, request), signal);
  }

  rows(request: ExportRequest): Promise<StoreAnswer<ExportLook>> {
    return this.#opened('read', async (database) => {
      if (request.after === undefined) await allTakenIn(database);
      return exportLook(database, request);
    });
  }

  nextChanges(moment: Moment): Promise<StoreAnswer<NextChanges>> {
    const breathe = () => wait(systemClock, 1);
    return this.#answer('read', (database) => nextChanges(database, moment, breathe));
  }

  keysOf(ids: readonly string[]): Promise<StoreAnswer<ReadonlyMap<string, string>>> {
    return this.#answer('read', (database) => keysOf(database, ids));
  }

  find(id: string, signal?: AbortSignal): Promise<StoreAnswer<readonly FoundDelivery[]>> {
    return this.#answer('read', (database) => found(database, id), signal);
  }

  decision(id: string, signal?: AbortSignal): Promise<StoreAnswer<StoredDecision | undefined>> {
    return this.#answer('read', (database) => decisionOf(database, id), signal);
  }

  retry(ids: readonly string[], { nowMs, maxAges, isLate }: Again): Promise<StoreAnswer<readonly string[]>> {
    const again = { maxAgeOf: (destination: string) => maxAges.get(destination), isLate };
    return this.#answer('write', (database) => retryDeliveries(database, ids, nowMs, again));
  }

  replay(wishes: readonly ReplayWish[], nowMs: number): Promise<StoreAnswer<readonly string[]>> {
    return this.#answer('write', (database) => queueReplayed(database, wishes, nowMs));
  }

  discard(ids: readonly string[], nowMs: number): Promise<StoreAnswer<readonly string[]>> {
    return this.#answer('write', (database) => discardDeliveries(database, ids, nowMs));
  }

  /** Of mutes: news that is being read has nothing to do with them. */
  mutes(): Promise<StoreAnswer<readonly Mute[]>> {
    return this.#opened('read', mutesIn);
  }

  mute(wishes: readonly MuteWish[], nowMs: number): Promise<StoreAnswer<readonly MuteChange[]>> {
    return this.#opened('write', (database) => keepMutes(database, wishes, nowMs));
  }

  lift(ids: readonly number[]): Promise<StoreAnswer<readonly number[]>> {
    return this.#opened('write', (database) => liftMutes(database, ids));
  }

  #answer<Value>(
    access: Access,
    ask: (database: DatabaseSync) => Value | Promise<Value>,
    signal?: AbortSignal,
  ): Promise<StoreAnswer<Value>> {
    const whenTakenIn = async (database: DatabaseSync) => {
      await allTakenIn(database);
      return await ask(database);
    };
    return signal?.aborted ? Promise.resolve(CANCELLED) : this.#opened(access, whenTakenIn);
  }

  async #opened<Value>(
    access: Access,
    ask: (database: DatabaseSync) => Value | Promise<Value>,
  ): Promise<StoreAnswer<Value>> {
    try {
      using database = openStoreFile(this.#path, access === 'read');
      return { ok: true, value: await ask(database) };
    } catch (error) {
      return { ok: false, message: messageOf(storeErrorOf(error, this.#path)) };
    }
  }
}

/** Until the bridge has brought what is read by now into its tables, which takes it a moment; for one that cannot, nobody waits long. */
export async function allTakenIn(database: DatabaseSync): Promise<void> {
  const latest = database.prepare('SELECT MAX(id) AS id FROM intake').get()?.['id'] ?? null;
  const left = database.prepare('SELECT 1 FROM intake WHERE id <= ? LIMIT 1');
  for (let n = 0; n < LOOKS && left.get(latest) !== undefined; n++) await wait(systemClock, LOOK_MS);
}

/** A quarter of a second. */
const LOOKS = 50;
const LOOK_MS = 5;

export const CANCELLED = { ok: false, message: 'cancelled' } as const;

function found(database: DatabaseSync, id: string): readonly FoundDelivery[] {
  const one = findDelivery(database, id);
  if (one !== undefined) return [one];
  return deliveriesOfAnnouncement(database, id);
}
