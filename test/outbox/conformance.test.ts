/** Our stores keep what every store promises: the file with `Deliveries` on another thread and in its own process, and SQLite in memory. */
import { DatabaseSync } from 'node:sqlite';
import type { Deliveries } from '../../src/outbox/deliveries.ts';
import { FileDeliveries } from '../../src/outbox/file-deliveries.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import { type OpenStore, openStore } from '../../src/outbox/store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { Folder } from '../support/outbox.ts';
import { describeStore, type StoreSubject } from './conformance.ts';

function fileSubject(
  folder: Folder,
  deliveriesOf: (store: OpenStore, path: string) => Deliveries,
): StoreSubject {
  const path = folder.file('bridge.db');
  const store = openStore(path, systemClock, ({ reason }) => {
    throw new Error(reason);
  });
  return {
    store: store.outbox,
    deliveries: deliveriesOf(store, path),
    async restart() {
      await store.close();
      return fileSubject(folder, deliveriesOf);
    },
    async close() {
      await store.close();
      folder[Symbol.dispose]();
    },
  };
}

const memorySubject = (database: DatabaseSync): StoreSubject => ({
  store: new SqliteOutbox(database),
  deliveries: undefined,
  restart: () => Promise.resolve(memorySubject(database)),
  close: () => Promise.resolve(database.close()),
});

describeStore('SQLite in a file, people on another thread', () =>
  Promise.resolve(fileSubject(new Folder(), (store) => store.deliveries)),
);

describeStore('SQLite in a file, people in a process of their own', () =>
  Promise.resolve(fileSubject(new Folder(), (_, path) => new FileDeliveries(path))),
);

describeStore('SQLite in memory', () => {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  return Promise.resolve(memorySubject(database));
});
