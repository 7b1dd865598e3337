/**
 * The tables of a config as tests see them. A test gives the same result on every machine, so a table from an address
 * has the rows that the test itself gives (`tables`), and no others; lists, mappings and files are as they are, unless
 * the test gives rows of them too.
 */
import type { Table, TableOf, TableValue } from '../matching/table.ts';
import { inlineRows } from '../tables/inline.ts';
import type { LiveTable } from '../tables/live-table.ts';
import type { InlineTableOptions } from '../tables/options.ts';

export type TablesOfTest = Readonly<Record<string, InlineTableOptions>>;

export interface TestTables {
  /** For rules and templates, which are compiled once. */
  readonly tableOf: TableOf;
  /** From now on, those of this test. */
  use(rows: TablesOfTest | undefined): void;
}

export function testTables(tables: ReadonlyMap<string, LiveTable>): TestTables {
  const all = new Map([...tables].map(([name, live]) => [name, new TestTable(live)]));
  return {
    tableOf: (name) => all.get(name),
    use: (rows = {}) => {
      for (const [name, table] of all) table.given = rows[name] && inlineRows(rows[name]);
    },
  };
}

class TestTable implements Table {
  readonly #live: LiveTable;
  given: ReadonlyMap<string, TableValue> | undefined;

  constructor(live: LiveTable) {
    this.#live = live;
  }

  get name(): string {
    return this.#live.name;
  }

  get #rows(): Pick<Table, 'has' | 'get'> & { keys(): IteratorObject<string> } {
    if (this.given !== undefined) return this.given;
    return this.#live.source.kind === 'url' ? NONE : this.#live;
  }

  has(folded: string): boolean {
    return this.#rows.has(folded);
  }

  get(folded: string): TableValue | undefined {
    return this.#rows.get(folded);
  }

  keys(): IteratorObject<string> {
    return this.#rows.keys();
  }

  get someKey(): string | undefined {
    const [first] = this.#rows.keys();
    return first;
  }

  describe(): string {
    if (this.given !== undefined)
      return `of this test, ${this.given.size} ${this.given.size === 1 ? 'row' : 'rows'}`;
    return this.#live.source.kind === 'url'
      ? 'from an address, so only a test itself gives rows of it (`tables`)'
      : this.#live.describe();
  }
}

const NONE: ReadonlyMap<string, TableValue> = new Map();

/** Watches which rows of tables from addresses decide. */
export interface WatchedTables {
  readonly tableOf: TableOf;
  /** Found since the last call, as a test gives them. */
  take(): TablesOfTest;
}

export function watchedTables(tables: ReadonlyMap<string, LiveTable>): WatchedTables {
  const found = new Map<string, Map<string, TableValue>>();
  const all = new Map(
    [...tables].map(([name, live]) => [name, live.source.kind === 'url' ? watched(name, live, found) : live]),
  );
  return {
    tableOf: (name) => all.get(name),
    take: () => {
      const rows = [...found].map(([name, some]) => [name, asWritten(some)] as const);
      found.clear();
      return Object.fromEntries(rows);
    },
  };
}

function watched(name: string, live: LiveTable, found: Map<string, Map<string, TableValue>>): Table {
  const note = (folded: string, value: TableValue | undefined) => {
    if (value === undefined) return value;
    const rows = found.get(name) ?? new Map<string, TableValue>();
    found.set(name, rows.set(folded, value));
    return value;
  };
  return {
    name,
    has: (folded) => note(folded, live.get(folded)) !== undefined,
    get: (folded) => note(folded, live.get(folded)),
    keys: () => live.keys(),
    get someKey() {
      return live.someKey;
    },
    describe: () => live.describe(),
  };
}

/** A list where no value is another than its key. */
function asWritten(rows: ReadonlyMap<string, TableValue>): InlineTableOptions {
  const entries = [...rows].map(([key, value]) => [key.toUpperCase(), value] as const);
  return entries.every(([key, value]) => String(value).toUpperCase() === key)
    ? entries.map(([, value]) => value)
    : Object.fromEntries(entries);
}
