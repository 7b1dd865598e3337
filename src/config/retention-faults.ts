/** `store.retention` by kind that deletes what the bridge still needs. */
import { formatDuration } from '../platform/duration.ts';
import type { Finding } from './problem.ts';
import type { Config } from './schema.ts';

type Needed = Pick<Config, 'store' | 'dedupeWindow' | 'rules' | 'destinations'>;

const SHORTEST_FIGURES_MS = 2 * 86_400_000;

/** Nothing for the plain form, which keeps all as long. */
export function* retentionFaults({ store, dedupeWindow, rules, destinations }: Needed): Iterable<Finding> {
  const { retention } = store;
  if (typeof retention === 'number') return;
  const { announcements, deliveries = announcements, attempts = deliveries, figures } = retention;
  const tooShort = (kind: string, ms: number, neededMs: number, why: string): readonly Finding[] =>
    ms >= neededMs
      ? []
      : [
          {
            path: ['store', 'retention', ...(kind in retention ? [kind] : [])],
            message: `\`${kind}\` are kept for ${formatDuration(ms)}, which is shorter than ${why} (${formatDuration(neededMs)})`,
            hint: `keep them for at least ${formatDuration(neededMs)}`,
          },
        ];
  yield* tooShort('announcements', announcements, deliveries, 'their `deliveries` are kept');
  if (figures !== undefined) {
    yield* tooShort('figures', figures, announcements, 'the `announcements` that they are made of');
    yield* tooShort(
      'figures',
      figures,
      SHORTEST_FIGURES_MS,
      'a day and the one before, which they are kept by',
    );
  }
  yield* tooShort('deliveries', deliveries, attempts, 'their `attempts` are kept');
  yield* tooShort(
    'announcements',
    announcements,
    dedupeWindow,
    '`dedupeWindow`: after a restart a repeat would be news',
  );
  for (const { name, cooldown } of rules)
    if (cooldown !== undefined)
      yield* tooShort(
        'deliveries',
        deliveries,
        cooldown.for,
        `the cooldown of rule ${JSON.stringify(name)}: a restart would forget it`,
      );
  for (const [name, { maxAge }] of Object.entries(destinations))
    if (maxAge !== false)
      yield* tooShort(
        'deliveries',
        deliveries,
        maxAge,
        `\`maxAge\` of destination ${JSON.stringify(name)}: one could not be sent again in time`,
      );
}
