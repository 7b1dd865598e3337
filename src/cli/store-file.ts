/** Opens the store for a command that must work in an incident: where the config says, or where `--store` does. */

import { resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { openStoreFile, storeErrorOf } from '../outbox/open.ts';
import { storedDestinations } from '../outbox/queries.ts';
import { printable } from '../platform/printable.ts';
import { orNearest } from '../platform/suggest.ts';
import { type UsableConfig, usableConfig } from './config-file.ts';
import { UserError } from './exit-codes.ts';
import type { Io } from './io.ts';

export interface StoreOptions {
  readonly config: string;
  /** Instead of `store.path` of the config. */
  readonly store?: string | undefined;
}

export interface OpenedStore {
  readonly database: DatabaseSync;
  readonly config: UsableConfig;
}

/** Runs `work` with the store open; what SQLite throws becomes a `StoreError` with advice. */
export function withStore<Result>(
  options: StoreOptions,
  access: 'read' | 'write',
  io: Io,
  work: (opened: OpenedStore) => Result,
): Result {
  const config = usableConfig(options.config, 'store', { given: options.store }, io);
  const path = options.store === undefined ? config.storePath : resolve(options.store);
  using database = openStoreFile(path, access === 'read');
  try {
    return work({ database, config });
  } catch (error) {
    throw storeErrorOf(error, path);
  }
}

/** A slip in a name must not look like a quiet day. Throws `UserError` for a name that neither config nor store has. */
export function requireKnown(destination: string | undefined, { database, config }: OpenedStore): void {
  if (destination === undefined) return;
  const known = new Set([...config.destinations.keys(), ...storedDestinations(database)]);
  if (known.has(destination)) return;
  const where = config.isTrusted ? 'neither the config nor the store has' : 'the store does not have';
  const list = known.size === 0 ? '' : `; there is: ${[...known].map(printable).join(', ')}`;
  throw new UserError(
    `No destination ${printable(destination)}: ${where} it${orNearest(destination, known)}${list}`,
  );
}
