/** "Did you mean": the nearest known word, if it is near enough to be a slip of the pen. */
import { distance } from 'fastest-levenshtein';

/** Other words for the bridge's own: `symbol` is far from `ticker` letter by letter. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  symbol: ['ticker', 'tickers'],
  symbols: ['tickers', 'ticker'],
  coin: ['ticker', 'tickers'],
  exchange: ['publisher'],
  cex: ['publisher', 'exchanges'],
  type: ['listingType'],
  regex: ['matches'],
  regexp: ['matches'],
  pattern: ['matches'],
  contains: ['matches'],
  when: ['match'],
  filter: ['match'],
  dest: ['to'],
  destination: ['to', 'send'],
  webhook: ['webhookUrl', 'url'],
  token: ['botToken'],
  link: ['url'],
};

const folded = (word: string) => word.toLowerCase().replace(/[\s_-]/g, '');

/** The one of `known` that means the same; else the nearest, or `undefined` when none is within a third of the word's letters (two swapped letters always are). */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const words = [...known];
  const wanted = folded(word);
  const synonym = Object.hasOwn(SYNONYMS, wanted) ? SYNONYMS[wanted] : undefined;
  const meant = synonym?.find((other) => words.includes(other));
  if (meant !== undefined && !words.includes(word)) return meant;
  let best: string | undefined;
  let bestDistance = Math.max(wanted.length > 3 ? 2 : 1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of words) {
    const steps = distance(wanted, folded(candidate));
    if (steps < bestDistance) {
      best = candidate;
      bestDistance = steps;
    }
  }
  return best;
}

/** A hint: the nearest word, else (when there are few) what there is. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const words = [...known];
  const best = nearest(word, words);
  if (best !== undefined && best !== word) return `did you mean \`${best}\`?`;
  return words.length > 0 && words.length <= 12 ? `there is: ${words.join(', ')}` : undefined;
}

/** The end of a sentence: ` (did you mean "ticker"?)`, or nothing. */
export function orNearest(word: string, known: Iterable<string>): string {
  const best = nearest(word, known);
  return best === undefined || best === word ? '' : ` (did you mean "${best}"?)`;
}
