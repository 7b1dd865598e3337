/** Changes that a person requests, made by the node that sends to the destination, whichever node has shown the row. */
import type { FoundDelivery, StoreAnswer } from '../outbox/deliveries.ts';
import type { StoredDelivery } from '../outbox/rows.ts';
import type { Changing } from './changing.ts';
import { type Gathering, refused, valueIn } from './gathering.ts';
import type { Others, Question } from './others.ts';

export interface Change {
  readonly here: (
    changing: Changing,
    ids: readonly string[],
    rows: readonly StoredDelivery[],
  ) => Promise<StoreAnswer<readonly string[]>>;
  readonly there: (
    ids: readonly string[],
    rows: readonly StoredDelivery[],
  ) => readonly [Question, readonly unknown[]];
}

export interface ChangesDeps {
  readonly gathering: Gathering;
  readonly others: Others;
  readonly node: string;
  /** This process is that node; absent, or nothing: it changes nothing itself. */
  readonly changing?: (() => Changing | undefined) | undefined;
  readonly find: (key: string) => Promise<StoreAnswer<readonly FoundDelivery[]>>;
}

export class Changes {
  readonly #deps: ChangesDeps;

  constructor(deps: ChangesDeps) {
    this.#deps = deps;
  }

  /** By the node that sends to the destination, whichever has shown its row. */
  async make(keys: readonly string[], change: Change): Promise<StoreAnswer<readonly string[]>> {
    const { node } = this.#deps;
    const changing = this.#deps.changing?.();
    const wanted = new Map<string, { readonly key: string; readonly row: StoredDelivery }>();
    for (const key of keys) {
      const found = await this.#deps.find(key);
      if (!found.ok) return found;
      const [one] = found.value;
      if (one !== undefined) wanted.set(one.delivery.delivery.id, { key, row: one.delivery });
    }
    const holders = await this.#holdersOf([...wanted.values()].map(({ row }) => row.delivery.destination));
    const byNode = new Map<string, string[]>();
    for (const [id, { row }] of wanted) {
      const { destination } = row.delivery;
      const holder = holders.get(destination);
      if (holder === undefined) return refused(nobody(destination));
      byNode.set(holder, [...(byNode.get(holder) ?? []), id]);
    }
    const changed: string[] = [];
    for (const [of, ids] of byNode) {
      const rows = ids.flatMap((id) => wanted.get(id)?.row ?? []);
      const answer =
        of === node && changing !== undefined
          ? await change.here(changing, ids, rows)
          : await this.#deps.gathering.one<readonly string[]>(of, ...change.there(ids, rows));
      if (!answer.ok) return answer;
      changed.push(...answer.value.flatMap((id) => wanted.get(id)?.key ?? []));
    }
    return { ok: true, value: changed };
  }

  async #holdersOf(destinations: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { node, others } = this.#deps;
    const changing = this.#deps.changing?.();
    const all = [...new Set(destinations)];
    const holders = new Map((changing?.holds(all) ?? []).map((name) => [name, node]));
    const left = all.filter((name) => !holders.has(name));
    if (left.length === 0) return holders;
    for (const [of, reply] of await others.ask('holds', [left])) {
      const answer = valueIn<readonly string[]>(reply);
      if ('value' in answer) for (const name of answer.value) holders.set(name, of);
    }
    return holders;
  }
}

const nobody = (destination: string): string =>
  `no node that answers sends to ${destination} at the moment: try again in some seconds, and look at \`listing-bridge cluster status\``;
