/**
 * The operator's actions on deliveries: list, find, retry, discard. They are the same in the running bridge, where
 * another thread reads the store, and on the command line, which needs no bridge: the two differ in the
 * `Deliveries` and in the source of the time. The caller chooses the words for people.
 */
import { type DeliveryState, keyOf, UNDER_WAY } from '../delivery/delivery.ts';
import { mayHaveArrived } from '../destinations/may-have-arrived.ts';
import type {
  Deliveries,
  DeliveryFilter,
  FoundDelivery,
  StoreAnswer,
  StoredDecision,
} from '../outbox/deliveries.ts';
import type { StoredDelivery } from '../outbox/rows.ts';
import { StoreError } from '../outbox/store-errors.ts';
import { messageOf } from '../platform/message-of.ts';

export interface DeliveryOperatorDeps {
  readonly deliveries: Deliveries;
  /** On the timeline of the bridge whose store it is. */
  nowMs(): number;
  /** The known part of the current config. */
  destinations(): KnownDestinations;
}

export interface KnownDestinations {
  /** By name; `undefined`: its options are not known. */
  readonly options: ReadonlyMap<string, { readonly maxAge: number | false } | undefined>;
  /** There are no others. */
  readonly isComplete: boolean;
}

/** Absent: any. */
export interface DeliveryWish extends DeliveryFilter {
  /** Received within this span, in ms. */
  readonly withinMs?: number | undefined;
  /** At most so many; absent: all. */
  readonly limit?: number | undefined;
}

export interface RetryWish {
  /** Of deliveries; or all dead ones that fit. */
  readonly which: readonly string[] | Omit<DeliveryWish, 'state'>;
  /** Also what is past its `maxAge`, which then counts again. */
  readonly isLate: boolean;
}

export interface Changed {
  readonly changed: readonly string[];
  readonly unchanged: readonly Unchanged[];
  /** Of the changed ones, how many may have arrived before: the receiver may get them twice. */
  readonly mayHaveArrived: number;
}

export type Unchanged = { readonly id: string } & Reason;

export type Reason =
  | { readonly why: 'delivered' | 'under_way' | 'too_old' | 'unknown' }
  | { readonly why: 'destination_removed'; readonly destination: string; readonly known: readonly string[] }
  /** Only what is pending can be discarded. */
  | { readonly why: 'ended'; readonly state: DeliveryState }
  | { readonly why: 'is_announcement'; readonly deliveries: readonly StoredDelivery[] };

/** A guessed age could let an old order through for ever. */
export interface MaxAgeUnknown {
  readonly maxAgeUnknownOf: string;
}

export class DeliveryOperator {
  readonly #deps: DeliveryOperatorDeps;

  constructor(deps: DeliveryOperatorDeps) {
    this.#deps = deps;
  }

