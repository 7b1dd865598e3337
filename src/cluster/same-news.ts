/** The same news in the stores of several nodes: each has read it, at a slightly different moment, and named it itself. */
import { type Announcement, identityOf } from '../announcement.ts';
import { type Content, type NewsContent, newsOf } from '../delivery/content.ts';
import type { Deliveries, StoreAnswer, StoredDecision } from '../outbox/deliveries.ts';

export interface SameNews {
  readonly identity: string;
  readonly aroundMs: number;
}

/** Nodes read it at slightly different moments. */
const AROUND_MS = 10_000;

export const sameAs = (announcement: Announcement): SameNews => ({
  identity: identityOf(announcement),
  aroundMs: announcement.receivedMs,
});

/** All that one store has of it; of one node more than once, where it came back after the time of the dedupe. */
export async function ofNewsIn(
  deliveries: Pick<Deliveries, 'announcements' | 'decision'>,
  { identity, aroundMs }: SameNews,
): Promise<StoreAnswer<readonly StoredDecision[]>> {
  const alike = await alikeIn(deliveries, { identity, aroundMs });
  if (!alike.ok) return alike;
  const all: StoredDecision[] = [];
  for (const { id } of alike.value) {
    const decision = await deliveries.decision(id);
    if (!decision.ok) return decision;
    if (decision.value !== undefined) all.push(decision.value);
  }
  return { ok: true, value: all };
}

/** As this store has that news; `undefined`: it has not. */
export async function contentHere(
  deliveries: Pick<Deliveries, 'announcements'>,
  content: Content,
): Promise<StoreAnswer<NewsContent | undefined>> {
  if (content.kind !== 'news') return { ok: true, value: undefined };
  const alike = await alikeIn(deliveries, sameAs(content.announcement));
  if (!alike.ok) return alike;
  const [own] = alike.value;
  return { ok: true, value: own && newsOf(own) };
}

async function alikeIn(
  deliveries: Pick<Deliveries, 'announcements'>,
  { identity, aroundMs }: SameNews,
): Promise<StoreAnswer<readonly Announcement[]>> {
  const span = { sinceMs: aroundMs - AROUND_MS, untilMs: aroundMs + AROUND_MS };
  const alike: Announcement[] = [];
  let before: string | undefined;
  do {
    const page = await deliveries.announcements(before, span);
    if (!page.ok) return page;
    alike.push(...page.value.announcements.filter((one) => identityOf(one) === identity));
    before = page.value.next;
  } while (before !== undefined);
  return { ok: true, value: alike };
}
