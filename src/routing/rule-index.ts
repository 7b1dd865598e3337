/**
 * Finds the rules that could match by what they demand: a ticker, a publisher, a listing type. Gives
 * their ordinals in rule order and never leaves out one that matches; what it gives may still not match.
 */
import type { Announcement } from '../announcement.ts';
import type { IndexedField, RequiredValues } from './matcher.ts';
import { subjectOf } from './subject.ts';

/** Under this key stand the rules that demand nothing of a field. Folded text has no outer blanks. */
const ANY = ' ';
/** A rule that would stand in more places than this is filed by fewer fields. */
const MOST_PLACES = 256;

type Demands = Pick<RequiredValues, IndexedField>;
type ByType = Map<string, number[]>;
type ByPublisher = Map<string, ByType>;

const ANYTHING: ReadonlySet<string> = new Set([ANY]);
const NO_RULES: readonly number[] = Object.freeze([]);

export class RuleIndex {
  readonly #byTicker = new Map<string, ByPublisher>();

  candidates(announcement: Announcement): readonly number[] {
    const { tickers, publisher, listingType } = subjectOf(announcement);
    const lists: (readonly number[])[] = [];
    for (let at = -1; at < tickers.length; at++) {
      const byPublisher = this.#byTicker.get(at < 0 ? ANY : (tickers[at]?.folded ?? ANY));
      if (!byPublisher) continue;
      for (const key of [ANY, publisher.folded]) {
        const byType = byPublisher.get(key);
        if (!byType) continue;
        for (const type of [ANY, listingType.folded]) {
          const rules = byType.get(type);
          if (rules) lists.push(rules);
        }
      }
    }
    if (lists.length === 1) return lists[0] ?? NO_RULES;
    // Shortest first, so that the long lists are walked once.
    return lists.sort((a, b) => a.length - b.length).reduce(mergeAscending, NO_RULES);
  }

  /** In the order of the rules. */
  add(values: Demands, ordinal: number): void {
    let places = 1;
    const keysOf = (literals: ReadonlySet<string> | undefined) => {
      if (!literals || literals.size * places > MOST_PLACES) return ANYTHING;
      places *= literals.size;
      return literals;
    };
    // The most telling field first: it is the last to be given up.
    const tickers = keysOf(values.ticker);
    const publishers = keysOf(values.publisher);
    const types = keysOf(values.listingType);
    for (const ticker of tickers)
      for (const publisher of publishers)
        for (const type of types) {
          const byPublisher = getOrMake(this.#byTicker, ticker, (): ByPublisher => new Map());
          const byType = getOrMake(byPublisher, publisher, (): ByType => new Map());
          getOrMake(byType, type, (): number[] => []).push(ordinal);
        }
  }
}

/** Both ascending, without repeats; so is what comes out. */
function mergeAscending(some: readonly number[], others: readonly number[]): readonly number[] {
  if (some.length === 0) return others;
  const merged: number[] = [];
  let at = 0;
  for (const other of others) {
    for (let one = some[at]; one !== undefined && one <= other; one = some[++at])
      if (one !== other) merged.push(one);
    merged.push(other);
  }
  return at < some.length ? merged.concat(some.slice(at)) : merged;
}

function getOrMake<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
