/**
 * The stores of all nodes as one, for people: each node has the rows of what it did. Whatever is read comes from all of them, and what is
 * changed is changed by the node that holds the destination. Without an answer of a node its rows are missing, and the answer says so.
 */
import { type Announcement, identityOf } from '../announcement.ts';
import {
  type Again,
  type AnnouncementFilter,
  type AnnouncementPage,
  type Deliveries,
  type DeliveryPage,
  type ExportRequest,
  type FoundDelivery,
  limitIn,
  type PageRequest,
  type StoreAnswer,
  type StoredDecision,
} from '../outbox/deliveries.ts';
import type { Stats, StatsRequest } from '../outbox/history/stats.ts';
import type { StoredDelivery } from '../outbox/rows.ts';
import { printable } from '../platform/printable.ts';
import { retryIn } from './attending.ts';
import { Changes } from './changes.ts';
import type { Changing } from './changing.ts';
import { Gathering, type GatheringDeps, missingOf, type Of, refused } from './gathering.ts';
import {
  currentOf,
  cursorText,
  type Merging,
  mergedFound,
  mergedPages,
  type Part,
  receivedMsOf,
  sameNews,
} from './merged.ts';
import type { RowOfNode } from './once.ts';
import { rowsOfAll } from './rows-of-all.ts';
import { ofNewsIn, sameAs } from './same-news.ts';

export interface AllDeliveriesDeps extends GatheringDeps {
  /** This process is that node; absent, or nothing: it changes nothing itself. */
  readonly changing?: () => Changing | undefined;
}

/** Of rows in other stores, before their key there. */
const SEPARATOR = '/';

export class AllDeliveries implements Deliveries {
  readonly #deps: AllDeliveriesDeps;
  readonly #gathering: Gathering;
  readonly #changes: Changes;
  readonly stats: Deliveries['stats'];
  readonly rows: Deliveries['rows'];
  readonly nextChanges: Deliveries['nextChanges'];
  readonly replay: Deliveries['replay'];
  readonly waiting: Deliveries['waiting'];
  readonly mutes: Deliveries['mutes'];
  readonly mute: Deliveries['mute'];
  readonly lift: Deliveries['lift'];

