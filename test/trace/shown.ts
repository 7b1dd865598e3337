/** A way as text, to be read in a diff, and the difference between two ways. */
import type { Way } from './recorder.ts';

/**
 * The same way with one step for each timer that is set or cancelled through the clock, which names who does it: so a
 * timer that stands in one way only is not taken for another one's.
 */
export function withTimersNamed({ steps, ...way }: Way): Way {
  const named: string[] = [];
  let by = 'nobody';
  for (const [at, one] of steps.entries()) {
    if (!/^(platform\/|node )/.test(one)) by = one;
    const isOfClock = one === 'node setTimeout' && steps[at - 1] === 'platform/clock.ts setTimer';
    if (isOfClock || one === 'platform/timeline.ts Timeline.after' || one === 'platform/clock.ts setTimer')
      continue;
    if (one === 'platform/clock.ts SystemClock.after' || one === 'node setTimeout')
      named.push(`timer of ${by}`);
    else if (/^platform\/(alarms|clock)\.ts .*\/cancel$/.test(one)) named.push(`timer cancelled by ${by}`);
    else named.push(one);
  }
  return { ...way, steps: named };
}

/** A line for each step, with a count for the same one several times in a row. */
export function shown({ steps, promises }: Way): string {
  const lines: string[] = [];
  for (let at = 0; at < steps.length; ) {
    let end = at + 1;
    while (steps[end] === steps[at]) end++;
    lines.push(`${steps[at]}${end - at > 1 ? ` × ${end - at}` : ''}`);
    at = end;
  }
  return [`${steps.length} steps, ${promises} promises`, '', ...lines, ''].join('\n');
}

/** The lines that have to go (`- `) and to come (`+ `) to make `one` into `other`, each place under the last common line. */
export function difference(one: string, other: string): string {
  const [before, after] = [one.split('\n'), other.split('\n')];
  const common = commonLengths(before, after);
  const lines: string[] = [];
  let place: string | undefined = 'at the beginning';
  for (let a = 0, b = 0; a < before.length || b < after.length; ) {
    const [old, made] = [before[a], after[b]];
    if (old !== undefined && old === made) {
      place = `after ${old === '' ? 'the first line' : old}`;
      a++;
      b++;
      continue;
    }
    if (place !== undefined) lines.push(place);
    place = undefined;
    const drops = made === undefined || (old !== undefined && at(common, a + 1, b) >= at(common, a, b + 1));
    lines.push(drops ? `  - ${before[a++]}` : `  + ${after[b++]}`);
  }
  return lines.length === 0 ? 'no difference\n' : `${lines.join('\n')}\n`;
}

const at = (table: readonly (readonly number[])[], a: number, b: number): number => table[a]?.[b] ?? 0;

/** Of the longest common subsequence from line `a` of the one and line `b` of the other to the ends. */
function commonLengths(before: readonly string[], after: readonly string[]): number[][] {
  const table = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  for (let a = before.length - 1; a >= 0; a--)
    for (let b = after.length - 1; b >= 0; b--) {
      const row = table[a];
      if (row !== undefined)
        row[b] =
          before[a] === after[b]
            ? at(table, a + 1, b + 1) + 1
            : Math.max(at(table, a + 1, b), at(table, a, b + 1));
    }
  return table;
}
