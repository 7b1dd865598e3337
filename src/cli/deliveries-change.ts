/** `deliveries retry` and `deliveries discard`: sends again, or cancels. Needs only the store. */
import { type DeliveryState, UNDER_WAY } from '../delivery/delivery.ts';
import { AMBIGUOUS_REASONS } from '../delivery/outcome.ts';
import { mayHaveActed } from '../destinations/http-outcome.ts';
import { bridgeNowMs } from '../outbox/bridge-time.ts';
import type { Deliveries, FoundDelivery } from '../outbox/deliveries.ts';
import type { StoredAttempt, StoredDelivery } from '../outbox/rows.ts';
import { printable } from '../platform/printable.ts';
import type { UsableConfig } from './config-file.ts';
import { type ExitCode, FINE, NOT_FINE, UserError, WRONG_USAGE } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';
import { answered, listAll, requireKnown, type StoreOptions, withStore } from './store-file.ts';

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
      throw new UserError(
        `--${name} cannot be combined with this: name the deliveries by their ids`,
        WRONG_USAGE,
      );
}

export interface RetryDeliveriesOptions extends Narrowing, StoreOptions {
  readonly ids: readonly string[];
  readonly dead: boolean;
  readonly json: boolean;
  /** Also what is past its `maxAge`, which then counts anew. */
  readonly late: boolean;
}

export async function retryCommand(options: RetryDeliveriesOptions, io: Io): Promise<ExitCode> {
  if (options.ids.length > 0 === options.dead)
    throw new UserError('name deliveries to retry, or give --dead for all dead ones', WRONG_USAGE);
  refuse(options, 'state', 'limit', ...(options.dead ? [] : (['destination', 'since'] as const)));
  return withStore(options, io, async (opened) => {
    const { database, deliveries, config } = opened;
    requireKnown(options.destination, opened);
    const nowMs = bridgeNowMs(database, io.clock.wallMs());
    const asked = options.dead ? await deadOnes(deliveries, options, nowMs) : options.ids;
    const found = await foundOf(deliveries, asked);
    const ids = asked.filter((id) => refusal(config, found.get(id)?.delivery) === undefined);
    const destinations = ids.flatMap((id) => found.get(id)?.delivery.delivery.destination ?? []);
    const maxAges = new Map(destinations.map((name) => [name, maxAgeIn(config, name, options.late)]));
    const changed = await answered(deliveries.retry(ids, { nowMs, maxAges, isLate: options.late }));
    const again = changed.filter((id) => mayHaveArrived(found.get(id))).length;
    if (again > 0)
      io.warn(
        `${again} of ${changed.length} may have arrived already, because the answer was lost: check the receiver; \`deliveries discard\` cancels one that has not been sent yet.`,
      );
    return report('queued; a running bridge will send', deliveries, io, {
      ...{ asked, changed, json: options.json },
      why: (stored) =>
        refusal(config, stored) ?? 'it is older than the maxAge of its destination; --late sends it anyway',
    });
  });
}

/** By id, those that are deliveries. */
async function foundOf(
  deliveries: Deliveries,
  ids: readonly string[],
): Promise<ReadonlyMap<string, FoundDelivery>> {
  const found = new Map<string, FoundDelivery>();
  for (const id of ids) {
    const one = await find(deliveries, id);
    if (one !== undefined) found.set(id, one);
  }
  return found;
}

async function find(deliveries: Deliveries, id: string): Promise<FoundDelivery | undefined> {
  const [one] = await answered(deliveries.find(id));
  return one?.delivery.delivery.id === id ? one : undefined;
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
const mayHaveArrived = (found: FoundDelivery | undefined): boolean =>
  found !== undefined &&
  found.delivery.state !== 'pending' &&
  (found.delivery.reason === 'may_have_arrived' || found.attempts.some(isDoubtful));

const DOUBTFUL: ReadonlySet<string> = new Set([
  UNDER_WAY,
  ...AMBIGUOUS_REASONS.map((reason) => `ambiguous ${reason}`),
]);

const isDoubtful = ({ outcome, status, detail }: StoredAttempt): boolean =>
  DOUBTFUL.has(outcome) || (status !== undefined && mayHaveActed({ status, bodyText: detail ?? '' }));

async function deadOnes(
  deliveries: Deliveries,
  { destination, since }: Narrowing,
  nowMs: number,
): Promise<string[]> {
  const sinceMs = since === undefined ? undefined : nowMs - since;
  const dead = await listAll(deliveries, { state: 'dead', destination, sinceMs });
  return dead.map(({ delivery }) => delivery.id);
}

export interface DiscardDeliveriesOptions extends Narrowing, StoreOptions {
  readonly ids: readonly string[];
  readonly json: boolean;
}

export async function discardCommand(options: DiscardDeliveriesOptions, io: Io): Promise<ExitCode> {
  refuse(options, 'state', 'destination', 'since', 'limit');
  return withStore(options, io, async ({ database, deliveries }) => {
    const nowMs = bridgeNowMs(database, io.clock.wallMs());
    const changed = await answered(deliveries.discard(options.ids, nowMs));
    return report('cancelled; a running bridge will drop', deliveries, io, {
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
async function report(
  done: string,
  deliveries: Deliveries,
  io: Io,
  { asked, changed, why, json }: Change,
): Promise<ExitCode> {
  const taken = new Set(changed);
  const left = asked.filter((id) => !taken.has(id));
  if (json) io.print(jsonText({ changed, unchanged: left }));
  else {
    const [was = '', next = ''] = done.split('; ');
    const count = `${changed.length} ${changed.length === 1 ? 'delivery' : 'deliveries'} ${was}`;
    const them = changed.length === 1 ? 'it' : 'them';
    io.print(changed.length === 0 ? count : `${count}; ${next} ${them} within a second`);
    for (const id of left) io.warn(`${printable(id)}: unchanged (${await reasonFor(id, deliveries, why)})`);
  }
  return left.length === 0 ? FINE : NOT_FINE;
}

async function reasonFor(id: string, deliveries: Deliveries, why: Change['why']): Promise<string> {
  const found = await answered(deliveries.find(id));
  const [one] = found;
  if (one?.delivery.delivery.id === id) return printable(why(one.delivery));
  const parts = found.map(
    ({ delivery: { delivery, state } }) => `${delivery.id} to ${delivery.destination}, ${state}`,
  );
  return parts.length === 0
    ? 'there is no such delivery'
    : printable(`this is an announcement; its deliveries: ${parts.join('; ')}`);
}
