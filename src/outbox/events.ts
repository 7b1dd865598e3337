/** The events of the store, and how the calls that the journal makes in the middle of its work become them. */
import type { JournalEvents } from './journal.ts';
import type { Dropped } from './kept.ts';
import type { Replaced } from './open.ts';

export type StoreEvent =
  | { readonly kind: 'store.broken'; readonly message: string }
  /** A store that works does not take this one row: it is left out, and the rest goes on. */
  | { readonly kind: 'store.refused'; readonly what: string; readonly message: string }
  | { readonly kind: 'store.mended'; readonly entries: number; readonly dropped: Dropped }
  /** The database was damaged or gone; another one is in use, with what could be read of the old. */
  | ({ readonly kind: 'store.replaced' } & Replaced)
  /** The process ends and these entries exist only in its memory. */
  | { readonly kind: 'store.lost_on_exit'; readonly entries: number }
  /** Pending deliveries to destinations that the config no longer has are dead. */
  | { readonly kind: 'delivery.buried'; readonly deliveries: number };

export interface StoreEvents {
  readonly journal: Pick<JournalEvents, 'broken' | 'refused' | 'mended'>;
  readonly storeReplaced: (what: Replaced) => void;
}

export const storeEvents = (publish: (event: StoreEvent) => void): StoreEvents => ({
  journal: {
    broken: (message) => publish({ kind: 'store.broken', message }),
    refused: (what, message) => publish({ kind: 'store.refused', what, message }),
    mended: (entries, dropped) => publish({ kind: 'store.mended', entries, dropped }),
  },
  storeReplaced: (what) => publish({ kind: 'store.replaced', ...what }),
});
