/** The stats of a period over time, as lines of blocks for a terminal; the tables above have the numbers. */
import type { Stats, StatsPoint } from '../outbox/history/stats.ts';
import { formatDuration } from '../platform/duration.ts';
import { paint } from '../platform/paint.ts';
import type { Painter } from '../platform/spans.ts';
import { minuteText } from './stats-text.ts';

const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

const MOST_CELLS = 72;
/** Of names on the left, and of what the highest means on the right. */
const LEFT = 11;
const RIGHT = 22;
const FEWEST_CELLS = 16;

interface Chart {
  readonly name: string;
  readonly of: (point: StatsPoint) => number | undefined;
  /** Of several steps that share a cell. */
  readonly join: (one: number, other: number) => number;
  readonly text: (most: number, stepMs: number) => string;
  readonly painter: Painter;
}

const plus = (one: number, other: number): number => one + other;
const each = (stepMs: number) => `in ${formatDuration(stepMs)}`;
const CHARTS: readonly Chart[] = [
  {
    ...{ name: 'news', of: ({ announcements }) => announcements || undefined, join: plus },
    text: (most, stepMs) => `most: ${most.toLocaleString('en')} ${each(stepMs)}`,
    painter: paint.name,
  },
  {
    ...{ name: 'failed', of: ({ failed }) => failed || undefined, join: plus },
    text: (most, stepMs) => `most: ${most.toLocaleString('en')} ${each(stepMs)}`,
    painter: paint.bad,
  },
  {
    ...{ name: 'answered', of: ({ tookP99Ms }) => tookP99Ms, join: Math.max },
    text: (most) => `p99, most: ${formatDuration(most)}`,
    painter: paint.good,
  },
];

/** None when there is nothing that changes. */
export function statsCharts(stats: Stats, aheadMs: number, columns: number): string[] {
  const { series, stepMs } = stats;
  const firstMs = series[0]?.sinceMs;
  const lastMs = series.at(-1)?.sinceMs;
  if (firstMs === undefined || lastMs === undefined || series.length < 2) return [];
  const steps = Math.round((lastMs - firstMs) / stepMs) + 1;
  const room = Math.min(MOST_CELLS, columns - LEFT - RIGHT);
  if (room < FEWEST_CELLS) return [];
  const joined = Math.ceil(steps / room);
  const cells = Math.ceil(steps / joined);
  const lines = CHARTS.flatMap((chart) => {
    const values = new Array<number | undefined>(cells).fill(undefined);
    for (const point of series) {
      const value = chart.of(point);
      const cell = Math.floor((point.sinceMs - firstMs) / stepMs / joined);
      const before = values[cell];
      if (value !== undefined) values[cell] = before === undefined ? value : chart.join(before, value);
    }
    const most = Math.max(0, ...values.map((value) => value ?? 0));
    if (most === 0) return [];
    const bars = values.map((value) => blockOf(value, most)).join('');
    return [
      `${chart.name.padEnd(LEFT)}${chart.painter(bars)}  ${paint.faint(chart.text(most, stepMs * joined))}`,
    ];
  });
  if (lines.length === 0) return [];
  const [from, to] = [minuteText(firstMs - aheadMs).slice(0, 16), minuteText(lastMs - aheadMs).slice(0, 16)];
  const axis = cells < from.length * 2 + 1 ? from : from + to.padStart(cells - from.length);
  return ['', ...lines, paint.faint(' '.repeat(LEFT) + axis)];
}

const blockOf = (value: number | undefined, most: number): string =>
  value === undefined
    ? ' '
    : (BLOCKS[Math.min(BLOCKS.length - 1, Math.floor((value / most) * BLOCKS.length))] ?? ' ');
