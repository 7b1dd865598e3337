/** `deliveries retry` and `deliveries discard`: sends again, or cancels. Needs only the store. */
import type { DatabaseSync } from 'node:sqlite';
import { type DeliveryState, UNDER_WAY } from '../delivery/delivery.ts';
import { AMBIGUOUS_REASONS } from '../delivery/outcome.ts';
import { mayHaveActed } from '../destinations/http-outcome.ts';
import { bridgeNowMs } from '../outbox/bridge-time.ts';
import {
  deliveriesOfAnnouncement,
  discardDeliveries,
  findDelivery,
  listDeliveries,
  retryDeliveries,
} from '../outbox/queries.ts';
import type { StoredAttempt, StoredDelivery } from '../outbox/rows.ts';
import { printable } from '../platform/printable.ts';
import type { UsableConfig } from './config-file.ts';
import { type ExitCode, FINE, NOT_FINE, UserError, WRONG_USAGE } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';
import { requireKnown, type StoreOptions, withStore } from './store-file.ts';

/** What the list is narrowed by; its commands are given it too, because the command line takes it anywhere. */
interface Narrowing {
  readonly state?: DeliveryState;
  readonly destination?: string;
  /** Ms back from now. */
  readonly since?: number;
  readonly limit?: number;
}

/** Something that would have been narrowed must not be done to more than was meant. */
function refuse(given: Narrowing, ...names: readonly (keyof Narrowing)[]): void {
  for (const name of names)
    if (given[name] !== undefined)
      throw new UserError(`--${name} does not go with this: name the deliveries by their ids`, WRONG_USAGE);
}

export interface RetryDeliveriesOptions extends Narrowing, StoreOptions {
  readonly ids: readonly string[];
  readonly dead: boolean;
  readonly json: boolean;
  /** Also what is past its `maxAge`, which then counts anew. */
  readonly late: boolean;
}

export function retryCommand(options: RetryDeliveriesOptions, io: Io): ExitCode {
  if (options.ids.length > 0 === options.dead)
    throw new UserError('name deliveries to retry, or give --dead for all dead ones', WRONG_USAGE);
  refuse(options, 'state', 'limit', ...(options.dead ? [] : (['destination', 'since'] as const)));
  return withStore(options, 'write', io, (opened) => {
    const { database, config } = opened;
    requireKnown(options.destination, opened);
    const nowMs = bridgeNowMs(database, io.clock.wallMs());
    const asked = options.dead ? deadOnes(database, options, nowMs) : options.ids;
    const ids = asked.filter((id) => refusal(config, findDelivery(database, id)?.delivery) === undefined);
    const maxAgeOf = (destination: string) => maxAgeIn(config, destination, options.late);
    const doubtful = ids.filter((id) => mayHaveArrived(findDelivery(database, id)));
    const changed = retryDeliveries(database, ids, nowMs, { maxAgeOf, isLate: options.late });
    const again = doubtful.filter((id) => changed.includes(id)).length;
    if (again > 0)
      io.warn(
        `${again} of ${changed.length} may have arrived already, because the answer was lost: look at the receiver; \`deliveries discard\` takes one back that has not gone yet.`,
      );
    return report('queued; a running bridge will send', opened.database, io, {
      ...{ asked, changed, json: options.json },
      why: (stored) =>
        refusal(config, stored) ??
        'it is older than the maxAge of its destination; --late sends it all the same',
    });
  });
}

/** Why it is not sent again whatever else is asked for. */
function refusal(config: UsableConfig, stored: StoredDelivery | undefined): string | undefined {
  if (stored === undefined) return undefined;
  if (stored.state === 'delivered') return 'it was delivered, and is not sent again';
  if (stored.reason === UNDER_WAY)
    return 'it is on the wire, or was when the bridge ended; wait for the answer, or start the bridge, and then retry';
  const { destination } = stored.delivery;
  const names = [...config.destinations.keys()];
  // It would wait for ever, or be buried again at once.
  if (config.isSound && !names.includes(destination))
    return `the config has no destination ${destination} any more; there is: ${names.join(', ')}`;
  return undefined;
}

