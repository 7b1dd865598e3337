/** Opens the store for a command that must work in an incident: where the config says, or where `--store` does. */

import { resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { DeliveryOperator } from '../daemon/delivery-operator.ts';
import { INJECT } from '../feeds/index.ts';
import { bridgeMomentMs, bridgeNowMs } from '../outbox/bridge-time.ts';
import type { DeliveryFilter, StoreAnswer } from '../outbox/deliveries.ts';
import { FileDeliveries } from '../outbox/file-deliveries.ts';
import { openStoreFile, storeErrorOf } from '../outbox/open.ts';
import { storedDestinations } from '../outbox/queries.ts';
import { StoreError } from '../outbox/store-errors.ts';
import { unknownWords } from '../outbox/unknown-words.ts';
import type { Ago } from '../platform/ago.ts';
import { printable } from '../platform/printable.ts';
import { orNearest } from '../platform/suggest.ts';
import type { ClusterStore } from './cluster-store.ts';
import { type UsableConfig, usableConfig } from './config-file.ts';
import { UserError } from './exit-codes.ts';
import type { Io } from './io.ts';
import { markedLine } from './lines.ts';

export interface StoreOptions {
  readonly config: string;
  /** Instead of `store.path` of the config. */
  readonly store?: string | undefined;
}

export interface OpenedStore {
  /** Only read. */
  readonly database: DatabaseSync;
  readonly operator: DeliveryOperator;
  /** The file's absolute path. */
  readonly path: string;
  /** On the timeline of the bridge whose store it is. */
  nowMs(): number;
  /** On the same timeline. */
  at(ago: Ago | undefined): number | undefined;
  readonly config: UsableConfig;
  /** It is the store of a node; absent: of a bridge alone, or named by `--store`. */
  readonly cluster?: ClusterStore | undefined;
}

/** Runs `work` with the store open; what SQLite throws becomes a `StoreError` with advice. */
export async function withStore<Result>(
  options: StoreOptions,
  io: Io,
  work: (opened: OpenedStore) => Result | Promise<Result>,
): Promise<Result> {
  const config = usableConfig(options.config, 'store', { given: options.store }, io);
  const path = options.store === undefined ? config.storePath : resolve(options.store);
  using database = openStoreFile(path, true, leftOut(io));
  const nowMs = () => bridgeNowMs(database, io.clock.wallMs());
  const { cluster: shared } = config.whole ?? {};
  const local = new FileDeliveries(path);
  const cluster =
    shared === undefined || options.store !== undefined
      ? undefined
      : (await import('./cluster-store.ts')).clusterStore(shared, local, io);
  try {
    const operator = new DeliveryOperator({
      deliveries: cluster?.deliveries ?? local,
      nowMs,
      destinations: () => ({ options: config.destinations, isComplete: config.isSound }),
    });
    const at = (ago: Ago | undefined) =>
      ago instanceof Date ? bridgeMomentMs(database, ago.getTime()) : ago && nowMs() - ago;
    return await work({ database, config, operator, path, nowMs, at, cluster });
  } catch (error) {
    throw storeErrorOf(error, path);
  } finally {
    await cluster?.close();
  }
}

/** Tells the person about news of a bridge that has died, and that no table takes: nobody else will hear of it. */
export const leftOut = (io: Io) => (what: string, message: string) =>
  io.warn(
    `The store works and did not accept ${printable(what)}, which a bridge had read before it died (${printable(message)}); it is left out. This is a fault of the bridge: please report it. [store_refused]`,
  );

/** Unwraps an answer of the store. Throws `StoreError`. */
export async function answered<Value>(answer: Promise<StoreAnswer<Value>>): Promise<Value> {
  const result = await answer;
  if (!result.ok) throw new StoreError(result.message);
  return result.value;
}

/** For who found nothing: a slip in a word of the filter must not look like a quiet day. */
export function warnOfUnknown(filter: DeliveryFilter, { config }: OpenedStore, io: Io): void {
  const { whole } = config;
  // Of a file with a problem nobody knows all names.
  if (whole === undefined) return;
  const nameOf = ({ name }: { readonly name: string }) => name;
  const names = {
    feeds: [INJECT, ...whole.feeds.map(nameOf)],
    rules: whole.rules.map(nameOf),
    destinations: config.destinations.keys(),
  };
  for (const sentence of unknownWords(filter, names))
    io.warn(markedLine('warning', `Nothing was found, and ${sentence}.`, io.columns));
}

/** A slip in a name must not look like a quiet day. Throws `UserError` for a name that neither config nor store has. */
export function requireKnown(destination: string | undefined, { database, config }: OpenedStore): void {
  if (destination === undefined) return;
  if (config.destinations.has(destination)) return;
  // It goes through all deliveries.
  const known = new Set([...config.destinations.keys(), ...storedDestinations(database)]);
  if (known.has(destination)) return;
  const where = config.isTrusted ? 'neither the config nor the store has' : 'the store does not have';
  const list = known.size === 0 ? '' : `; there is: ${[...known].map(printable).join(', ')}`;
  throw new UserError(
    `No destination ${printable(destination)}: ${where} it${orNearest(destination, known)}${list}`,
  );
}
