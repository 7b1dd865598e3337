/** The stats of a period as lines for people: what they are of, what is missing, and a table. */
import type { StatsBy } from '../outbox/history/by.ts';
import type { NewsStats, SentStats, Stats, StatsGroup, Stretch } from '../outbox/history/stats.ts';
import { cellsOf } from '../platform/cells.ts';
import { formatDuration } from '../platform/duration.ts';
import { paint } from '../platform/paint.ts';
import { printable } from '../platform/printable.ts';
import type { Span } from '../platform/spans.ts';
import { secondsText } from '../platform/time-text.ts';
import { heading, markedLine } from './lines.ts';
import { table } from './table.ts';

/** `2026-11-25 14:03 +09:00`. */
export const minuteText = (wallMs: number): string => secondsText(wallMs).replace(/(:\d{2}):\d{2} /, '$1 ');

export function statsHeading(stats: Stats, aheadMs: number, width: number | undefined): string[] {
  const { total, sinceMs, untilMs, knownSinceMs } = stats;
  const at = (ms: number) => minuteText(ms - aheadMs);
  const { announcements = 0 } = total.news ?? {};
  const { deliveries = 0 } = total.sent ?? {};
  const isNothing = announcements === 0 && deliveries === 0 && (total.news?.won.count ?? 0) === 0;
  const known =
    knownSinceMs === undefined
      ? 'The store is empty.'
      : `The first that the store knows is of ${at(knownSinceMs)}.`;
  if (isNothing)
    return [
      markedLine('none', `Nothing was received from ${at(sinceMs)} to ${at(untilMs)}. ${known}`, width),
    ];
  // Of the period asked for, as much as the store goes back.
  const from = Math.max(sinceMs, knownSinceMs ?? sinceMs);
  return [heading(`${formatDuration(Math.round(untilMs - from))}: ${at(from)} to ${at(untilMs)}`, width)];
}

export function statsRemarks(
  { missing, off, losses, sinceMs, untilMs }: Stats,
  aheadMs: number,
  width: number | undefined,
  whose = '',
): string[] {
  const warning = (text: string) => markedLine('warning', whose + text, width);
  const stretch = (one: Stretch) =>
    `${minuteText(one.sinceMs - aheadMs)} to ${minuteText(one.untilMs - aheadMs)}`;
  const lengthOf = (some: readonly Stretch[]) =>
    formatDuration(some.reduce((sum, one) => sum + one.untilMs - one.sinceMs, 0));
  const lines: string[] = [];
  const [gap] = missing;
  if (gap !== undefined)
    lines.push(
      warning(
        `The figures of ${lengthOf(missing)} of it are not made yet, from ${stretch(gap)} on: a running bridge makes them within minutes. [being_made]`,
      ),
    );
  if (off.length > 0) {
    const share = Math.round(
      (off.reduce((sum, one) => sum + one.untilMs - one.sinceMs, 0) / (untilMs - sinceMs)) * 100,
    );
    const which =
      off.length === 1
        ? off.map(stretch)
        : [`${off.length} times, the last from ${stretch(off.at(-1) as Stretch)}`];
    lines.push(warning(`No bridge was running for ${lengthOf(off)} of it (${share}%): ${which}. [off]`));
  }
  for (const { atMs, why } of losses)
    lines.push(
      warning(
        `The store was replaced at ${minuteText(atMs - aheadMs)} (${printable(why)}): of the time before, figures may be missing. [store_replaced]`,
      ),
    );
  return lines;
}

interface Column {
  readonly title: string;
  readonly of: (group: StatsGroup) => Span;
  /** Left out where every row has nothing. */
  readonly isOptional?: boolean;
}

