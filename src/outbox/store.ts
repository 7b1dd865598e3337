/** The store of the daemon: the database in use, its way to the disk, and its answers for people. */
import type { Clock } from '../platform/clock.ts';
import { messageOf } from '../platform/message-of.ts';
import type { Deliveries } from './deliveries.ts';
import { DeliveriesThread } from './deliveries-thread.ts';
import { makeFolderOf } from './folder.ts';
import { Store } from './mended-store.ts';
import type { Told } from './open.ts';
import { StoreError } from './store-errors.ts';
import { Sync } from './sync.ts';

export interface OpenStore {
  readonly path: string;
  readonly outbox: Store;
  readonly sync: Sync;
  /** For people; on another thread. */
  readonly deliveries: Deliveries;
  /** Takes what was written to the disk, then closes. */
  close(): Promise<void>;
}

/** Throws `StoreError`. `replaced` and `refused` may be called before it returns, and at any time later. */
export function openStore(
  path: string,
  clock: Clock,
  replaced: Told['replaced'],
  refused: Told['refused'] = () => undefined,
): OpenStore {
  try {
    makeFolderOf(path);
  } catch (error) {
    throw new StoreError(`cannot create the folder of store.path ${path}: ${messageOf(error)}`);
  }
  const sync = new Sync(path, clock);
  const deliveries = new DeliveriesThread(path, clock);
  const isShared = () => sync.isCheckpointing || deliveries.isAsked;
  const outbox = new Store({ path, clock, sync, isShared, told: { replaced, refused } });
  return {
    path,
    outbox,
    sync,
    deliveries,
    async close() {
      await deliveries.close();
      await sync.close();
      outbox.close();
    },
  };
}
