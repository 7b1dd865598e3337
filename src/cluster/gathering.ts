/** Answers of all nodes to one question, this one's among them, and who has given none. */
import type { Deliveries, StoreAnswer } from '../outbox/deliveries.ts';
import type { Reply } from './asking.ts';
import { cursorsIn, type Part } from './merged.ts';
import { NOBODY, type Others, type Question } from './others.ts';

export interface GatheringDeps {
  readonly local: Deliveries;
  readonly others: Others;
  /** The name of the node whose store is the local one. */
  readonly node: string;
  /** Sentences, of each answer that is not whole. */
  readonly missed?: ((missing: readonly string[]) => void) | undefined;
}

export interface Of<Value> {
  readonly node: string;
  readonly value: Value;
}

/** Of one node each; `before`: where they began. */
export interface Pages<Value> {
  readonly parts: readonly (Part<never> & Of<Value>)[];
  readonly before: ReadonlyMap<string, string>;
}

export class Gathering {
  readonly #deps: GatheringDeps;

  constructor(deps: GatheringDeps) {
    this.#deps = deps;
  }

  /** A page of each node that has more. */
  async pages<Value extends { readonly next: string | undefined }>(
    kind: Question,
    cursor: string | undefined,
    args: (before: string | undefined) => readonly unknown[],
    here: (before: string | undefined) => Promise<StoreAnswer<Value>>,
  ): Promise<StoreAnswer<Pages<Value>>> {
    const { node, others } = this.#deps;
    const before = cursor === undefined ? undefined : cursorsIn(cursor);
    // An id says when, on all nodes.
    const everywhere = before === undefined ? cursor : undefined;
    const from = (of: string) => (before === undefined ? everywhere : before.get(of) || undefined);
    const isOpen = (of: string) => before === undefined || before.has(of);
    const own = isOpen(node) ? here(from(node)) : undefined;
    const replies =
      before === undefined
        ? [others.ask(kind, args(everywhere))]
        : [...before.keys()].filter((of) => of !== node).map((of) => others.ask(kind, args(from(of)), of));
    const asked = (await Promise.all(replies)).flatMap((reply) => [...reply]);
    const local = await own;
    if (local !== undefined && !local.ok) return local;
    const parts: (Part<never> & Of<Value>)[] = [];
    const part = (of: string, value: Value & { readonly untilMs?: number }) =>
      parts.push({ node: of, value, rows: [], next: value.next, untilMs: value.untilMs });
    if (local !== undefined) part(node, local.value);
    const missing: string[] = [];
    for (const [of, reply] of asked) {
      const value = valueIn<Value>(reply);
      if ('problem' in value) missing.push(missingSentence(of, value.problem));
      else part(of, value.value);
    }
    const began = parts.flatMap((one) => (everywhere === undefined ? [] : [[one.node, everywhere] as const]));
    return this.#answer({ parts, before: before ?? new Map(began) }, missing);
  }

  /** Of all nodes, or of one. */
  async all<Value>(
    kind: Question,
    args: readonly unknown[],
    here: (local: Deliveries) => Promise<StoreAnswer<Value>>,
    only?: string,
  ): Promise<StoreAnswer<readonly Of<Value>[]>> {
    const { node, local, others } = this.#deps;
    const [own, replies] = await Promise.all([
      only === undefined || only === node ? here(local) : undefined,
      only === node ? new Map<string, Reply>() : others.ask(kind, args, only),
    ]);
    if (own !== undefined && !own.ok) return own;
    const all: Of<Value>[] = own === undefined ? [] : [{ node, value: own.value }];
    const missing: string[] = [];
    for (const [of, reply] of replies) {
      const value = valueIn<Value>(reply);
      if ('problem' in value) missing.push(missingSentence(of, value.problem));
      else all.push({ node: of, value: value.value });
    }
    return this.#answer(all, missing);
  }

  #answer<Value>(value: Value, missing: readonly string[]): StoreAnswer<Value> {
    if (missing.length > 0) this.#deps.missed?.(missing);
    return { ok: true, value, ...missingOf({ missing }) };
  }

  async one<Value>(node: string, kind: Question, args: readonly unknown[]): Promise<StoreAnswer<Value>> {
    const reply = (await this.#deps.others.ask(kind, args, node)).get(node);
    const value = valueIn<Value>(reply ?? { problem: 'it is gone' });
    if ('value' in value) return { ok: true, value: value.value };
    return refused(
      `node ${node}, which sends there, gave no answer (${value.problem}): whether it was done shows \`deliveries show\``,
    );
  }
}

export const refused = (message: string) => ({ ok: false, message }) as const;

const missingSentence = (node: string, problem: string): string =>
  node === NOBODY
    ? `only this node was asked, because the others cannot be reached: ${problem}`
    : `node ${node}: ${problem}; what only it has is missing here`;

export const missingOf = ({ missing = [] }: { readonly missing?: readonly string[] }) =>
  missing.length === 0 ? {} : { missing };

/** Answers of a store are values, or sentences. */
export function valueIn<Value>(reply: Reply): { readonly value: Value } | { readonly problem: string } {
  if ('problem' in reply) return reply;
  const answer = reply.value as StoreAnswer<Value>;
  return answer.ok ? { value: answer.value } : { problem: answer.message };
}
