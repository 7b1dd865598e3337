/** The clock of this machine against those of the hosts that have answered. Pure. */
import { conditionOf } from '../conditions/registry.ts';
import { formatDuration } from '../platform/duration.ts';
import { good, type Remark, warned } from '../remark.ts';

/** A `Date` has whole seconds, and its trip takes time: less than this says nothing. */
const UNSURE_MS = 2_000;

const MOST_NAMED = 3;

/** `aheadMs`: of the wall clock here, by host. By the one in the middle, so that one odd clock elsewhere decides nothing; `undefined`: nobody has told the time. */
export function clockRemark(aheadMs: ReadonlyMap<string, number>): Remark | undefined {
  const sorted = [...aheadMs].sort(([, one], [, other]) => one - other);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)]?.[1];
  if (middle === undefined) return undefined;
  const isRight = (ms: number) => Math.abs(ms) <= UNSURE_MS;
  const agreeing = sorted.filter(([, ms]) => isRight(ms - middle)).map(([host]) => host);
  const hosts = named(agreeing);
  if (isRight(middle)) return good(`this machine's clock agrees with ${hosts}.`, 'clock');
  const off = `${formatDuration(Math.round(Math.abs(middle) / 1000) * 1000)} ${middle > 0 ? 'ahead of' : 'behind'}`;
  return warned(
    `this machine's clock is ${off} ${hosts}. ${conditionOf('clock_skew').advice} Receivers refuse signed requests whose time is minutes off.`,
    'clock_skew',
  );
}

function named(hosts: readonly string[]): string {
  const first = hosts.slice(0, MOST_NAMED).join(', ');
  return hosts.length <= MOST_NAMED ? first : `${first} and ${hosts.length - MOST_NAMED} more`;
}
