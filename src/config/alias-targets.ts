/** Finds what aliases stand for in one walk: the library walks the whole document for each. */
import { type Alias, type Document, isAlias, type Node, visit } from 'yaml';

/** An alias stands for the last node above that has its anchor, which may be a collection that it stands in. */
export function aliasTargets(document: Document): (alias: Alias) => Node | undefined {
  let targets: ReadonlyMap<Alias, Node> | undefined;
  return (alias) => {
    targets ??= targetsIn(document);
    return targets.get(alias);
  };
}

function targetsIn(document: Document): ReadonlyMap<Alias, Node> {
  const anchored = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node: (_key, node) => {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchored.set(node.anchor, node);
        return;
      }
      const target = anchored.get(node.source);
      if (target !== undefined) targets.set(node, target);
    },
  });
  return targets;
}
