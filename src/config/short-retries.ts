/** A warning where the attempts are used up before the news is too old: a short outage then loses what `maxAge` would keep. */
import type { DestinationOptions } from '../destinations/common-options.ts';
import { formatDuration } from '../platform/duration.ts';
import { type Located, nodeAt } from './located.ts';
import type { Finding, Path } from './problem.ts';
import type { ConfigSections } from './sections.ts';

/** Where nobody wrote a `maxAge`, so few attempts may well be meant. `root` has the `defaults`. */
export function* shortRetries({ destinations }: ConfigSections, root: Located): Iterable<Finding> {
  for (const [name, options] of destinations) {
    const path: Path = ['destinations', name];
    if (options === undefined || options.maxAge === false) continue;
    const attempts = options.retry?.attempts;
    const longestMs = longestOf(options);
    if (attempts === undefined || longestMs >= options.maxAge) continue;
    const maxAge = formatDuration(options.maxAge);
    const isWritten = nodeAt(root, [...path, 'maxAge']).exact;
    yield {
      path: [...path, 'retry', 'attempts'],
      message: `${attempts} attempts take at most ${formatDuration(longestMs)}, so a delivery is given up before ${isWritten ? '`maxAge`' : 'the default of `maxAge`'} (${maxAge})`,
      hint: 'leave `attempts` out to retry until `maxAge`, or make `maxAge` as short as that',
      ...(!isWritten && { isNote: true }),
    };
  }
}

/** In ms: each attempt as long as it may be, with the longest waits between them. A single one is a decision, not a slip. */
function longestOf({ maxAge, retry, timeout }: DestinationOptions): number {
  const { attempts = Number.POSITIVE_INFINITY, minDelay, maxDelay } = retry;
  if (attempts < 2 || maxAge === false) return Number.POSITIVE_INFINITY;
  let totalMs = timeout * attempts;
  for (let wait = 1, ceiling = minDelay; wait < attempts && totalMs < maxAge; wait++, ceiling *= 2)
    totalMs += Math.min(ceiling, maxDelay);
  return totalMs;
}