  constructor(deps: AllDeliveriesDeps) {
    this.#deps = deps;
    const { local } = deps;
    this.#gathering = new Gathering(deps);
    this.#changes = new Changes({
      ...{ ...deps, gathering: this.#gathering, find: (key: string) => this.find(key) },
    });
    this.stats = (request) => local.stats(request);
    this.rows = (request) => local.rows(request);
    this.nextChanges = (nowMs) => local.nextChanges(nowMs);
    this.replay = (wishes, nowMs) => local.replay(wishes, nowMs);
    this.waiting = () => local.waiting();
    this.mutes = () => local.mutes();
    this.mute = (wishes, nowMs) => local.mute(wishes, nowMs);
    this.lift = (ids) => local.lift(ids);
  }

  async list(request: PageRequest): Promise<StoreAnswer<DeliveryPage>> {
    const limit = limitIn(request);
    const pages = await this.#gathering.pages(
      'list',
      request.before,
      (before) => [{ ...request, limit, before }],
      (before) => this.#deps.local.list({ ...request, limit, before }),
    );
    if (!pages.ok) return pages;
    const { parts, before } = pages.value;
    const all = parts.map(({ value, ...part }) => ({
      ...part,
      rows: value.deliveries.map((row) => this.#named(row, part.node)),
    }));
    const merged = mergedPages<StoredDelivery>(all, before, limit, {
      timeOf: receivedMsOf,
      cursorOf: (row) => keyIn(row.delivery.key ?? row.delivery.id).key,
      sameAs: ({ delivery }) => delivery.id,
      better: currentOf,
    });
    return {
      ok: true,
      value: { deliveries: merged.rows, next: cursorText(merged.next) },
      ...missingOf(pages),
    };
  }

  async announcements(before?: string, filter?: AnnouncementFilter): Promise<StoreAnswer<AnnouncementPage>> {
    const pages = await this.#gathering.pages(
      'announcements',
      before,
      (from) => [from, filter],
      (from) => this.#deps.local.announcements(from, filter),
    );
    if (!pages.ok) return pages;
    const { parts, before: from } = pages.value;
    const nodes = new Map<string, string>();
    const all = parts.map(({ value, ...part }): Part<Announcement> => {
      if (part.node !== this.#deps.node) for (const { id } of value.announcements) nodes.set(id, part.node);
      return { ...part, rows: value.announcements };
    });
    const isLocal = ({ id }: Announcement) => !nodes.has(id);
    const merging: Merging<Announcement> = {
      timeOf: ({ receivedMs }) => receivedMs,
      cursorOf: ({ id }) => id,
      sameAs: sameAsIn(all),
      better: (one, other) => (isLocal(other) && !isLocal(one) ? other : one),
    };
    const merged = mergedPages(all, from, limitIn(filter ?? {}), merging);
    return {
      ok: true,
      value: { announcements: merged.rows, next: cursorText(merged.next), nodes },
      ...missingOf(pages),
    };
  }

  /** Of each node that answers. */
  statsOfAll(request: StatsRequest): Promise<StoreAnswer<readonly Of<Stats>[]>> {
    return this.#gathering.all<Stats>('stats', [request], (local) => local.stats(request));
  }

  /** Every row that an export wants. */
  rowsOfAll(request: Omit<ExportRequest, 'after'>): AsyncGenerator<RowOfNode, void> {
    return rowsOfAll(this.#gathering, request);
  }

  async keysOf(ids: readonly string[]): Promise<StoreAnswer<ReadonlyMap<string, string>>> {
    const all = await this.#gathering.all<ReadonlyMap<string, string>>('keysOf', [ids], (local) =>
      local.keysOf(ids),
    );
    if (!all.ok) return all;
    const keys = new Map<string, string[]>();
    for (const { node, value } of all.value)
      for (const [id, key] of value) keys.set(id, [...(keys.get(id) ?? []), this.#keyOf(node, key)]);
    const chosen = new Map<string, string>();
    for (const [id, of] of keys) {
      const [only = ''] = of;
      const found = of.length === 1 ? undefined : await this.find(id);
      const row = found?.ok ? found.value.find(({ delivery }) => delivery.delivery.id === id) : undefined;
      chosen.set(id, row?.delivery.delivery.key ?? only);
    }
    const unknown = ids.filter((id) => !chosen.has(id));
    return unknown.length > 0 && all.missing !== undefined
      ? perhapsElsewhere(unknown, all.missing)
      : { ok: true, value: chosen };
  }

  async find(id: string): Promise<StoreAnswer<readonly FoundDelivery[]>> {
    const { node, key } = keyIn(id);
    const all = await this.#gathering.all<readonly FoundDelivery[]>(
      'find',
      [key],
      (local) => local.find(key),
      node,
    );
    if (!all.ok) return all;
    const found = all.value.flatMap((of) => of.value.map((one) => this.#namedFound(one, of.node)));
    const [first] = found;
    if (first === undefined && all.missing !== undefined) return perhapsElsewhere([key], all.missing);
    // By the id of an announcement, which is one node's: others have deliveries of the same news.
    const isDelivery = first?.delivery.delivery.id === id || first?.delivery.delivery.key === id;
    const more = first === undefined || isDelivery ? [] : await this.#same(first.delivery.delivery.content);
    return { ok: true, value: mergedFound([...found, ...more]), ...missingOf(all) };
  }

  async decision(id: string): Promise<StoreAnswer<StoredDecision | undefined>> {
    const { node, key } = keyIn(id);
    const all = await this.#gathering.all<StoredDecision | undefined>(
      'decision',
      [key],
      (local) => local.decision(key),
      node,
    );
    if (!all.ok) return all;
    const [first] = all.value.filter(({ value }) => value !== undefined);
    if (first?.value === undefined)
      return all.missing === undefined
        ? { ok: true, value: undefined }
        : perhapsElsewhere([key], all.missing);
    const own = first.value.deliveries.map((one) => this.#namedFound(one, first.node));
    const deliveries = mergedFound([...own, ...(await this.#same(first.value.content))]);
    const where = first.node === this.#deps.node ? {} : { node: first.node };
    return { ok: true, value: { ...first.value, deliveries, ...where }, ...missingOf(all) };
  }

  retry(keys: readonly string[], again: Again): Promise<StoreAnswer<readonly string[]>> {
    return this.#changes.make(keys, {
      here: (changing, ids, rows) => retryIn(changing, ids, again, rows),
      there: (ids, rows) => ['retry', [ids, again, rows]],
    });
  }

  discard(keys: readonly string[], nowMs: number): Promise<StoreAnswer<readonly string[]>> {
    return this.#changes.make(keys, {
      here: ({ deliveries }, ids) => deliveries.discard(ids, nowMs),
      there: (ids) => ['discard', [ids]],
    });
  }

  /** All that the nodes have of the same news. */
  async ofNews(announcement: Announcement): Promise<StoreAnswer<readonly Of<StoredDecision>[]>> {
    const asked = sameAs(announcement);
    const all = await this.#gathering.all<readonly StoredDecision[]>('ofNews', [asked], (local) =>
      ofNewsIn(local, asked),
    );
    if (!all.ok) return all;
    const value = all.value.flatMap(({ node, value: decisions }) =>
      decisions.map((decision) => {
        const deliveries = decision.deliveries.map((one) => this.#namedFound(one, node));
        return { node, value: { ...decision, deliveries } };
      }),
    );
    return { ok: true, value, ...missingOf(all) };
  }

  /** Deliveries of the same news. */
  async #same(content: StoredDelivery['delivery']['content']): Promise<readonly FoundDelivery[]> {
    if (content.kind !== 'news') return [];
    const all = await this.ofNews(content.announcement);
    return all.ok ? all.value.flatMap(({ value }) => value.deliveries) : [];
  }

  #keyOf(node: string, key: string): string {
    return node === this.#deps.node ? key : `${node}${SEPARATOR}${key}`;
  }

  #named(row: StoredDelivery, node: string): StoredDelivery {
    if (node === this.#deps.node) return { ...row, node };
    const key = this.#keyOf(node, row.delivery.key ?? row.delivery.id);
    return { ...row, node, delivery: { ...row.delivery, key } };
  }

  #namedFound({ delivery, attempts }: FoundDelivery, node: string): FoundDelivery {
    return { delivery: this.#named(delivery, node), attempts };
  }
}

/** Nobody who answers has them. */
const perhapsElsewhere = (ids: readonly string[], missing: readonly string[]) =>
  refused(`${ids.map(printable).join(', ')}: no node that answers has it, and ${missing.join('; ')}`);

/** `key`: as its own node knows it; `node`: absent, anywhere. */
function keyIn(text: string): { readonly node?: string; readonly key: string } {
  const at = text.indexOf(SEPARATOR);
  return at === -1 ? { key: text } : { node: text.slice(0, at), key: text.slice(at + 1) };
}

/** News of several nodes has the key of the first that says the same at about the same time. */
function sameAsIn(parts: readonly Part<Announcement>[]): (one: Announcement) => string {
  const known = new Map<string, Announcement[]>();
  for (const { rows } of parts)
    for (const row of rows) {
      const identity = identityOf(row);
      const those = known.get(identity) ?? [];
      known.set(identity, those);
      if (!those.some((other) => sameNews(other, row))) those.push(row);
    }
  return (one) => known.get(identityOf(one))?.find((other) => sameNews(other, one))?.id ?? one.id;
}
