/** Answers of a node to others: of its own store, and of the destinations that it holds. */
import { type Announcement, identityOf } from '../announcement.ts';
import type { Again, Deliveries, FoundDelivery, StoreAnswer } from '../outbox/deliveries.ts';
import { timeOfId } from '../outbox/ids.ts';
import type { StoredDelivery } from '../outbox/rows.ts';
import type { Attend } from './asking.ts';
import type { Question } from './others.ts';

/** Of the node that changes something. */
export interface Changing {
  readonly deliveries: Deliveries;
  readonly nowMs: () => number;
  /** Of these destinations those to which it sends. */
  readonly holds: (destinations: readonly string[]) => readonly string[];
  /** Has a row that another node has, ended as it is there, under the same id. */
  readonly adopt: (row: StoredDelivery) => void;
}

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
    same: ([news]) => sameIn(deliveries, news as SameNews),
    holds: ([names]) => ({ ok: true, value: holds(names as readonly string[]) }),
    retry: ([ids, again, rows]) =>
      retryIn(changing, ids as readonly string[], again as Again, rows as readonly StoredDelivery[]),
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
  { deliveries, adopt, nowMs }: Changing,
  ids: readonly string[],
  again: Again,
  rows: readonly StoredDelivery[],
): Promise<StoreAnswer<readonly string[]>> {
  const wanted = rows.filter(({ delivery }) => ids.includes(delivery.id));
  const known = await deliveries.keysOf(wanted.map(({ delivery }) => delivery.id));
  if (!known.ok) return known;
  const keyOf = new Map(known.value);
  for (const row of wanted) if (!keyOf.has(row.delivery.id)) adopt(row);
  const found = await deliveries.keysOf(ids);
  if (!found.ok) return found;
  const keys = new Map(ids.map((id) => [found.value.get(id) ?? id, id]));
  const changed = await deliveries.retry([...keys.keys()], { ...again, nowMs: nowMs() });
  return changed.ok ? { ok: true, value: changed.value.flatMap((key) => keys.get(key) ?? []) } : changed;
}

export interface SameNews {
  readonly identity: string;
  readonly aroundMs: number;
}

/** Nodes read it at slightly different moments. */
const AROUND_MS = 10_000;

/** Deliveries of the same news in one store. */
export async function sameIn(
  deliveries: Deliveries,
  { identity, aroundMs }: SameNews,
): Promise<StoreAnswer<readonly FoundDelivery[]>> {
  const span = { sinceMs: aroundMs - AROUND_MS, untilMs: aroundMs + AROUND_MS };
  const page = await deliveries.announcements(undefined, span);
  if (!page.ok) return page;
  const all: FoundDelivery[] = [];
  for (const one of page.value.announcements.filter((each: Announcement) => identityOf(each) === identity)) {
    const found = await deliveries.find(one.id);
    if (!found.ok) return found;
    all.push(...found.value);
  }
  return { ok: true, value: all };
}