/** Sent again it may be an order twice: whatever ended it, an answer was lost or not the receiver's. */
const mayHaveArrived = (found: ReturnType<typeof findDelivery>): boolean =>
  found !== undefined &&
  found.delivery.state !== 'pending' &&
  (found.delivery.reason === 'may_have_arrived' || found.attempts.some(isDoubtful));

const DOUBTFUL: ReadonlySet<string> = new Set([
  UNDER_WAY,
  ...AMBIGUOUS_REASONS.map((reason) => `ambiguous ${reason}`),
]);

const isDoubtful = ({ outcome, status, detail }: StoredAttempt): boolean =>
  DOUBTFUL.has(outcome) || (status !== undefined && mayHaveActed({ status, bodyText: detail ?? '' }));

function deadOnes(database: DatabaseSync, { destination, since }: Narrowing, nowMs: number): string[] {
  const sinceMs = since === undefined ? undefined : nowMs - since;
  return listDeliveries(database, { state: 'dead', destination, sinceMs, limit: ALL }).map(
    ({ delivery }) => delivery.id,
  );
}

/** https://www.sqlite.org/lang_select.html#limitoffset: a negative limit is none. */
const ALL = -1;

export interface DiscardDeliveriesOptions extends Narrowing, StoreOptions {
  readonly ids: readonly string[];
  readonly json: boolean;
}

export function discardCommand(options: DiscardDeliveriesOptions, io: Io): ExitCode {
  refuse(options, 'state', 'destination', 'since', 'limit');
  return withStore(options, 'write', io, ({ database }) => {
    const changed = discardDeliveries(database, options.ids, bridgeNowMs(database, io.clock.wallMs()));
    return report('discarded; a running bridge will drop', database, io, {
      ...{ asked: options.ids, changed, json: options.json },
      why: ({ state }) => `it is ${state}: only pending deliveries can be discarded`,
    });
  });
}

/** Today's, in ms. Throws `UserError` when it matters and the config does not tell: a guessed age could let an old order through for ever. */
function maxAgeIn(config: UsableConfig, destination: string, isLate: boolean): number | false {
  const options = config.destinations.get(destination);
  if (options === undefined && isLate)
    throw new UserError(
      `--late needs the maxAge of ${printable(destination)}, and the config does not have it: correct the config, or retry without --late.`,
    );
  return options?.maxAge ?? false;
}

interface Change {
  readonly asked: readonly string[];
  readonly changed: readonly string[];
  /** Why one is as it was. */
  readonly why: (stored: StoredDelivery) => string;
  readonly json: boolean;
}

/** `done`: what was done, and what a running bridge makes of it. */
function report(
  done: string,
  database: DatabaseSync,
  io: Io,
  { asked, changed, why, json }: Change,
): ExitCode {
  const taken = new Set(changed);
  const left = asked.filter((id) => !taken.has(id));
  if (json) io.print(jsonText({ changed, unchanged: left }));
  else {
    const [was = '', next = ''] = done.split('; ');
    const count = `${changed.length} ${changed.length === 1 ? 'delivery' : 'deliveries'} ${was}`;
    const them = changed.length === 1 ? 'it' : 'them';
    io.print(changed.length === 0 ? count : `${count}; ${next} ${them} within a second`);
    for (const id of left) io.warn(`${printable(id)}: unchanged (${reasonFor(id, database, why)})`);
  }
  return left.length === 0 ? FINE : NOT_FINE;
}

function reasonFor(id: string, database: DatabaseSync, why: Change['why']): string {
  const found = findDelivery(database, id);
  if (found !== undefined) return printable(why(found.delivery));
  const parts = deliveriesOfAnnouncement(database, id).map(
    ({ delivery, state }) => `${delivery.id} to ${delivery.destination}, ${state}`,
  );
  return parts.length === 0
    ? 'there is no such delivery'
    : printable(`this is an announcement; its deliveries: ${parts.join('; ')}`);
}
