/** News of the log, taken in as if this node had read it. No time of another machine's clock is used but to name it. */

import { newsOf as contentOf } from '../delivery/content.ts';
import type { News } from '../feeds/news.ts';
import type { Target } from '../intake.ts';
import { contentIn, type StoredBody } from '../outbox/content-rows.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Clock } from '../platform/clock.ts';
import type { Known, KnownNews } from './known.ts';
import type { PlannedDelivery, ToldRow } from './shared.ts';

export interface ArrivalsDeps {
  readonly pipeline: Pick<Pipeline, 'intake' | 'lanes' | 'ids' | 'dedupe'>;
  readonly clock: Clock;
  readonly known: Known;
  /** The name of this one. */
  readonly node: string;
}

export class Arrivals {
  readonly #deps: ArrivalsDeps;

  constructor(deps: ArrivalsDeps) {
    this.#deps = deps;
  }

  /** As it is known here; news that nobody here has read is taken in. `undefined`: it is no news, or none here. `isLogged`: it is in the log for good. */
  learn(row: ToldRow, isLogged = true): KnownNews | undefined {
    const { pipeline, clock, known, node } = this.#deps;
    const news = newsOf(row, clock.monotonicMs());
    if (news === undefined) return undefined;
    const before = known.find(row.key, { ...news, id: '' }, pipeline.dedupe.windowMs);
    if (before !== undefined) {
      if (isLogged) known.rename(before, row.key);
      return before;
    }
    const { targets } = pipeline.intake.routes;
    const isOthers = row.isLate && row.node !== node;
    const taken = pipeline.intake.take(
      news,
      isOfOneAlone(row, node) ? NOBODY : isOthers ? this.#careful(targets) : targets,
    );
    const isNew = 'content' in taken;
    // Read here too, a moment ago: its own events bring it, with the deliveries that were made of it.
    if (!isNew && !isLogged) return undefined;
    // Of an earlier life, or it is being read in this very tick.
    const content = isNew ? taken.content : contentOf({ ...news, id: pipeline.ids(news.receivedMs) });
    return known.add(row.key, content, isNew ? taken.deliveries : []);
  }

  /** Nobody knows who has sent it meanwhile: nothing that must not be doubled is sent of it. */
  #careful(targets: ReadonlyMap<string, Target>): ReadonlyMap<string, Target> {
    const once = new Set<string>();
    for (const { prepared } of this.#deps.pipeline.lanes.running())
      if (prepared.options.onAmbiguous === 'drop') once.add(prepared.name);
    return new Map([...targets].filter(([name]) => !once.has(name)));
  }
}

const NOBODY: ReadonlyMap<string, Target> = new Map();

/** Another node was the only one that could send it: a take-over finds out what it has left. `node`: this one. */
export const isOfOneAlone = (
  row: ToldRow & { readonly plan?: readonly PlannedDelivery[] },
  node: string,
): boolean => row.node !== node && row.plan?.some(({ fate }) => fate !== undefined) === true;

/** `undefined`: it is no news. An age below 0 is one of a clock that was set back. `nowMs`: monotonic, when the row was there. */
function newsOf({ body, ageMs }: Pick<ToldRow, 'body' | 'ageMs'>, nowMs: number): News | undefined {
  const content = contentIn(JSON.parse(body) as StoredBody);
  if (content.kind !== 'news') return undefined;
  const { id, stalledMs, ...announcement } = content.announcement;
  return { ...announcement, receivedMs: nowMs - Math.max(0, ageMs) };
}