/** Numbers stand under each other. `node`: those whose figures they are. */
export function statsTable(
  groups: readonly (StatsGroup & { readonly node?: string })[],
  by: StatsBy | 'node',
  aheadMs: number,
  width: number | undefined,
): string[] {
  if (groups.length === 0) return [];
  const nameOf = ({ name, sinceMs }: StatsGroup): Span => [
    sinceMs === undefined ? name : minuteText(sinceMs - aheadMs),
    paint.name,
  ];
  const columns = [...(by === 'feed' ? NEWS : by === 'hour' ? [NEWS_COUNT, ...SENT] : SENT)].filter(
    ({ of, isOptional }) => isOptional !== true || groups.some((group) => textOf(of(group)) !== NOTHING),
  );
  const cells = columns.map(({ title, of }) => rightAligned(title, groups.map(of)));
  const isByNode = by !== 'node' && groups.some(({ node }) => node !== undefined);
  const rows = groups.map((group, row) => [
    nameOf(group),
    ...(isByNode ? [group.node ?? ''] : []),
    ...cells.map(({ spans }) => spans[row] ?? ''),
  ]);
  const titles = [by.toUpperCase(), ...(isByNode ? ['NODE'] : []), ...cells.map(({ title }) => title)];
  return table(titles, rows, { width, whole: ['HOUR'] });
}

const textOf = (span: Span): string => (typeof span === 'string' ? span : span[0]);

function rightAligned(title: string, spans: readonly Span[]): { title: string; spans: readonly Span[] } {
  const most = Math.max(cellsOf(title), ...spans.map((span) => cellsOf(textOf(span))));
  const padded = (text: string) => ' '.repeat(most - cellsOf(text)) + text;
  return {
    title: padded(title),
    spans: spans.map((span) => (typeof span === 'string' ? padded(span) : [padded(span[0]), span[1]])),
  };
}

const NOTHING = '-';
const count = (value: number | undefined): string => (value ? value.toLocaleString('en') : NOTHING);
const span = (ms: number | undefined): string => (ms === undefined ? NOTHING : formatDuration(ms));
const news = (of: (stats: NewsStats) => string) => (group: StatsGroup) =>
  group.news === undefined ? NOTHING : of(group.news);
const sent = (of: (stats: SentStats) => Span) => (group: StatsGroup) =>
  group.sent === undefined ? NOTHING : of(group.sent);

const NEWS_COUNT: Column = { title: 'NEWS', of: news(({ announcements }) => count(announcements)) };
const NEWS: readonly Column[] = [
  NEWS_COUNT,
  { title: 'SERVICE', of: news(({ service }) => span(service.p50Ms)) },
  { title: 'P99', of: news(({ service }) => span(service.p99Ms)) },
  { title: 'NETWORK', of: news(({ network }) => span(network.p50Ms)) },
  { title: 'P99', of: news(({ network }) => span(network.p99Ms)) },
  { title: 'FIRST', of: news(({ won }) => count(won.count)), isOptional: true },
  { title: 'AHEAD', of: news(({ won }) => span(won.p50Ms)), isOptional: true },
  { title: 'LATER', of: news(({ lost }) => count(lost.count)), isOptional: true },
  { title: 'BEHIND', of: news(({ lost }) => span(lost.p50Ms)), isOptional: true },
];
const SENT: readonly Column[] = [
  { title: 'OK', of: sent(({ delivered }) => count(delivered)) },
  { title: 'RATE', of: sent(({ successShare }) => rate(successShare)) },
  { title: 'FAILED', of: sent(({ dead, expired }) => bad(dead + expired)) },
  { title: 'SKIPPED', of: sent(({ skipped }) => count(skipped)), isOptional: true },
  { title: 'WAITING', of: sent(({ pending }) => count(pending)), isOptional: true },
  { title: 'RETRIES', of: sent(({ retries }) => count(retries)), isOptional: true },
  { title: 'P50', of: sent(({ took }) => span(took.p50Ms)) },
  { title: 'P99', of: sent(({ took }) => span(took.p99Ms)) },
  { title: 'MAX', of: sent(({ took }) => span(took.maxMs)) },
];

const bad = (failures: number): Span => (failures === 0 ? NOTHING : [count(failures), paint.bad]);

/** Not 100% where one has failed. */
function rate(share: number | undefined): string {
  if (share === undefined) return NOTHING;
  return share === 1 ? '100%' : `${Math.min(99.99, share * 100).toFixed(share > 0.99 ? 2 : 1)}%`;
}
