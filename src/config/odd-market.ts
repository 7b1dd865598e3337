/** Recognises what stands in a `market` condition and is no quote currency: a pair, a contract family, a Korean or English word for one. */
import { LISTING_TYPES, PUBLISHERS } from '../announcement.ts';
import { nearest } from '../platform/suggest.ts';
import { QUOTES } from '../title/quotes.ts';
import { doubtful, never, type Oddity, shown } from './oddity.ts';

/** In small letters. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ...['원화', 'won', '₩', 'korean won', 'kr'].map((word) => [word, 'KRW'] as const),
  ...['비트코인', 'bitcoin', '₿', 'xbt'].map((word) => [word, 'BTC'] as const),
  ...['테더', 'tether', 'usdt-m', 'usdⓈ-m', 'usds-m', 'usd-m', 'usdⓈ-margined', 'usdt-margined'].map(
    (word) => [word.normalize('NFKC').toLowerCase(), 'USDT'] as const,
  ),
  ...['dollar', 'dollars', '$', 'us dollar', 'coin-m', 'coin-margined'].map((word) => [word, 'USD'] as const),
  ...['euro', '€'].map((word) => [word, 'EUR'] as const),
  ...['lira', '₺'].map((word) => [word, 'TRY'] as const),
]);

const KINDS: ReadonlyMap<string, string> = new Map([
  ['spot', 'spot_listing'],
  ['futures', 'futures_listing'],
  ['perpetual', 'futures_listing'],
  ['perp', 'futures_listing'],
  ['delisting', 'spot_delisting'],
]);

export function oddMarket(word: string): Oddity | undefined {
  const plain = word.normalize('NFKC').toLowerCase().trim();
  if (QUOTES.has(plain)) return undefined;
  if (plain === 'any' || plain === 'all')
    return never(
      `${shown(word)} is no currency`,
      'remove the condition; without one any market, and none, matches',
    );
  const whole =
    MEANT.get(plain) ?? MEANT.get(plain.replace(/ ?(?:마켓|markets?|거래)$/, '')) ?? quoteIn(plain);
  if (whole !== undefined)
    return never(`${shown(word)} is not how a market is named here: by the currency alone`, `write ${whole}`);
  const kind = KINDS.get(plain) ?? LISTING_TYPES.find((type) => type === plain);
  if (kind !== undefined)
    return never(
      `${shown(word)} is no currency: \`market\` is what prices are quoted in`,
      `write listingType: ${kind}`,
    );
  const exchange = PUBLISHERS.find((name) => name === plain);
  if (exchange !== undefined)
    return never(`${shown(word)} is an exchange, not a currency`, `write publisher: ${exchange}`);
  if (word.includes('*')) return undefined;
  const near = [...QUOTES].find((quote) => lettersOf(quote) === lettersOf(plain)) ?? nearest(plain, QUOTES);
  const hint =
    near === undefined
      ? 'known: KRW, BTC, USDT, USDC, USD, EUR, TRY, BNB, FDUSD, …'
      : `did you mean ${near.toUpperCase()}?`;
  return doubtful(`no exchange is known to quote prices in ${shown(word)}`, hint);
}

/** `ustd` is nearer to `usdt` than to `usd`. */
const lettersOf = (word: string) => [...word].sort().join('');

/** Of `KRW market`, `ABC/KRW`, `KRW-ABC`, `*USDT/KRW`. */
function quoteIn(plain: string): string | undefined {
  const [, before = '', after = ''] = /^(\S[^\s/:_-]*)[ /:_-](.+)$/s.exec(plain) ?? [];
  const isQuote = (part: string) => QUOTES.has(part);
  if (before === '') return undefined;
  if (/^(?:마켓|markets?|pairs?|거래)$/.test(after) && isQuote(before)) return before.toUpperCase();
  // `KRW-BTC`, as Upbit writes it: the won is nowhere what is bought.
  if (before === 'krw') return 'KRW';
  if (isQuote(after)) return after.toUpperCase();
  return isQuote(before) ? before.toUpperCase() : undefined;
}
