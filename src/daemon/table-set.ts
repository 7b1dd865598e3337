/** The tables of the config in force: those from addresses are kept fresh, on a thread of their own. */
import type { Config } from '../config/schema.ts';
import type { Listener } from '../events/bus.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { fingerprint } from '../platform/secret.ts';
import { TablesAhead } from '../tables/ahead.ts';
import { folderOfTables, type Kept, keptPath } from '../tables/kept.ts';
import { isUrlTable } from '../tables/options.ts';
import { type Refreshed, Refresher } from '../tables/refresher.ts';
import { type TableState, tableState } from '../tables/table-state.ts';
import { TableThread } from '../tables/thread.ts';
import type { Difference } from './difference.ts';

export interface TableSetDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly version: string;
  /** Rows are kept beside it. */
  readonly storePath: string;
  readonly publish: Listener;
  /** When the feeds have had their first try: nothing is fetched before. */
  readonly turn: Promise<void>;
}

type Tables = Pick<Config, 'tables' | 'liveTables'>;

export class TableSet implements AsyncDisposable {
  readonly #refresher: Refresher;
  readonly #thread: TableThread;
  readonly #folder: string;
  #inForce: Tables = { tables: {}, liveTables: new Map() };

  constructor({ clock, random, version, storePath, publish, turn }: TableSetDeps) {
    this.#thread = new TableThread(clock);
    this.#folder = folderOfTables(storePath);
    this.#refresher = new Refresher({
      ...{ clock, random, turn, folder: this.#folder, userAgent: `listing-bridge/${version}` },
      fetch: (task) => this.#thread.fetch(task),
      events: {
        refreshed: (table, rows, tookMs) => publish({ kind: 'table.refreshed', table, rows, tookMs }),
        odd: (table, remarks) => publish({ kind: 'table.odd', table, remarks }),
        failed: (table, fault) => {
          const rows = this.#inForce.liveTables.get(table)?.rows?.packed.size;
          publish({ kind: 'table.failed', table, fault, rows });
        },
      },
    });
  }

  get states(): readonly TableState[] {
    const { tables, liveTables } = this.#inForce;
    return [...liveTables].map(([name, live]) => tableState(live, tables[name]));
  }

  /** Before rules and templates that name the new ones: they have their rows then. */
  apply(next: Tables): Difference {
    const before = this.#inForce;
    this.#inForce = next;
    this.#refresher.apply(fromAddresses(next));
    const names = Object.keys(next.tables);
    return {
      added: names.filter((name) => before.tables[name] === undefined),
      changed: names.filter((name) => before.tables[name] !== undefined && !isSame(name, before, next)),
      removed: Object.keys(before.tables).filter((name) => next.tables[name] === undefined),
    };
  }

  /** For a reload. */
  ahead(): TablesAhead {
    const { tables, liveTables } = this.#inForce;
    const kept = new Map<string, Kept>();
    for (const [name, { options, live }] of fromAddresses({ tables, liveTables }))
      if (live.rows !== undefined) kept.set(keptPath(this.#folder, name, options), live.rows);
    return new TablesAhead(liveTables.values(), kept, this.#thread);
  }

  /** Cuts fetches that are under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#refresher.stop();
    await this.#thread.close();
  }
}

function fromAddresses({ tables, liveTables }: Tables): ReadonlyMap<string, Refreshed> {
  const found = new Map<string, Refreshed>();
  for (const [name, options] of Object.entries(tables)) {
    const live = liveTables.get(name);
    if (live !== undefined && isUrlTable(options)) found.set(name, { options, live });
  }
  return found;
}

/** A file that was only touched, or that has other ends of its lines now, has the same rows. */
function isSame(name: string, before: Tables, next: Tables): boolean {
  if (fingerprint(before.tables[name]) !== fingerprint(next.tables[name])) return false;
  const [one, other] = [before, next].map(({ liveTables }) => liveTables.get(name));
  if (one?.source.kind !== 'file' || one.rows === undefined || other?.rows === undefined) return true;
  return one.rows.packed.isSameAs(other.rows.packed);
}
