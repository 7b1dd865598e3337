/** Whether a table would be loaded: it is fetched as the bridge fetches it, and nothing is kept. */
import { conditionOf } from '../conditions/registry.ts';
import type { Clock } from '../platform/clock.ts';
import { formatDuration } from '../platform/duration.ts';
import { printable } from '../platform/printable.ts';
import type { Redactor } from '../platform/secret.ts';
import { bad, good, type Remark, STOPPED, warned } from '../remark.ts';
import { type Fetched, fetchTable } from '../tables/fetch.ts';
import { type LiveTable, roughly } from '../tables/live-table.ts';
import { isUrlTable, type TableOptions, type UrlTableOptions } from '../tables/options.ts';
import { PackedTable } from '../tables/packed.ts';
import { remarksOf } from '../tables/remarks.ts';
import { tableState } from '../tables/table-state.ts';
import { fetchTaskOf } from '../tables/task.ts';

export interface InquireTableDeps {
  readonly clock: Clock;
  readonly redact: Redactor;
  readonly signal: AbortSignal;
  /** For `user-agent`. */
  readonly version: string;
  /** Most that is waited, if `timeout` is longer. */
  readonly timeoutMs: number;
}

/** `live`: with the last good rows, where there are some. */
export async function inquireTable(
  live: LiveTable,
  options: TableOptions,
  deps: InquireTableDeps,
): Promise<readonly Remark[]> {
  // `check` has read it.
  if (!isUrlTable(options)) return [good(`${live.describe()}.`, 'loaded')];
  const { clock, redact, signal, version, timeoutMs } = deps;
  const task = fetchTaskOf(options, `listing-bridge/${version}`);
  // Fewer are kept out, as by the bridge.
  const leastRows = Math.max(1, Math.ceil((live.rows?.packed.size ?? 0) / 2));
  const startedMs = clock.monotonicMs();
  const fetched = await fetchTable(
    { ...task, leastRows, timeoutMs: Math.min(task.timeoutMs, timeoutMs) },
    clock,
    signal,
  );
  if (signal.aborted) return [STOPPED];
  const tookMs = clock.monotonicMs() - startedMs;
  if (fetched.kind === 'rows') return loaded(fetched, tookMs, options);
  const fault = fetched.kind === 'failed' ? fetched.fault : 'nothing new';
  return [notLoaded(printable(redact(fault)), live, options)];
}

function loaded(
  fetched: Fetched & { readonly kind: 'rows' },
  tookMs: number,
  { key, value, refresh }: UrlTableOptions,
): readonly Remark[] {
  const { size } = new PackedTable(fetched.bytes);
  const columns = [key, value].filter((name) => name !== undefined).map((name) => `\`${name}\``);
  const found = columns.length === 0 ? '' : `, with ${columns.join(' and ')}`;
  return [
    good(
      `${size} ${size === 1 ? 'row' : 'rows'}${found}, in ${formatDuration(Math.round(tookMs))}; fetched again every ${formatDuration(refresh)}.`,
      'loaded',
    ),
    ...remarksOf(fetched).map((odd) => warned(`${odd}.`, 'table.odd')),
  ];
}

/** The bridge goes on with the last good rows; without any the table matches nothing. */
function notLoaded(fault: string, live: LiveTable, options: TableOptions): Remark {
  const { rows, ageMs = 0, isStale } = tableState(live, options);
  if (rows === undefined)
    return bad(
      `could not be fetched. ${sentence(fault)} It has never been loaded. ${conditionOf('table_missing').advice}`,
      'table_missing',
    );
  return warned(
    `could not be fetched. ${sentence(fault)} The last good rows stay in use: ${rows}, ${roughly(ageMs)} old${isStale ? ', which is older than `staleAfter`' : ''}.`,
    'table_stale',
  );
}

const sentence = (fault: string): string =>
  `${fault.charAt(0).toUpperCase()}${fault.slice(1)}${fault.endsWith('.') ? '' : '.'}`;
