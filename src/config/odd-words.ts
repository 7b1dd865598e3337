/** Recognises words of a condition that are written in the syntax of another program, and suggests the right form. */
import { LISTING_TYPES, PUBLISHERS } from '../announcement.ts';
import { QUOTES } from '../title/quotes.ts';
import type { TEXT_FIELDS } from './match-words.ts';
import { oddMarket } from './odd-market.ts';
import { doubtful, never, type Oddity, shown } from './oddity.ts';
import { coinOfPair } from './pairs.ts';

export type TextField = (typeof TEXT_FIELDS)[number];

const KOREAN: Readonly<Record<string, string>> = { binance: '바이낸스', upbit: '업비트', bithumb: '빗썸' };

/** Zero-width and direction marks, line breaks and other controls: they come along with a copy, or with YAML's `|`. */
export const INVISIBLE = /[\p{Cc}\p{Cf}]/u;
/** Around the whole text. */
export const QUOTED = /^["'`“”„‟‘’‚«»「」『』](.+)["'`“”„‟‘’‚«»「」『』]$/s;
export const SLASHED = /^\/(.+)\/[a-z]*$/s;

/** The mistake in a text that must equal the whole value of a field, if it has one. */
export function oddWord(field: TextField, text: string): Oddity | undefined {
  if (BARE.test(text) && !(field === 'ticker' && text.includes('_'))) return oddBare(field, text);
  const word = text.trim();
  const odd = oddForm(field, word);
  if (odd !== undefined) return odd;
  if (field === 'title') return oddTitle(word);
  if (field === 'feed') return undefined;
  // A pair of currencies is no list of them.
  if (field === 'market' && /^[^\s,;|&+!([{-][^\s,;|&+]*$/.test(word)) return oddMarket(word);
  return oddList(field, word) ?? oddName(field, word);
}

/** Letters, digits and underscores, as nearly all are: nothing of another syntax is in it. */
const BARE = /^\w+$/;

function oddBare(field: TextField, word: string): Oddity | undefined {
  switch (field) {
    case 'ticker':
      return gluedPair(word);
    case 'market':
      return oddMarket(word);
    case 'listingType':
      return selfTest(word);
    default:
      return undefined;
  }
}

/** The same for a field of a frame, of which nothing is known. */
export function oddFieldWord(field: string, text: string): Oddity | undefined {
  const word = text.trim();
  const odd = oddForm(field, word);
  if (odd !== undefined || !/^\*|\*$|\.\*/.test(word)) return odd;
  const plain = word.replace(/^[.*^]+|(?<![.*$])[.*$]+$/g, '');
  return never(
    `${shown(word)} is compared literally, and no wildcards are known here`,
    plain === '' ? 'remove the condition' : `to find a part of it, write { matches: ${shown(plain)} }`,
  );
}

function oddForm(field: string, word: string): Oddity | undefined {
  if (word === '')
    return never(
      'a blank text matches nothing',
      `remove it; without a \`${field}\` condition any ${field} matches`,
    );
  if (INVISIBLE.test(word))
    return never('there is an invisible character in this text', 'type it instead of copying it');
  const inner = QUOTED.exec(word)?.[1];
  if (inner !== undefined)
    return never(
      'the quotes are part of this text, so it never matches',
      `write ${shown(inner)} with plain quotes around it, or none`,
    );
  const pattern = SLASHED.exec(word)?.[1];
  if (pattern !== undefined)
    return never(
      `${shown(word)} is compared literally, slashes included`,
      `a regular expression is written { matches: ${shown(pattern)} }; upper and lower case are the same`,
    );
  return undefined;
}

function oddTitle(word: string): Oddity | undefined {
  if (!/\*|\.[*+]|\\[a-z]|^\^|\$$/i.test(word)) return undefined;
  const plain = word.replace(/^[*^]+|(?<![*$])[*$]+$/g, '');
  return never(
    `${shown(word)} is compared literally with the whole title`,
    `to find a part of it, write { matches: ${shown(plain)} }: a regular expression, found anywhere`,
  );
}

/** `upbit, bithumb` is one text; a list is what was meant. */
function oddList(field: TextField, word: string): Oddity | undefined {
  const negated = /^(?:!|not\s|-)\s*(\S.*)$/is.exec(word)?.[1];
  if (negated !== undefined)
    return never(`${shown(word)} is compared literally`, `to exclude it, write { not: ${negated} }`);
  const bare = word.replace(/^[[({](.*)[\])}]$/s, '$1');
  const parts = bare
    .split(/[,;|&+]|\s(?:or|and)\s/i)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const asList = `write a list: [${parts.join(', ')}]`;
  if (parts.length > 1)
    return never(`${shown(word)} is a single text, and no ${field} has that name`, asList);
  if (bare !== word)
    return never(
      `the brackets are part of this text, and no ${field} has the name ${shown(word)}`,
      `write [${bare}] without quotes`,
    );
  const words = word.split(field === 'ticker' || field === 'market' ? /\s+/ : /\s+|\//);
  const known: readonly string[] = field === 'publisher' ? PUBLISHERS : LISTING_TYPES;
  const areNames = (one: string) =>
    field === 'market'
      ? QUOTES.has(one.toLowerCase())
      : field === 'ticker'
        ? /^[A-Z0-9]{2,}$/.test(one) && !/^(USDT?|USDC|FDUSD|KRW)$/.test(one)
        : known.includes(one.toLowerCase());
  if (words.length > 1 && words.every(areNames))
    return doubtful(`${shown(word)} is one text`, `write a list: [${words.join(', ')}]`);
  return undefined;
}

function oddName(field: TextField, word: string): Oddity | undefined {
  if (field === 'ticker') return oddTicker(word);
  if (field === 'market') return oddMarket(word);
  if (word === '*')
    return never(
      '* is a wildcard only in `ticker` and `market`',
      `remove the condition; without one any ${field} matches`,
    );
  if (word.includes('*'))
    return never(
      '* is a wildcard only in `ticker` and `market`',
      `write { matches: ${shown(word.replaceAll('*', ''))} }`,
    );
  const test = field === 'listingType' ? selfTest(word) : undefined;
  if (test !== undefined) return test;
  if ((field === 'listingType' ? /^\w+$/ : /^[\w-]+$/).test(word)) return undefined;
  const plain = word.toLowerCase();
  const meant =
    field === 'publisher'
      ? PUBLISHERS.find((name) => plain.replaceAll(/[^a-z]/g, '').includes(name) || KOREAN[name] === plain)
      : LISTING_TYPES.find((name) => name === plain.replace(/[^a-z]+/g, '_'));
  const what = field === 'publisher' ? 'an exchange' : 'a listing type';
  const named = field === 'publisher' ? PUBLISHERS : LISTING_TYPES;
  return never(
    `${shown(word)} is not the name of ${what}: those are letters, digits and underscores`,
    meant === undefined ? `known: ${named.join(', ')}` : `did you mean \`${meant}\`?`,
  );
}

function oddTicker(word: string): Oddity | undefined {
  const marked = /^[$#@](.+)$/.exec(word)?.[1];
  if (marked !== undefined)
    return never(`${shown(word)}: tickers in the feed have no prefix`, `write ${marked}`);
  const coin = coinOfPair(word);
  if (coin === '*') return never(`${shown(word)} is a pair, and the feed names only the coin`, 'remove it');
  if (coin !== undefined)
    return never(`${shown(word)} is a pair, and the feed names only the coin`, `write ${coin}`);
  if (/[\^$()[\]\\{}?]/.test(word))
    return never(
      `${shown(word)} is compared literally; only * is a wildcard`,
      `a regular expression is written { matches: ${shown(word)} }`,
    );
  if (/[\u0370-\u03ff\u0400-\u04ff]/.test(word) && /^[\p{Lu}\d]+$/u.test(word))
    return never(
      `${shown(word)} has a letter that looks Latin but is not`,
      'type it again with Latin letters',
    );
  return gluedPair(word);
}

function gluedPair(word: string): Oddity | undefined {
  const coin = /^([A-Z0-9]{2,})(?:USDT|USDC|FDUSD|KRW)$/i.exec(word)?.[1];
  return coin === undefined
    ? undefined
    : doubtful(`${shown(word)} looks like a pair, and the feed names only the coin`, `write ${coin}`);
}

const selfTest = (word: string): Oddity | undefined =>
  /^test(_announcement)?$/i.test(word)
    ? never('a self-test has the listing type of real news', 'write test: true instead')
    : undefined;
