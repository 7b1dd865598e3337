/** Answers of a node to others: of its own store, and of the destinations that it holds. */
import type { Again, ExportRequest, ReplayWish, StoreAnswer } from '../outbox/deliveries.ts';
import type { StatsRequest } from '../outbox/history/stats.ts';
import { timeOfId } from '../outbox/ids.ts';
import type { StoredDelivery } from '../outbox/rows.ts';
import type { Attend } from './asking.ts';
import { type Changing, stillHeld } from './changing.ts';
import type { Question } from './others.ts';
import { replayIn } from './replaying.ts';
import { contentHere, ofNewsIn, type SameNews } from './same-news.ts';

type Does = (args: readonly unknown[]) => unknown;

export function attending(changing: Changing): Attend {
  const { deliveries, holds, nowMs } = changing;
  const does: Readonly<Record<Question, Does>> = {
    list: async ([request]) => looked(await deliveries.list(request as never)),
    announcements: async ([before, filter]) =>
      looked(await deliveries.announcements(before as never, (filter ?? undefined) as never)),
    find: ([id]) => deliveries.find(id as string),
    keysOf: ([ids]) => deliveries.keysOf(ids as readonly string[]),
    decision: ([id]) => deliveries.decision(id as string),
    ofNews: ([news]) => ofNewsIn(deliveries, news as SameNews),
    holds: ([names]) => ({ ok: true, value: holds(names as readonly string[]) }),
    stats: ([request]) => deliveries.stats(request as StatsRequest),
    rows: ([request]) => deliveries.rows(request as ExportRequest),
    retry: ([ids, again, rows]) =>
      retryIn(changing, ids as readonly string[], again as Again, rows as readonly StoredDelivery[]),
    replay: ([wishes]) => replayIn(changing, wishes as readonly ReplayWish[]),
    discard: ([ids]) => deliveries.discard(ids as readonly string[], nowMs()),
  };
  return async (kind, args) => {
    const answer = does[kind as Question] as Does | undefined;
    if (answer === undefined) throw new Error('it is of another version, and does not know that question');
    return await answer(args);
  };
}

/** With the moment up to which it has looked. */
function looked<Page extends { readonly next: string | undefined }>(
  page: StoreAnswer<Page>,
): StoreAnswer<Page & { readonly untilMs?: number }> {
  if (!page.ok || page.value.next === undefined) return page;
  return { ok: true, value: { ...page.value, untilMs: timeOfId(page.value.next) } };
}

/** `rows`: as others have them; those that are not in this store come into it. */
export async function retryIn(
  changing: Changing,
  ids: readonly string[],
  again: Again,
  rows: readonly StoredDelivery[],
): Promise<StoreAnswer<readonly string[]>> {
  const { deliveries, adopt, nowMs } = changing;
  const wanted = rows.filter(({ delivery }) => ids.includes(delivery.id));
  const known = await deliveries.keysOf(wanted.map(({ delivery }) => delivery.id));
  if (!known.ok) return known;
  for (const row of wanted) {
    const { delivery } = row;
    if (known.value.has(delivery.id)) continue;
    const content = await contentHere(deliveries, delivery.content);
    if (!content.ok) return content;
    adopt({ ...row, delivery: { ...delivery, content: content.value ?? delivery.content } });
  }
  const found = await deliveries.keysOf(ids);
  if (!found.ok) return found;
  const keys = new Map(ids.map((id) => [found.value.get(id) ?? id, id]));
  const changed = await deliveries.retry([...keys.keys()], { ...again, nowMs: nowMs() });
  if (!changed.ok) return changed;
  const names = new Map(rows.map(({ delivery }) => [delivery.id, delivery.destination]));
  const queued = changed.value.flatMap((key) => keys.get(key) ?? []);
  return { ok: true, value: stillHeld(changing, queued, (id) => names.get(id)) };
}
