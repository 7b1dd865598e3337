/** The figures of a replay. Pure. */
import { originOf } from '../delivery/content.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { LEFT_OUT } from '../replay/fate.ts';
import type { Replayed } from '../replay/plan.ts';
import { roughly } from '../tables/live-table.ts';

export interface ReplaySummary {
  readonly announcements: number;
  /** There are no others that fit. */
  readonly isAll: boolean;
  readonly elsewhere: number;
  readonly sends: readonly Delivery[];
  /** How many of these, by destination. */
  readonly byDestination: ReadonlyMap<string, number>;
  /** How many are not sent, by their reason. */
  readonly leftOut: ReadonlyMap<string, number>;
  readonly noLonger: number;
  /** Of the news in `sends`, the youngest and the oldest: since it was received, in ms; absent: nothing is sent. */
  readonly agesMs?: readonly [least: number, most: number];
}

/** `nowMs`: on the bridge's timeline. */
export function summaryOf(plans: readonly Replayed[], isAll: boolean, nowMs: number): ReplaySummary {
  const deliveries = plans.flatMap((plan) => plan.deliveries);
  const sends = deliveries.flatMap(({ fate }) => ('sends' in fate ? [fate.sends] : []));
  const reasons = deliveries.flatMap(({ fate }) => ('leftOut' in fate ? [fate.leftOut] : []));
  const counted = countsOf(reasons);
  const agesMs = sends.map(({ content }) => nowMs - originOf(content).receivedMs);
  return {
    ...{ announcements: plans.length, isAll, sends },
    elsewhere: plans.filter(({ goesElsewhere }) => goesElsewhere).length,
    byDestination: countsOf(sends.map(({ destination }) => destination)),
    leftOut: new Map(
      LEFT_OUT.flatMap((reason) => (counted.has(reason) ? [[reason, counted.get(reason) ?? 0]] : [])),
    ),
    ...(sends.length > 0 && { agesMs: [leastOf(agesMs), mostOf(agesMs)] as const }),
    noLonger: plans.reduce((sum, plan) => sum + plan.noLonger.length, 0),
  };
}

function countsOf<Key>(keys: readonly Key[]): ReadonlyMap<Key, number> {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** How many go to programs. */
export const ordersIn = ({ byDestination }: ReplaySummary, takeOrders: ReadonlySet<string>): number =>
  [...byDestination].reduce((sum, [name, count]) => sum + (takeOrders.has(name) ? count : 0), 0);

const leastOf = (values: readonly number[]) => values.reduce((least, one) => Math.min(least, one), Infinity);
const mostOf = (values: readonly number[]) => values.reduce((most, one) => Math.max(most, one), 0);

/** The same before it is sent: `3 deliveries: bot 2, chat 1, of news 10m to 3h old`. */
export const sendsWithAges = (summary: ReplaySummary): string => {
  const { agesMs } = summary;
  return `${sendsInWords(summary)}${agesMs === undefined ? '' : `, of news ${agesText(agesMs)} old`}`;
};

/** `3 deliveries: bot 2, chat 1`. */
export function sendsInWords({ sends, byDestination }: ReplaySummary): string {
  const count = sends.length === 1 ? '1 delivery' : `${sends.length} deliveries`;
  const all = [...byDestination];
  const names = all.slice(0, MOST_NAMED).map(([name, each]) => `${name} ${each}`);
  const more = all.length > MOST_NAMED ? [`${all.length - MOST_NAMED} further destinations`] : [];
  return `${count}: ${[...names, ...more].join(', ')}`;
}

/** Ages that look alike are one. */
const agesText = (agesMs: readonly [least: number, most: number]): string =>
  [...new Set(agesMs.map((ms) => roughly(Math.max(0, ms))))].join(' to ');

const MOST_NAMED = 10;
