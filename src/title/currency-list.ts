/**
 * Lists of currencies as Korean titles write them: `KRW, BTC, USDT`, `KRW·BTC`, `원화(KRW) 및 BTC`. Blanks alone do not separate: in
 * `BTC KRW 마켓` a coin stands before a market. Read letter by letter, in numbers: patterns for it cost several times as much after a
 * silence. Texts in small letters.
 */
import { KOREAN_QUOTES, QUOTES, quoteNamed } from './quotes.ts';

export interface CurrencyList {
  /** Places in the text. */
  readonly from: number;
  readonly end: number;
  /** In capitals, each once. */
  readonly quotes: readonly string[];
  /** Where the last currency begins; -1: the list ends with a second name in brackets. */
  readonly lastFrom: number;
  readonly lastName: string;
}

/** Of a longer one, the last ones. */
const MOST = 13;
const LONGEST_WORD = 6;

const isLatin = (code: number): boolean => (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39);
const isHangul = (code: number): boolean => code >= 0xac00 && code <= 0xd7a3;

const BLANK = 0x20;
const OPEN = 0x28;
const CLOSE = 0x29;

/** 0 outside of it. */
export const codeAt = (text: string, at: number): number =>
  at >= 0 && at < text.length ? text.charCodeAt(at) : 0;

/** Behind one blank, if one is there. */
export const afterBlank = (text: string, at: number): number => (codeAt(text, at) === BLANK ? at + 1 : at);
/** Before one blank that ends at a place, if one is there. */
export const beforeBlank = (text: string, end: number): number =>
  codeAt(text, end - 1) === BLANK ? end - 1 : end;

/** A number of its own for each word of at most `LONGEST_WORD` letters and digits: 37 ^ 6 < 2 ^ 32. */
const withLetter = (word: number, code: number): number =>
  (Math.imul(word, 37) + (code > 0x39 ? code - 86 : code - 47)) | 0;

const SLOTS = 512;
const SLOT_BITS = SLOTS - 1;
const WORDS = new Int32Array(SLOTS);
const NAMES: string[] = Array.from({ length: SLOTS }, () => '');
for (const quote of QUOTES) {
  let word = 0;
  for (const letter of quote) word = withLetter(word, letter.charCodeAt(0));
  let slot = word & SLOT_BITS;
  while (WORDS[slot] !== 0) slot = (slot + 1) & SLOT_BITS;
  WORDS[slot] = word;
  NAMES[slot] = quoteNamed(quote);
}
const KOREAN = Array.from(KOREAN_QUOTES, ([word, name]) => ({ word, first: word.charCodeAt(0), name }));

/** The next list that begins at `from` or later. */
export function listFrom(lower: string, from: number): CurrencyList | undefined {
  for (let at = from; at < lower.length; at++) {
    if (readCurrency(lower, at)) return listAt(lower, at);
    // Not within a word.
    while (isLatin(codeAt(lower, at)) && isLatin(codeAt(lower, at + 1))) at++;
  }
  return undefined;
}

function listAt(lower: string, from: number): CurrencyList {
  const begins: number[] = [];
  const quotes: string[] = [];
  let end = from;
  let lastFrom = from;
  let lastName = '';
  for (let at = from; readCurrency(lower, at); at = afterSeparator(lower, end)) {
    begins.push(at);
    end = readEnd;
    lastFrom = at;
    lastName = readName;
    if (!quotes.includes(readName)) quotes.push(readName);
    if (!readSecondName(lower, end)) continue;
    end = readEnd;
    lastFrom = -1;
    if (!quotes.includes(readName)) quotes.push(readName);
  }
  const begin = begins.at(-MOST);
  if (begin !== undefined && begin !== from) return listAt(lower, begin);
  return { from, end, quotes, lastFrom, lastName };
}

/** Of the currency that was read last: results without an object for each. */
let readEnd = 0;
let readName = '';

/** In brackets: `원화(KRW)`. */
function readSecondName(lower: string, from: number): boolean {
  const open = afterBlank(lower, from);
  if (codeAt(lower, open) !== OPEN || !readCurrency(lower, afterBlank(lower, open + 1))) return false;
  const close = afterBlank(lower, readEnd);
  readEnd = close + 1;
  return codeAt(lower, close) === CLOSE;
}

/** One currency, whole. */
function readCurrency(lower: string, at: number): boolean {
  const code = codeAt(lower, at);
  const before = codeAt(lower, at - 1);
  if (isLatin(code)) return !isLatin(before) && readLatin(lower, at);
  return isHangul(code) && !isHangul(before) && readKorean(lower, at, code);
}

function readLatin(lower: string, from: number): boolean {
  let word = 0;
  let end = from;
  for (let code = codeAt(lower, end); isLatin(code); code = codeAt(lower, end)) {
    if (end - from === LONGEST_WORD) return false;
    word = withLetter(word, code);
    end++;
  }
  let slot = word & SLOT_BITS;
  while (WORDS[slot] !== word) {
    if (WORDS[slot] === 0) return false;
    slot = (slot + 1) & SLOT_BITS;
  }
  readEnd = end;
  readName = NAMES[slot] ?? '';
  return true;
}

function readKorean(lower: string, at: number, code: number): boolean {
  for (const { word, first, name } of KOREAN)
    if (first === code && lower.startsWith(word, at)) {
      readEnd = at + word.length;
      readName = name;
      return true;
    }
  return false;
}

/** The end of the text where there is none. */
function afterSeparator(lower: string, from: number): number {
  const at = afterBlank(lower, from);
  const length = lengthOfSeparator(lower, at);
  if (length === 0) return lower.length;
  const next = afterBlank(lower, at + length);
  return lower.startsWith('and ', next) ? next + 4 : next;
}

const ONE_LETTER: ReadonlySet<number> = new Set(Array.from(',·/&+및와과', (char) => char.charCodeAt(0)));
const SMALL_A = 0x61;
const SMALL_O = 0x6f;

function lengthOfSeparator(lower: string, at: number): number {
  const code = codeAt(lower, at);
  if (ONE_LETTER.has(code)) return 1;
  if (code === SMALL_A) return lower.startsWith('and', at) ? 3 : 0;
  return code === SMALL_O && lower.startsWith('or', at) ? 2 : 0;
}
