/** All figures of a span of time: as a whole, by feed, by destination and by rule. They add up. */
import { DeliveryTally, FeedTally } from './tally.ts';

/** By what there are figures of deliveries. */
const DELIVERY_KINDS = ['destination', 'rule'] as const;
type DeliveryKind = (typeof DELIVERY_KINDS)[number];

/** Of a span the largest are kept by name, and the rest together. */
export const MOST_NAMES = 200;
export const OTHERS = '(others)';

export class Figures {
  /** Of all feeds together. */
  readonly news = new FeedTally();
  /** Of all deliveries together. */
  readonly sent = new DeliveryTally();
  readonly feed = new Map<string, FeedTally>();
  readonly destination = new Map<string, DeliveryTally>();
  readonly rule = new Map<string, DeliveryTally>();

  ofFeed(name: string): FeedTally {
    return entry(this.feed, name, () => new FeedTally());
  }

  ofDeliveries(kind: DeliveryKind, name: string): DeliveryTally {
    return entry(this[kind], name, () => new DeliveryTally());
  }

  add(other: Figures): void {
    this.news.add(other.news);
    this.sent.add(other.sent);
    for (const [name, tally] of other.feed) this.ofFeed(name).add(tally);
    for (const kind of DELIVERY_KINDS)
      for (const [name, tally] of other[kind]) this.ofDeliveries(kind, name).add(tally);
  }

  /** Nothing of it waits any more. */
  get isSettled(): boolean {
    return this.sent.states.pending === 0;
  }

  /** With at most `MOST_NAMES` names of each kind: a feed gone mad, or a config of ten thousand chats, does not fill the store. */
  bound(): void {
    boundNames(
      this.feed,
      ({ announcements }) => announcements,
      () => new FeedTally(),
    );
    for (const kind of DELIVERY_KINDS)
      boundNames(
        this[kind],
        ({ deliveries }) => deliveries,
        () => new DeliveryTally(),
      );
  }
}

function entry<Value>(map: Map<string, Value>, name: string, make: () => Value): Value {
  let value = map.get(name);
  if (value === undefined) {
    value = make();
    map.set(name, value);
  }
  return value;
}

function boundNames<Tally extends { add(other: Tally): void }>(
  map: Map<string, Tally>,
  weight: (tally: Tally) => number,
  make: () => Tally,
): void {
  if (map.size <= MOST_NAMES) return;
  const others = map.get(OTHERS) ?? make();
  map.delete(OTHERS);
  const smallest = [...map].sort(([, one], [, other]) => weight(other) - weight(one)).slice(MOST_NAMES - 1);
  for (const [name, tally] of smallest) {
    others.add(tally);
    map.delete(name);
  }
  map.set(OTHERS, others);
}
