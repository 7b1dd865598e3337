/** The other nodes as whom a question can be asked: those that are live answer, and those that are gone are named. */
import { formatDuration } from '../platform/duration.ts';
import type { Asking, Reply } from './asking.ts';
import type { Member } from './shared.ts';
import { SharedError } from './shared.ts';

/** Whatever one node asks another. `ofNews`: all that it has of the same news. `holds`: to which destinations it sends. */
export type Question =
  | 'list'
  | 'find'
  | 'keysOf'
  | 'decision'
  | 'announcements'
  | 'ofNews'
  | 'holds'
  | 'stats'
  | 'rows'
  | 'retry'
  | 'replay'
  | 'discard';

export interface Others {
  /** By name of the node. `only`: that one; no reply is there if it is not live. Never rejects. */
  ask(kind: Question, args: readonly unknown[], only?: string): Promise<ReadonlyMap<string, Reply>>;
}

export interface OthersDeps {
  readonly asking: Pick<Asking, 'ask'>;
  /** Rejects with `SharedError`. */
  readonly members: () => readonly Member[] | Promise<readonly Member[]>;
  /** The node whose store is read here. */
  readonly node: string;
  /** That node is this process; otherwise it may be live, and changes what it holds. */
  readonly isNode: boolean;
}

/** Asked of whoever sends. */
const OF_HOLDERS: ReadonlySet<Question> = new Set(['holds', 'retry', 'replay', 'discard']);

/** Instead of a name: the database does not answer, so nobody can be asked. */
export const NOBODY = '';

export class OtherNodes implements Others {
  readonly #deps: OthersDeps;

  constructor(deps: OthersDeps) {
    this.#deps = deps;
  }

  async ask(kind: Question, args: readonly unknown[], only?: string): Promise<ReadonlyMap<string, Reply>> {
    const { asking, members, node, isNode } = this.#deps;
    let all: readonly Member[];
    try {
      all = await members();
    } catch (error) {
      if (!(error instanceof SharedError)) throw error;
      return new Map([[NOBODY, { problem: error.message }]]);
    }
    const isAsked = (member: Member) =>
      only === undefined ? member.node !== node || (!isNode && OF_HOLDERS.has(kind)) : member.node === only;
    const live = new Map<string, Member>();
    const gone = new Map<string, Reply>();
    for (const member of all.filter(isAsked)) {
      const before = live.get(member.node);
      if (member.restMs > 0) {
        // Of two with one name the elder sends.
        if (before === undefined || member.life < before.life) live.set(member.node, member);
      } else if (!OF_HOLDERS.has(kind))
        gone.set(member.node, {
          problem: `gone for ${formatDuration(Math.ceil(-member.restMs / 1000) * 1000)}`,
        });
    }
    const replies = new Map<string, Reply>(await asking.ask([...live.values()], kind, args));
    for (const [name, reply] of gone) if (!replies.has(name)) replies.set(name, reply);
    return replies;
  }
}
