/** `deliveries` and `deliveries show`: pending, delivered and failed ones, with reasons. Needs only the store. */
import type { DatabaseSync } from 'node:sqlite';
import type { DeliveryState } from '../delivery/delivery.ts';
import { bridgeNowMs } from '../outbox/bridge-time.ts';
import { deliveriesOfAnnouncement, findDelivery, listDeliveries } from '../outbox/queries.ts';
import { printable } from '../platform/printable.ts';
import { deliveryCells, describeDelivery, RECEIVED_AND_TITLE } from './deliveries-text.ts';
import { type ExitCode, FINE, UserError } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';
import { requireKnown, type StoreOptions, withStore } from './store-file.ts';
import { table } from './table.ts';

export interface ListOptions extends StoreOptions {
  readonly state: DeliveryState | undefined;
  readonly destination: string | undefined;
  readonly sinceMs: number | undefined;
  readonly limit: number;
  readonly json: boolean;
}

export const listCommand = (options: ListOptions, io: Io): ExitCode =>
  withStore(options, 'read', io, (opened) => {
    requireKnown(options.destination, opened);
    const sinceMs =
      options.sinceMs === undefined
        ? undefined
        : bridgeNowMs(opened.database, io.clock.wallMs()) - options.sinceMs;
    const found = listDeliveries(opened.database, { ...options, sinceMs });
    if (options.json) io.print(jsonText(found));
    else if (found.length === 0) io.print('no deliveries');
    else
      for (const line of table(
        ['ID', 'DESTINATION', 'STATE', 'REASON', 'TRIES', RECEIVED_AND_TITLE],
        found.map(deliveryCells),
        { width: io.columns, whole: ['ID'] },
      ))
        io.print(line);
    return FINE;
  });

export interface ShowOptions extends StoreOptions {
  /** Of a delivery, or of an announcement: the log has both. */
  readonly id: string;
  readonly json: boolean;
}

export const showCommand = (options: ShowOptions, io: Io): ExitCode =>
  withStore(options, 'read', io, ({ database }) => {
    const { id, json } = options;
    const found = findDelivery(database, id);
    if (found === undefined) return showAnnouncement(database, options, io);
    if (json) io.print(jsonText({ ...found.delivery, attemptList: found.attempts }));
    else for (const line of describeDelivery(found.delivery, found.attempts, io.columns)) io.print(line);
    return FINE;
  });

function showAnnouncement(database: DatabaseSync, { id, json }: ShowOptions, io: Io): ExitCode {
  const deliveries = deliveriesOfAnnouncement(database, id).flatMap(
    ({ delivery }) => findDelivery(database, delivery.id) ?? [],
  );
  if (deliveries.length === 0)
    throw new UserError(
      `There is no delivery or announcement ${printable(id)} in the store: \`listing-bridge deliveries\` lists the deliveries.`,
    );
  if (json)
    io.print(
      jsonText({
        announcement: id,
        deliveries: deliveries.map(({ delivery, attempts }) => ({ ...delivery, attemptList: attempts })),
      }),
    );
  else {
    io.print(
      `announcement ${id}: ${deliveries.length} ${deliveries.length === 1 ? 'delivery' : 'deliveries'}`,
    );
    for (const { delivery, attempts } of deliveries)
      for (const line of ['', ...describeDelivery(delivery, attempts, io.columns)]) io.print(line);
  }
  return FINE;
}