  /** Newest first. */
  list(wish: DeliveryWish): Promise<StoreAnswer<readonly StoredDelivery[]>> {
    return answerOf(() => this.#list(wish));
  }

  /** One delivery, or all deliveries of one announcement. */
  find(id: string): Promise<StoreAnswer<readonly FoundDelivery[]>> {
    return this.#deps.deliveries.find(id);
  }

  /** The decision on an announcement, as it was when it was read; also by the id of one of its deliveries. */
  decision(id: string): Promise<StoreAnswer<StoredDecision | undefined>> {
    return this.#deps.deliveries.decision(id);
  }

  /** Queued to be sent again. */
  retry({ which, isLate }: RetryWish): Promise<StoreAnswer<Changed | MaxAgeUnknown>> {
    return answerOf(async () => {
      const known = this.#deps.destinations();
      const sought = 'length' in which ? await this.#byIds(which) : await this.#dead(which);
      const found = await this.#foundOf(sought);
      const wanted = [...found].filter(([, { delivery }]) => refusal(delivery, known) === undefined);
      const names = new Set(wanted.map(([, { delivery }]) => delivery.delivery.destination));
      const maxAges = new Map<string, number | false>();
      for (const name of names) {
        const options = known.options.get(name);
        if (options === undefined && isLate) return { maxAgeUnknownOf: name };
        maxAges.set(name, options?.maxAge ?? false);
      }
      const again = { nowMs: this.#deps.nowMs(), maxAges, isLate };
      const keys = wanted.map(([key]) => key);
      const changed = await read(this.#deps.deliveries.retry(keys, again));
      return {
        ...(await this.#changed(sought, changed, (row) => refusal(row, known) ?? { why: 'too_old' })),
        mayHaveArrived: changed.filter((key) => isDoubtful(found.get(key))).length,
      };
    });
  }

  /** Pending ones are not sent any more. */
  discard(ids: readonly string[]): Promise<StoreAnswer<Changed>> {
    return answerOf(async () => {
      const sought = await this.#byIds(ids);
      const keys = sought.map(({ key }) => key);
      const changed = await read(this.#deps.deliveries.discard(keys, this.#deps.nowMs()));
      const changes = await this.#changed(sought, changed, ({ state }) => ({ why: 'ended', state }));
      return { ...changes, mayHaveArrived: 0 };
    });
  }

  /** Page after page. */
  async #list({ limit = Number.POSITIVE_INFINITY, withinMs, ...filter }: DeliveryWish) {
    const sinceMs = withinMs === undefined ? filter.sinceMs : this.#deps.nowMs() - withinMs;
    const all: StoredDelivery[] = [];
    for (let before: string | undefined, isMore = true; isMore && all.length < limit; ) {
      const request = { ...filter, sinceMs, before, limit: limit - all.length };
      const page = await read(this.#deps.deliveries.list(request));
      all.push(...page.deliveries);
      before = page.next;
      isMore = before !== undefined;
    }
    return all;
  }

  async #dead(wish: Omit<DeliveryWish, 'state'>): Promise<readonly Sought[]> {
    const dead = await this.#list({ ...wish, state: 'dead' });
    return dead.map(({ delivery }) => ({ id: delivery.id, key: keyOf(delivery) }));
  }

  async #byIds(ids: readonly string[]): Promise<readonly Sought[]> {
    const keys = await read(this.#deps.deliveries.keysOf(ids));
    return [...new Set(ids)].map((id) => ({ id, key: keys.get(id) ?? id }));
  }

  /** By key, those that are deliveries; in the order asked for. */
  async #foundOf(sought: readonly Sought[]): Promise<ReadonlyMap<string, FoundDelivery>> {
    const found = new Map<string, FoundDelivery>();
    for (const { key } of sought) {
      const [one] = await read(this.#deps.deliveries.find(key));
      if (one !== undefined && hasKey(one, key)) found.set(key, one);
    }
    return found;
  }

  /** `changed`: keys. */
  async #changed(
    sought: readonly Sought[],
    changed: readonly string[],
    reasonOf: (row: StoredDelivery) => Reason,
  ): Promise<Pick<Changed, 'changed' | 'unchanged'>> {
    const taken = new Set(changed);
    const unchanged: Unchanged[] = [];
    for (const { id, key } of sought) {
      if (taken.has(key)) continue;
      const found = await read(this.#deps.deliveries.find(key));
      const [one] = found;
      const deliveries = found.map(({ delivery }) => delivery);
      if (one === undefined) unchanged.push({ id, why: 'unknown' });
      else if (hasKey(one, key)) unchanged.push({ id, ...reasonOf(one.delivery) });
      else unchanged.push({ id, why: 'is_announcement', deliveries });
    }
    return { changed: sought.filter(({ key }) => taken.has(key)).map(({ id }) => id), unchanged };
  }
}

/** Something that a person named. `key`: of its row; its id when there is none. */
interface Sought {
  readonly id: string;
  readonly key: string;
}

const hasKey = ({ delivery: { delivery } }: FoundDelivery, key: string): boolean => keyOf(delivery) === key;

/** The reason not to send it again, whatever else is requested. */
function refusal({ state, reason, delivery }: StoredDelivery, known: KnownDestinations): Reason | undefined {
  if (state === 'delivered') return { why: 'delivered' };
  if (reason === UNDER_WAY) return { why: 'under_way' };
  const { destination } = delivery;
  // It would wait for ever, or be buried again at once.
  if (known.isComplete && !known.options.has(destination))
    return { why: 'destination_removed', destination, known: [...known.options.keys()] };
  return undefined;
}

const isDoubtful = (found: FoundDelivery | undefined): boolean =>
  found !== undefined && mayHaveArrived(found);

/** The value, or a throw that `answerOf` makes an answer of. */
async function read<Value>(answer: Promise<StoreAnswer<Value>>): Promise<Value> {
  const result = await answer;
  if (!result.ok) throw new StoreError(result.message);
  return result.value;
}

async function answerOf<Value>(work: () => Promise<Value>): Promise<StoreAnswer<Value>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (error instanceof StoreError) return { ok: false, message: messageOf(error) };
    throw error;
  }
}
