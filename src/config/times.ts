/** Limits of time that leave nothing to send. All errors. */
import { formatDuration } from '../platform/duration.ts';
import type { Finding } from './problem.ts';
import type { ConfigSections } from './sections.ts';

export function* checkTimes({ destinations }: Pick<ConfigSections, 'destinations'>): Iterable<Finding> {
  for (const [name, options] of destinations) {
    if (options?.delay === undefined || options.maxAge === false || options.maxAge === undefined) continue;
    if (options.delay < options.maxAge) continue;
    yield {
      path: ['destinations', name, 'delay'],
      message: `nothing would ever be sent: after ${formatDuration(options.delay)} all news is older than maxAge (${formatDuration(options.maxAge)})`,
      hint: 'make maxAge longer than delay',
    };
  }
}
