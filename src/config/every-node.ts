/** Walks a tree of a config. */
import type { Located } from './document.ts';
import type { Path } from './problem.ts';

/** Every node with its path, parents first. */
export const everyNode = (node: Located, path: Path = []): Iterable<PlacedNode> =>
  walk(node, path, childrenOf);

interface PlacedNode {
  readonly node: Located;
  readonly path: Path;
}

const childrenOf = ({ children }: Located) => [...children];

/** With a stack of its own: a generator within a generator for each level costs more than all that is done with the nodes. */
function* walk(
  node: Located,
  path: Path,
  below: (node: Located) => readonly (readonly [string | number, Located])[],
): Iterable<PlacedNode> {
  const waiting: PlacedNode[] = [{ node, path }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    const entries = below(next.node);
    for (let at = entries.length - 1; at >= 0; at--) {
      const entry = entries[at];
      if (entry !== undefined) waiting.push({ node: entry[1], path: [...next.path, entry[0]] });
    }
  }
}

/** The same, with what a later value of the same key has replaced: it stands in the file all the same. */
export const everyWritten = (node: Located, path: Path = []): Iterable<PlacedNode> =>
  walk(node, path, ({ children, replaced = [] }) => [...children, ...replaced]);
