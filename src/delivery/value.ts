/**
 * Which of the destinations that get the same announcement goes first. Orders before messages, since a program may trade on
 * them; of each kind first what spoils first (`maxAge`); among equals the order in which the rules name them. So with
 * ten thousand of them it is the reader who decides which hundred are "the first", by these and by the order in the config.
 */
export interface Valued {
  /** A program may act on what it gets. */
  readonly takesOrders: boolean;
  readonly maxAgeMs: number | false;
}

/** Negative: `a` goes first. */
const compareValue = (a: Valued, b: Valued): number =>
  Number(b.takesOrders) - Number(a.takesOrders) || spoilsAfterMs(a) - spoilsAfterMs(b) || 0;

const NEVER_MS = Number.MAX_VALUE;
const spoilsAfterMs = ({ maxAgeMs }: Valued) => (maxAgeMs === false ? NEVER_MS : maxAgeMs);

/** Those without a value are left out of account. Most configs name them in this order: then nothing is sorted or copied. */
export function mostValuableFirst<Item>(
  items: readonly Item[],
  valuedOf: (item: Item) => Valued | undefined,
): readonly Item[] {
  if (items.length < 2 || isInOrder(items, valuedOf)) return items;
  const valued = items.flatMap((item) => {
    const value = valuedOf(item);
    return value === undefined ? [] : [{ item, value }];
  });
  return valued.sort((a, b) => compareValue(a.value, b.value)).map(({ item }) => item);
}

function isInOrder<Item>(items: readonly Item[], valuedOf: (item: Item) => Valued | undefined): boolean {
  let before: Valued | undefined;
  for (const item of items) {
    const value = valuedOf(item);
    if (value === undefined) continue;
    if (before !== undefined && compareValue(before, value) > 0) return false;
    before = value;
  }
  return true;
}
