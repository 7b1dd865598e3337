/**
 * A named set or map of the config, as conditions and templates use it. `tables/` fills it and replaces its rows while
 * the bridge runs; a look-up costs less than a microsecond and waits for nothing.
 */

export type TableValue = string | number | boolean;

export interface Table {
  readonly name: string;
  /** `folded`: as `fold` in `text.ts` makes it. */
  has(folded: string): boolean;
  /** The value of a key; of a list, the entry as it is written there. `undefined`: it is not there. */
  get(folded: string): TableValue | undefined;
  /** One of its keys, for the rehearsal; `undefined`: it is empty. */
  readonly someKey: string | undefined;
  /** Folded. */
  keys(): IteratorObject<string>;
  /** `file ./x.csv, 412 rows, 3m old` */
  describe(): string;
}

/** `undefined`: there is no table of this name. */
export type TableOf = (name: string) => Table | undefined;

export const NO_TABLES: TableOf = () => undefined;
