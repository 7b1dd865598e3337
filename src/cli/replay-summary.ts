/** The figures of a replay. Pure. */
import type { Delivery } from '../delivery/delivery.ts';
import { LEFT_OUT } from '../replay/fate.ts';
import type { Replayed } from '../replay/plan.ts';

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
}

export function summaryOf(plans: readonly Replayed[], isAll: boolean): ReplaySummary {
  const deliveries = plans.flatMap((plan) => plan.deliveries);
  const sends = deliveries.flatMap(({ fate }) => ('sends' in fate ? [fate.sends] : []));
  const reasons = deliveries.flatMap(({ fate }) => ('leftOut' in fate ? [fate.leftOut] : []));
  const counted = countsOf(reasons);
  return {
    ...{ announcements: plans.length, isAll, sends },
    elsewhere: plans.filter(({ goesElsewhere }) => goesElsewhere).length,
    byDestination: countsOf(sends.map(({ destination }) => destination)),
    leftOut: new Map(
      LEFT_OUT.flatMap((reason) => (counted.has(reason) ? [[reason, counted.get(reason) ?? 0]] : [])),
    ),
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

/** `3 deliveries: bot 2, chat 1`. */
export function sendsInWords({ sends, byDestination }: ReplaySummary): string {
  const count = sends.length === 1 ? '1 delivery' : `${sends.length} deliveries`;
  const all = [...byDestination];
  const names = all.slice(0, MOST_NAMED).map(([name, each]) => `${name} ${each}`);
  const more = all.length > MOST_NAMED ? [`${all.length - MOST_NAMED} further destinations`] : [];
  return `${count}: ${[...names, ...more].join(', ')}`;
}

const MOST_NAMED = 10;
