/** A table as it is now, for the status, the metrics and the alerts. */
import type { LiveTable } from './live-table.ts';
import { isUrlTable, type TableOptions } from './options.ts';

export interface TableState {
  readonly name: string;
  readonly source: 'inline' | 'file' | 'url';
  /** The file, or the address without its query. */
  readonly from: string;
  /** `undefined`: it has never been loaded, and matches nothing. */
  readonly rows: number | undefined;
  /** In ms; `undefined`: it cannot age, or was never loaded. */
  readonly ageMs: number | undefined;
  /** Why the last try to fetch it failed. */
  readonly fault: string | undefined;
  /** Its rows are older than `staleAfter`. */
  readonly isStale: boolean;
}

const STALE_AFTER_REFRESHES = 3;

export function tableState(live: LiveTable, options: TableOptions | undefined): TableState {
  const { name, source, rows, ageMs, fault } = live;
  const staleAfterMs =
    options !== undefined && isUrlTable(options)
      ? (options.staleAfter ?? STALE_AFTER_REFRESHES * options.refresh)
      : Number.POSITIVE_INFINITY;
  return {
    ...{ name, source: source.kind, rows: rows?.packed.size, ageMs, fault },
    from: source.kind === 'inline' ? '' : source.kind === 'file' ? source.file : source.address,
    isStale: ageMs !== undefined && ageMs > staleAfterMs,
  };
}
