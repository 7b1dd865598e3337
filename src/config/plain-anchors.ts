/**
 * Anchors of a file that is read as the plain subset of YAML, and the bounds of what aliases bring: where the library might find too
 * much, it reads the file.
 */

import type { Located } from './located.ts';
import type { NodeMaker } from './node-maker.ts';
import { NOT_PLAIN } from './plain-scalars.ts';
import type { Range } from './problem.ts';
import { DEEPEST, MOST_ALIASED } from './too-much.ts';

interface Anchored {
  readonly node: Located;
  /** Nodes in it, and those that aliases in it bring. */
  readonly size: number;
  /** Collections in one another, through aliases too; at least as many as there are. */
  readonly height: number;
}

export class PlainAnchors {
  readonly #nodes: NodeMaker;
  /** `undefined`: it is being read. An alias stands for the last node above that has its anchor. */
  readonly #known = new Map<string, Anchored | undefined>();
  #count = 0;
  #aliased = 0;
  #deepest = 0;

  constructor(nodes: NodeMaker) {
    this.#nodes = nodes;
  }

  /** Of one more node. How many there are. */
  count(): number {
    return ++this.#count;
  }

  /** A collection so deep. */
  reach(depth: number): void {
    if (depth > this.#deepest) this.#deepest = depth;
  }

  /** `depth`: of the collection in which it stands. */
  anchored(name: string, depth: number, read: () => Located): Located {
    const before = { count: this.#count, deepest: this.#deepest };
    this.#known.set(name, undefined);
    this.#nodes.anchors.add(name);
    this.#deepest = depth;
    const node = read();
    this.#known.set(name, {
      node,
      size: this.#count - before.count + 1,
      height: this.#deepest - depth + 1,
    });
    this.reach(before.deepest);
    return node;
  }

  /** Throws `NOT_PLAIN` where it stands in itself or brings much. `depth`: as for `anchored`. */
  alias(name: string, range: Range, keyRange: Range | undefined, depth: number): Located {
    const target = this.#known.get(name);
    if (target === undefined) {
      if (this.#known.has(name)) throw NOT_PLAIN;
      return this.#nodes.alias(name, undefined, range, keyRange);
    }
    const { node, size, height } = target;
    this.#count += size;
    this.#aliased += size;
    this.reach(depth + 1 + height);
    if (this.#aliased > MOST_ALIASED || this.#deepest >= DEEPEST) throw NOT_PLAIN;
    return this.#nodes.alias(name, copyOf(node), range, keyRange);
  }
}

/** Of what has references each place has nodes of its own: something else may stand in for them there. */
function copyOf(node: Located): Located {
  if (node.isPlain) return node;
  const children = new Map(Array.from(node.children, ([key, child]) => [key, copyOf(child)]));
  return children.size === 0 ? node.with({}) : node.with({ children });
}
