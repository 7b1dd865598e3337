/** Warns of `{{ tickers | first }}USDT`: without `forEach` it is a symbol for one of several tickers, and `USDT` for none. */
import { templatesUsedBy } from '../routing/templates-used.ts';
import { everyNode, type Located, nodeAt } from './document.ts';
import type { ConfigParts } from './parts.ts';
import type { Finding, Path } from './problem.ts';

const GLUED =
  /\{\{-?\s*tickers\b[^}]*\}\}(?=[A-Za-z0-9_/-])|(?<=[A-Za-z0-9_/-])\{\{-?\s*tickers\b|\btickers\b[^}%]*\|\s*(?:append|prepend):\s*["'][A-Za-z0-9_/-]/;

export function* gluedTickers({ destinations, rules }: ConfigParts, root: Located): Iterable<Finding> {
  const used = templatesUsedBy(rules.filter((rule) => rule !== undefined));
  const seen = new Set<string>();
  for (const [name, options] of destinations) {
    if (options?.type !== 'webhook' || options.forEach !== undefined) continue;
    const own: Path = ['destinations', name, 'body'];
    for (const start of [own, ...[...used(name)].map((template): Path => ['templates', template])]) {
      const key = JSON.stringify(start);
      if (seen.has(key)) continue;
      seen.add(key);
      yield* gluedIn(start, root);
    }
  }
}

function* gluedIn(start: Path, root: Located): Iterable<Finding> {
  const { node, exact } = nodeAt(root, start);
  if (!exact) return;
  for (const { node: leaf, path } of everyNode(node, start)) {
    const { literal } = leaf;
    if (literal === undefined || /https?:/.test(literal) || !GLUED.test(literal)) continue;
    yield {
      path,
      message: 'this is no symbol when an announcement names several tickers, or none',
      hint: 'for an order for each ticker add `forEach: ticker` and write {{ ticker }}',
    };
  }
}
