/**
 * Text as rules compare it. Exchanges write `USDⓈ-M`, full-width letters and whatever a token is
 * called; people write rules on a keyboard. `fold` brings both to one form; patterns run on a
 * linear-time engine, so that no rule can stall the bridge whatever a title says.
 */
import type { RE2JS } from 're2js';
import { isPlain } from '../platform/plain-text.ts';
import { compilePattern, LONGEST_READ } from './pattern-work.ts';

/**
 * NFKC without case and outer blanks. Down, up and down again, because case pairs are not one to one
 * (`ẞ`, `ß` and `SS`); one sigma, because the lower one depends on its place in the word; normalised
 * again, because changing case can take text out of NFKC. Plain text is in NFKC: nothing but its capitals and outer blanks can change.
 */
export const fold = (text: string): string => (isPlain(text) ? text.toLowerCase().trim() : foldInFull(text));

/** Of any text. */
export function foldInFull(text: string): string {
  const lower = text.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase();
  return lower.replaceAll('ς', 'σ').normalize('NFKC').trim();
}

/** Where a text was cut: no character, so that a `$` does not take the place for the end. */
export const CUT = '\uffff';

const cut = (text: string, longest: number) => (text.length > longest ? text.slice(0, longest) + CUT : text);

/** A value of an announcement with its comparison forms, each made on first use. */
export class Text {
  readonly raw: string;
  readonly #longest: number;
  #folded: string | undefined;
  #compatible: string | undefined;
  #lowered: string | undefined;

  /** `longest`: characters that patterns look at. */
  constructor(raw: string, longest = LONGEST_READ) {
    this.raw = raw;
    this.#longest = longest;
  }

  get folded(): string {
    this.#folded ??= fold(this.raw);
    return this.#folded;
  }

  /** As it came, for patterns. */
  get searched(): string {
    return cut(this.raw, this.#longest);
  }

  /** NFKC with its case, for patterns. One character can become eighteen. */
  get compatible(): string {
    this.#compatible ??= this.#compatibleOf(this.searched);
    return this.#compatible;
  }

  #compatibleOf(searched: string): string {
    return isPlain(searched) ? searched : cut(searched.normalize('NFKC'), this.#longest + CUT.length);
  }

  /** As it came and its NFKC form, in small letters, for `plainWords`. */
  get lowered(): string {
    const { searched, compatible } = this;
    this.#lowered ??= small(searched === compatible ? searched : `${searched}\n${compatible}`);
    return this.#lowered;
  }
}

/** The engine takes the long s for an s; `toLowerCase` does not. */
const small = (text: string) => text.toLowerCase().replaceAll('ſ', 's');

/** ASCII and Hangul are enough for nearly every rule, and their letters have no odd relatives but K and ſ. */
const PLAIN_WORDS = /^[\w \-,:/가-힣]+(\|[\w \-,:/가-힣]+)*$/;

/** The words of a pattern like `KRW|원화`: without one of them in the text, the engine need not be asked. */
export function plainWords(source: string): readonly string[] | undefined {
  return PLAIN_WORDS.test(source) ? source.split('|').map(small) : undefined;
}

export function hasOneOf(words: readonly string[], lowered: string): boolean {
  for (const word of words) if (lowered.includes(word)) return true;
  return false;
}

/** Finds a regular expression anywhere in a text as it came or, failing that, in its NFKC form. */
export class Pattern {
  readonly #expression: RE2JS;
  /** Without one of them in the text (`Text.lowered`) it is not found; `undefined`: the engine must be asked. */
  readonly words: readonly string[] | undefined;
  #last: Text | undefined;
  #lastFound = false;

  /** Throws what RE2JS throws on a malformed expression, and `TooMuchWork`. */
  constructor(source: string) {
    // Some editors write Hangul and accents in parts (NFD); exchanges do not.
    const composed = source.normalize('NFC');
    this.#expression = compilePattern(composed);
    this.words = plainWords(composed);
  }

  /** Rules often share a pattern (see `sharedPattern`): the last answer is kept. */
  foundIn(text: Text): boolean {
    if (text !== this.#last) {
      this.#lastFound = this.#mayBeIn(text) && this.#isIn(text);
      this.#last = text;
    }
    return this.#lastFound;
  }

  #mayBeIn({ lowered }: Text): boolean {
    return this.words === undefined || hasOneOf(this.words, lowered);
  }

  #isIn(text: Text): boolean {
    return this.#expression.test(text.searched) || this.#isInCompatible(text);
  }

  #isInCompatible({ searched, compatible }: Text): boolean {
    return compatible !== searched && this.#expression.test(compatible);
  }
}

/** Case-insensitive equality with `*` for any run of characters. No backtracking: each part is taken where it first occurs. */
export function glob(wanted: string): (folded: string) => boolean {
  const parts = fold(wanted).split('*');
  const first = parts.shift() ?? '';
  const last = parts.pop();
  if (last === undefined) return (folded) => folded === first;
  const middle = parts.filter((part) => part !== '');
  return (folded) => {
    if (!folded.startsWith(first) || !folded.endsWith(last)) return false;
    let from = first.length;
    for (const part of middle) {
      const at = folded.indexOf(part, from);
      if (at < 0) return false;
      from = at + part.length;
    }
    // Ends that overlap (`ABA` for `AB*BA`) fail here.
    return from <= folded.length - last.length;
  };
}
