/** `stats`: latency and reliability of a period. Needs only the store. */

import type { StatsBy } from '../outbox/history/by.ts';
import { readStats } from '../outbox/history/read-stats.ts';
import type { Stats } from '../outbox/history/stats.ts';
import type { Ago } from '../platform/ago.ts';
import { printable } from '../platform/printable.ts';
import { orNearest } from '../platform/suggest.ts';
import { shownStats } from '../web/api/stats.ts';
import { type ExitCode, FINE, UserError, WRONG_USAGE } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';
import { statsCharts } from './stats-chart.ts';
import { newsIn, printOfAll, readOfAll, shownOfAll } from './stats-cluster.ts';
import { statsHeading, statsRemarks, statsTable } from './stats-text.ts';
import { type OpenedStore, requireKnown, type StoreOptions, withStore } from './store-file.ts';

export interface StatsOptions extends StoreOptions {
  readonly since?: Ago;
  readonly until?: Ago;
  /** Absent: by feed and by destination. */
  readonly by?: StatsBy;
  readonly feed?: string;
  readonly destination?: string;
  readonly json: boolean;
}

const DAY_MS = 86_400_000;

/** Rows that are read at most, of what the bridge has no figures of yet: some seconds. */
const MOST_ROWS = 1_000_000;

export const statsCommand = (options: StatsOptions, io: Io): Promise<ExitCode> =>
  withStore(options, io, async (opened): Promise<ExitCode> => {
    const { feed, destination, json } = options;
    const nowMs = opened.nowMs();
    const untilMs = opened.at(options.until) ?? nowMs;
    const sinceMs = opened.at(options.since) ?? untilMs - DAY_MS;
    if (sinceMs >= untilMs)
      throw new UserError('The period has no length: --since must be before --until.', WRONG_USAGE);
    requireKnown(destination, opened);
    const period = { sinceMs, untilMs, nowMs };
    const wanted = options.by === undefined ? (['feed', 'destination'] as const) : [options.by];
    if (opened.cluster !== undefined) {
      const of = await readOfAll(opened.cluster, { ...period, feed, destination }, wanted);
      requireFeed(feed, newsIn(of), opened);
      const ahead = nowMs - io.clock.wallMs();
      if (json) io.print(shownOfAll(of, ahead, opened.cluster.away()));
      else printOfAll(of, ahead, io);
      return FINE;
    }
    const read = (by: StatsBy) => readStats(opened.database, { ...period, by, feed, destination }, MOST_ROWS);
    const all = wanted.map((by) => [by, read(by)] as const);
    const stats = all.at(-1)?.[1];
    if (stats === undefined) return FINE;
    requireFeed(feed, stats.total.news?.announcements ?? 0, opened);
    const aheadMs = nowMs - io.clock.wallMs();
    if (json) {
      io.print(jsonText(options.by === undefined ? bothOf(all, aheadMs) : shownStats(stats, aheadMs)));
      return FINE;
    }
    print(all, stats, aheadMs, io);
    return FINE;
  });

type Read = readonly (readonly [StatsBy, Stats])[];

/** One answer, with the groups of both. */
function bothOf(all: Read, aheadMs: number): object {
  const groups = all.map(([by, stats]) => [`${by}s`, shownStats(stats, aheadMs).groups]);
  return { ...shownStats(all[0]?.[1] as Stats, aheadMs), groups: undefined, ...Object.fromEntries(groups) };
}

function print(all: Read, stats: Stats, aheadMs: number, io: Io): void {
  const { columns } = io;
  for (const line of [...statsHeading(stats, aheadMs, columns), ...statsRemarks(stats, aheadMs, columns)])
    io.print(line);
  for (const [by, one] of all) {
    const lines = statsTable(one.groups, by, aheadMs, columns);
    if (lines.length > 0) for (const line of ['', ...lines]) io.print(line);
  }
  if (columns !== undefined) for (const line of statsCharts(stats, aheadMs, columns)) io.print(line);
}

/** A slip in a name must not look like a quiet day. */
function requireFeed(
  feed: string | undefined,
  announcements: number,
  { config, database }: OpenedStore,
): void {
  if (feed === undefined || announcements > 0) return;
  const kept = database.prepare("SELECT DISTINCT name FROM figures WHERE kind = 'feed'").all();
  const known = new Set([
    ...(config.whole?.feeds ?? []).map(({ name }) => name),
    ...kept.map(({ name }) => String(name)),
  ]);
  if (known.has(feed)) return;
  const list = known.size === 0 ? '' : `; there is: ${[...known].map(printable).join(', ')}`;
  throw new UserError(
    `No feed ${printable(feed)}: neither the config nor the period has it${orNearest(feed, known)}${list}`,
  );
}
