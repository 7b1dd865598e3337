/**
 * Walks a tree of a config for what a secret, a variable or a template could be in. Ten thousand rules are 250,000 nodes, and half a
 * dozen checks look at each: so plain words of rules and tests are left out (`Located.isPlain`), and a path is one list for the
 * whole walk, copied only for what a check keeps.
 */
import { isPlainKey, type Located } from './located.ts';
import type { Path } from './problem.ts';

export interface PlacedNode {
  readonly node: Located;
  readonly path: Path;
}

/** `path` is right during the call only. */
type Visit = (node: Located, path: Path) => void;
type Wanted = (node: Located, path: Path) => boolean;

/** Every node that is wanted, parents first, but for plain words of rules and tests; `path`: of the first. */
export const nodesWhere = (node: Located, isWanted: Wanted, path: Path = []): PlacedNode[] =>
  found(node, isWanted, path, false);

/** The same, with what a later value of the same key has replaced: it stands in the file all the same. */
export const writtenWhere = (node: Located, isWanted: Wanted): PlacedNode[] =>
  found(node, isWanted, [], true);

function found(root: Located, isWanted: Wanted, start: Path, withReplaced: boolean): PlacedNode[] {
  const kept: PlacedNode[] = [];
  const visit: Visit = (node, path) => {
    if (isWanted(node, path)) kept.push({ node, path: [...path] });
  };
  new Walk(visit, start, withReplaced).at(root);
  return kept;
}

const OWN_WORDS: ReadonlySet<unknown> = new Set(['rules', 'tests']);

class Walk {
  readonly #visit: Visit;
  readonly #withReplaced: boolean;
  readonly #path: (string | number)[];

  constructor(visit: Visit, path: Path, withReplaced: boolean) {
    this.#visit = visit;
    this.#path = [...path];
    this.#withReplaced = withReplaced;
  }

  at(node: Located): void {
    if (node.isPlain && OWN_WORDS.has(this.#path[0]) && isPlainKey(this.#path.at(-1))) return;
    this.#visit(node, this.#path);
    node.children.forEach(this.#below);
    if (this.#withReplaced) for (const [key, one] of node.replaced ?? []) this.#below(one, key);
  }

  /** Made once: it is called for each node. */
  readonly #below = (node: Located, step: string | number): void => {
    this.#path.push(step);
    this.at(node);
    this.#path.pop();
  };
}
