/** All figures of a span of time: as a whole, by feed, by destination and by rule. They add up. */
import type { FigureRow } from './change.ts';
import { DeliveryTally, FeedTally } from './tally.ts';

/** By what there are figures of deliveries. */
const DELIVERY_KINDS = ['destination', 'rule'] as const;
type DeliveryKind = (typeof DELIVERY_KINDS)[number];

/** Of a span the largest are kept by name, and the rest together. */
export const MOST_NAMES = 500;
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

  /** For the store, with at most `MOST_NAMES` names of each kind: a feed gone mad, or a config of ten thousand chats, does not fill it. */
  rows(): FigureRow[] {
    this.#bound();
    const row = (kind: string, name: string, tally: FeedTally | DeliveryTally): FigureRow => ({
      ...{ kind, name },
      body: JSON.stringify(tally.stored()),
    });
    const rows = [row('', 'news', this.news), row('', 'sent', this.sent)];
    for (const [name, tally] of this.feed) rows.push(row('feed', name, tally));
    for (const kind of DELIVERY_KINDS)
      for (const [name, tally] of this[kind]) rows.push(row(kind, name, tally));
    return rows;
  }

  /** Passes over one that a damaged page or a later version made senseless. */
  addRow({ kind, name, body }: FigureRow): void {
    try {
      const stored = JSON.parse(body);
      if (kind === '') (name === 'news' ? this.news : this.sent).addStored(stored);
      else if (kind === 'feed') this.ofFeed(name).addStored(stored);
      else if (kind === 'destination' || kind === 'rule') this.ofDeliveries(kind, name).addStored(stored);
    } catch {
      // Its numbers are missing in the sum, and nothing else is.
    }
  }

  /** Nothing of it waits any more. */
  get isSettled(): boolean {
    return this.sent.states.pending === 0;
  }

  /** Rows of these have been deleted, if that one was made from the same rows. */
  hasLessThan(other: Figures): boolean {
    return (
      this.news.announcements < other.news.announcements ||
      this.sent.deliveries < other.sent.deliveries ||
      this.sent.dispatch.count < other.sent.dispatch.count
    );
  }

  #bound(): void {
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
