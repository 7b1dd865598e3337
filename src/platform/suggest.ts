/** "Did you mean": the nearest known word, if it is near enough to be a slip of the pen. A wrong suggestion is worse than a list. */
import { distance } from 'fastest-levenshtein';
import { type Steps, whole } from './steps.ts';

/** Other words for the bridge's own: `symbol` is far from `ticker` letter by letter. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  symbol: ['ticker', 'tickers'],
  symbols: ['tickers', 'ticker'],
  edit: ['update'],
  edited: ['update'],
  isupdate: ['update'],
  followup: ['update'],
  quote: ['market'],
  quoteasset: ['market'],
  currency: ['market'],
  pair: ['market'],
  coin: ['ticker', 'tickers'],
  exchange: ['publisher'],
  cex: ['publisher', 'exchanges'],
  type: ['listingType'],
  regex: ['matches'],
  regexp: ['matches'],
  pattern: ['matches'],
  contains: ['matches'],
  if: ['match'],
  within: ['for'],
  duration: ['for'],

  throttle: ['cooldown'],
  debounce: ['cooldown'],
  schedule: ['when'],
  tz: ['timezone'],
  zone: ['timezone'],
  time: ['hours'],
  times: ['hours'],
  weekdays: ['days'],
  day: ['days'],
  filter: ['match'],
  dest: ['to'],
  destination: ['to', 'send'],
  webhook: ['webhookUrl', 'url'],
  token: ['botToken'],
  link: ['url'],
  listing: ['spot_listing'],
  listings: ['spot_listing'],
  delisting: ['spot_delisting'],
  futures: ['futures_listing'],
  perp: ['futures_listing'],
  airdrop: ['hodler_airdrop'],
  retries: ['retry'],
  import: ['include'],
  imports: ['include'],
  contactpoints: ['destinations'],
  receiver: ['send'],
  receivers: ['send', 'destinations'],
  sendto: ['send'],
  actions: ['send'],
  matchers: ['match'],
  matchre: ['match'],
  condition: ['match'],
  conditions: ['match'],
  sources: ['feeds'],
  targets: ['destinations'],
  sinks: ['destinations'],
  routes: ['rules'],
  except: ['not'],
  exclude: ['not'],
  or: ['any'],
  uppercase: ['upcase'],
  upper: ['upcase'],
  lowercase: ['downcase'],
  lower: ['downcase'],
  warning: ['warn'],
  trace: ['debug'],
  verbose: ['debug'],
  fatal: ['error'],
  critical: ['error'],
  quiet: ['silent'],
  off: ['silent'],
  none: ['silent'],
  text: ['pretty'],
  plain: ['pretty'],
  human: ['pretty'],
  logfmt: ['json'],
  maxattempts: ['attempts'],
  maxretries: ['attempts'],
  tries: ['attempts'],
  delay: ['minDelay'],
  backoff: ['minDelay'],
  initialinterval: ['minDelay'],
  maxinterval: ['maxDelay'],
  interval: ['refresh', 'every', 'per'],
  insecureskipverify: ['insecure'],
  skipverify: ['insecure'],
  requests: ['limit'],
  window: ['per'],
  quellen: ['feeds'],
  ziele: ['destinations'],
  regeln: ['rules'],
  vorlagen: ['templates'],
  börse: ['publisher'],
  거래소: ['publisher'],
  제목: ['title'],
  티커: ['ticker'],
  심볼: ['ticker'],
  규칙: ['rules'],
  조건: ['match'],
  交易所: ['publisher'],
  标题: ['title'],
  规则: ['rules'],
};

const folded = (word: string) => word.toLowerCase().replace(/[\s_-]/g, '');

/** Slips that a word of so many letters has room for; more would make another word of it (`host`, `port`). */
const mostSlips = (letters: number) =>
  letters < 3 ? 0 : letters < 6 ? 1 : Math.max(2, Math.floor(letters / 4));

/** Letters that are missing, too many or wrong; two that were swapped are one slip. */
function slipsBetween(one: string, other: string): number {
  const steps = distance(one, other);
  if (steps !== 2 || one.length !== other.length) return steps;
  const at = [...one].findIndex((letter, index) => letter !== other[index]);
  return one[at] === other[at + 1] && one[at + 1] === other[at] ? 1 : 2;
}

/** The one of `known` that means the same; else the nearest that a slip of the pen explains; `undefined` when there is none, or several are as near (`bot1`, `bot2`). */
export const nearest = (word: string, known: Iterable<string>): string | undefined =>
  whole(seekingNearest(word, known));

/** The same, a candidate in a step: ten thousand long names take ten milliseconds. */
function* seekingNearest(word: string, known: Iterable<string>): Steps<string | undefined> {
  const words = [...known];
  const wanted = folded(word);
  const synonym = Object.hasOwn(SYNONYMS, wanted) ? SYNONYMS[wanted] : undefined;
  const meant = synonym?.find((other) => words.includes(other));
  if (meant !== undefined && !words.includes(word)) return meant;
  let best: string | undefined;
  let isOnlyOne = true;
  let fewest = Number.POSITIVE_INFINITY;
  for (const candidate of words) {
    yield;
    const other = folded(candidate);
    const most = mostSlips(Math.max(wanted.length, other.length));
    if (Math.abs(wanted.length - other.length) > most) continue;
    const slips = slipsBetween(wanted, other);
    if (slips > most) continue;
    if (slips === fewest) isOnlyOne = false;
    if (slips >= fewest) continue;
    best = candidate;
    fewest = slips;
    isOnlyOne = true;
  }
  return isOnlyOne ? best : undefined;
}

/** A hint: the nearest word, else (when there are few) what there is. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const words = [...known];
  const best = nearest(word, words);
  if (best !== undefined && best !== word) return `did you mean \`${best}\`?`;
  return words.length > 0 && words.length <= 12 ? `there is: ${words.join(', ')}` : undefined;
}

/** The end of a sentence: ` (did you mean "ticker"?)`, or nothing. */
export const orNearest = (word: string, known: Iterable<string>): string =>
  whole(seekingOrNearest(word, known));

/** As `seekingNearest`. */
export function* seekingOrNearest(word: string, known: Iterable<string>): Steps<string> {
  const best = yield* seekingNearest(word, known);
  return best === undefined || best === word ? '' : ` (did you mean "${best}"?)`;
}
