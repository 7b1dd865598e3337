/** A store of which the rows are written by the bridge's own outbox, so that whatever its schema is, it is that. */
import { closeDatabase, openDatabase } from '../../src/outbox/open.ts';
import type { Batch } from '../../src/outbox/outbox.ts';
import { systemClock } from '../../src/platform/clock.ts';

/** Each batch in a transaction of its own. Throws what the store throws. */
export function writeStore(path: string, batches: Iterable<Batch>): void {
  const open = openDatabase(path, systemClock, {
    replaced: ({ reason }) => {
      throw new Error(reason);
    },
    refused: (what) => {
      throw new Error(`${what} is refused`);
    },
  });
  // A file that can be made again need not survive a power cut.
  open.database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;');
  for (const batch of batches) open.outbox.write(batch);
  closeDatabase(open);
}
