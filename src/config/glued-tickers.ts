/**
 * Warns of `{{ tickers | first }}USDT`: without `forEach` it is a symbol for one of several tickers, and `USDT` for none.
 * And of a body under `forEach` that does not name the ticker: as many orders as tickers, all of them the same.
 */
import { templatesUsedBy } from '../routing/forms-used.ts';
import { nodesWhere } from './every-node.ts';
import { type Located, nodeAt } from './located.ts';
import type { Finding, Path } from './problem.ts';
import type { ConfigSections } from './sections.ts';

const GLUED =
  /\{\{-?\s*tickers\b(?:(?!\{\{)[^}])*\}\}(?=[A-Za-z0-9_/-])|(?<=[A-Za-z0-9_/-])\{\{-?\s*tickers\b|\btickers\b(?:(?!\btickers\b)[^}%])*\|\s*(?:append|prepend):\s*["'][A-Za-z0-9_/-]/;

export function* gluedTickers(
  { destinations, rules, types }: ConfigSections,
  root: Located,
): Iterable<Finding> {
  const used = templatesUsedBy(rules.filter((rule) => rule !== undefined));
  const seen = new Set<string>();
  for (const [name, options] of destinations) {
    const type = types.get(options?.type ?? '');
    if (options === undefined || !type?.perTicker) continue;
    const find = options.forEach === undefined ? gluedIn : sameForAll;
    const own = type.templated.map((key): Path => ['destinations', name, key]);
    for (const start of [...own, ...[...used(name)].map((template): Path => ['templates', template])]) {
      const key = JSON.stringify([start, options.forEach]);
      if (seen.has(key)) continue;
      seen.add(key);
      yield* find(start, root);
    }
  }
}

function* gluedIn(start: Path, root: Located): Iterable<Finding> {
  const { node, exact } = nodeAt(root, start);
  if (!exact) return;
  const isGlued = ({ literal }: Located) =>
    literal !== undefined && !/https?:/.test(literal) && GLUED.test(literal);
  for (const { path } of nodesWhere(node, isGlued, start))
    yield {
      path,
      message: 'this is not a valid symbol when an announcement has several tickers, or none',
      hint: 'for an order for each ticker add `forEach: ticker` and write {{ ticker }}',
    };
}

const NAMES_TICKER = /\{[{%](?:(?!\{[{%])[^}])*\bticker\b/;

function* sameForAll(start: Path, root: Located): Iterable<Finding> {
  const { node, exact } = nodeAt(root, start);
  const isEmpty = node.value === null || node.value === undefined;
  if (!exact || isEmpty || nodesWhere(node, namesTicker).length > 0) return;
  yield {
    path: start,
    at: 'key',
    message: 'no {{ ticker }} in it: under `forEach: ticker` each ticker would get the same request',
    hint: 'write {{ ticker }} where the symbol belongs, or take `forEach` out to send one request',
  };
}

const namesTicker = ({ value }: Located) => typeof value === 'string' && NAMES_TICKER.test(value);
