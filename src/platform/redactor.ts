/**
 * Removes secrets from text that we did not write (receivers, proxies and libraries quote what they were sent): whole or
 * cut anywhere, in the encodings that frameworks write, in either case, broken over lines.
 *
 * Every run of `WINDOW` characters of every secret is indexed. A place of the text that is in the index is part of a
 * secret; neighbouring places join. The cost is linear in the text and does not grow with the number of secrets.
 */
import { type Canonical, canonical, derived, type SourceSpan, sourceOf, unescaped } from './canonical.ts';
import { decodedRuns } from './encoded-runs.ts';
import { REDACTED, type Redactor } from './secret.ts';
import { type Steps, whole } from './steps.ts';

/** So many characters in a row, digits and letters mixed, are no coincidence (36^6 = 2 × 10⁹). */
const WINDOW = 6;
/** So many are none in a word or a number either. */
const LONG_WINDOW = 8;
/** Shorter secrets cannot be distinguished from other text. */
const SHORTEST = 4;

/** Plain data. */
export interface SecretWords {
  /** Hidden at any cut. */
  readonly parts: readonly string[];
  /** An address, say, whose host may be shown: hidden only where it is quoted whole. */
  readonly wholes: readonly string[];
  /** Readable where they stand alone, though they may also be a part or whole of a secret (`/trading-bot-2`). */
  readonly names: readonly string[];
}

export const createRedactor = (
  parts: Iterable<string>,
  wholes: Iterable<string> = [],
  names: Iterable<string> = [],
): Redactor => whole(redactorInSteps({ parts: [...parts], wholes: [...wholes], names: [...names] }));

/** The same, a secret in a step. */
export function* redactorInSteps(words: SecretWords): Steps<Redactor> {
  const index = new Index();
  for (const part of words.parts) {
    index.addPart(part);
    yield;
  }
  for (const whole of words.wholes) {
    index.addWhole(whole);
    yield;
  }
  const names = new Set(words.names);
  if (index.isEmpty) return (text) => text;
  return (text) => (names.has(text) ? text : hide(text, outside(names, text, index.find(text))));
}

/** Without the places that lie in a name. */
function outside(names: ReadonlySet<string>, text: string, places: Places): Places {
  if (places.length === 0) return places;
  const named: Places = [];
  for (const name of names)
    for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
      const place: SourceSpan = [at, at + name.length];
      if (standsAlone(text, place)) named.push(place);
    }
  return places.filter(([start, end]) => !named.some(([from, to]) => from <= start && end <= to));
}

const asItIs: Redactor = (key) => key;

/** Each string in a tree of values. Keys are ours, and what reads the result relies on them: `redactKey` is for others. */
export function redactValues(value: unknown, redact: Redactor, redactKey: Redactor = asItIs): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactValues(item, redact, redactKey));
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Map)
    return new Map([...value].map(([key, inner]) => [key, redactValues(inner, redact, redactKey)]));
  if (value instanceof Error) return redact(`${value.name}: ${value.message}`);
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return redactValues(value.toJSON(), redact, redactKey);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [redactKey(key), redactValues(inner, redact, redactKey)]),
  );
}

/** As `redactValues`, of plain trees with our own keys. A step is a text. */
export function* redactingValues(value: unknown, redact: Redactor): Steps<unknown> {
  if (typeof value === 'string') {
    yield;
    return redact(value);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) items.push(isLeaf(item) ? item : yield* redactingValues(item, redact));
    return items;
  }
  if (!isPlain(value)) return redactValues(value, redact);
  const safe: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value))
    safe[key] = isLeaf(inner) ? inner : yield* redactingValues(inner, redact);
  return safe;
}

const isLeaf = (value: unknown): boolean =>
  typeof value !== 'string' && (typeof value !== 'object' || value === null);

const isPlain = (value: object): boolean =>
  !(value instanceof Error) && !(value instanceof Map) && !('toJSON' in value);

type Places = SourceSpan[];

function hide(text: string, places: Places): string {
  if (places.length === 0) return text;
  let shown = '';
  let at = 0;
  let isOpen = false;
  for (const [start, end] of places.sort(([a], [b]) => a - b)) {
    if (start > at || !isOpen) shown += text.slice(at, Math.max(at, start)) + REDACTED;
    isOpen = true;
    at = Math.max(at, end);
  }
  return shown + text.slice(at);
}

class Index {
  readonly #windows = new Set<string>();
  /** Texts to be found whole, by their last window, and by their length: thousands of addresses may end alike. */
  readonly #wholes = new Map<string, Map<number, Set<string>>>();
  readonly #short = new Set<string>();
  /** Bit by hash: most places of a text are settled by one look. */
  #bits = new Uint8Array(1 << 13);
  #hashes = 0;

  get isEmpty(): boolean {
    return this.#windows.size === 0 && this.#wholes.size === 0 && this.#short.size === 0;
  }

  addPart(part: string): void {
    for (const { bytes } of canonical(part).map(comparable)) {
      if (bytes.length < LONG_WINDOW) this.#addShort(bytes);
      for (let at = 0; at + WINDOW <= bytes.length; at++) this.#addWindow(bytes.slice(at, at + WINDOW));
    }
  }

  addWhole(whole: string): void {
    for (const { bytes } of canonical(whole).map(comparable)) {
      if (bytes.length < LONG_WINDOW) this.#addShort(bytes);
      else this.#addLong(bytes);
    }
  }

  #addLong(bytes: string): void {
    const last = bytes.slice(-WINDOW);
    const alike = this.#wholes.get(last) ?? new Map<number, Set<string>>();
    this.#wholes.set(last, alike);
    alike.set(bytes.length, (alike.get(bytes.length) ?? new Set()).add(bytes));
    this.#mark(last);
  }

  /** A word of four letters would be hidden in innocent text too often. */
  #addShort(bytes: string): void {
    if (bytes.length >= WINDOW || (bytes.length >= SHORTEST && /\d/.test(bytes))) this.#short.add(bytes);
  }

  #addWindow(window: string): void {
    if (this.#windows.has(window)) return;
    this.#windows.add(window);
    this.#mark(window);
  }

  #mark(window: string): void {
    // Sparse, so that few places have to be looked up; grown by marking all again.
    if (++this.#hashes * 32 > this.#bits.length * 8) {
      this.#bits = new Uint8Array(this.#bits.length * 4);
      for (const known of [...this.#windows, ...this.#wholes.keys()]) this.#set(hashOf(known));
    }
    this.#set(hashOf(window));
  }

  #set(hash: number): void {
    const bit = hash & (this.#bits.length * 8 - 1);
    this.#bits[bit >>> 3] = (this.#bits[bit >>> 3] ?? 0) | (1 << (bit & 7));
  }

  #has(hash: number): boolean {
    const bit = hash & (this.#bits.length * 8 - 1);
    return ((this.#bits[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0;
  }

  find(text: string): Places {
    const places: Places = [];
    for (const form of canonical(text)) {
      this.#scan(comparable(form), text, places);
      for (const run of decodedRuns(form))
        for (const meant of unescaped(run)) this.#scan(comparable(meant), text, places);
    }
    return places;
  }

  #scan(form: Canonical, text: string, places: Places): void {
    this.#findShort(form, text, places);
    const { bytes } = form;
    let start = 0;
    let end = 0;
    for (const at of this.#candidates(bytes)) {
      const window = bytes.slice(at, at + WINDOW);
      for (const [length, wholes] of this.#wholes.get(window) ?? [])
        if (endsInOneOf(bytes, at + WINDOW, length, wholes))
          places.push(sourceOf(form, at + WINDOW - length, at + WINDOW));
      if (!this.#windows.has(window)) continue;
      if (at > end) {
        if (isTelling(bytes.slice(start, end))) places.push(sourceOf(form, start, end));
        start = at;
      }
      end = at + WINDOW;
    }
    if (isTelling(bytes.slice(start, end))) places.push(sourceOf(form, start, end));
  }

  /** Where a window may begin that is in the index. */
  *#candidates(bytes: string): Iterable<number> {
    let hash = 0;
    for (let at = 0; at < bytes.length; at++) {
      hash = (Math.imul(hash, FACTOR) + bytes.charCodeAt(at)) | 0;
      if (at >= WINDOW) hash = (hash - Math.imul(bytes.charCodeAt(at - WINDOW), LEAVING)) | 0;
      if (at + 1 >= WINDOW && this.#has(hash)) yield at + 1 - WINDOW;
    }
  }

  #findShort(form: Canonical, text: string, places: Places): void {
    const { bytes } = form;
    for (const short of this.#short)
      for (let at = bytes.indexOf(short); at !== -1; at = bytes.indexOf(short, at + 1)) {
        const place = sourceOf(form, at, at + short.length);
        if (standsAlone(text, place)) places.push(place);
      }
  }
}

const FEW = 16;

/** `wholes` have this length. A few are compared, which ends at the first difference; of many the part is looked up. */
function endsInOneOf(bytes: string, end: number, length: number, wholes: ReadonlySet<string>): boolean {
  if (length > end) return false;
  if (wholes.size > FEW) return wholes.has(bytes.slice(end - length, end));
  for (const whole of wholes) if (bytes.endsWith(whole, end)) return true;
  return false;
}

const FACTOR = 0x01_00_01_93;
/** FACTOR to the power of WINDOW: what a character has become when it leaves. */
const LEAVING = Array.from({ length: WINDOW }).reduce<number>((power) => Math.imul(power, FACTOR), 1);

function hashOf(window: string): number {
  let hash = 0;
  for (let at = 0; at < window.length; at++) hash = (Math.imul(hash, FACTOR) + window.charCodeAt(at)) | 0;
  return hash;
}

/** Of joined windows. */
const isTelling = (text: string) =>
  text.length >= LONG_WINDOW || (text.length >= WINDOW && /\d/.test(text) && /[a-z]/.test(text));

const standsAlone = (text: string, [start, end]: SourceSpan) =>
  !/\w/.test(text.charAt(start - 1)) && !/\w/.test(text.charAt(end));

/**
 * Blanks of every kind, the `+` of form encoding, and in UTF-8 what nobody sees (zero-width spaces, soft hyphens, marks
 * of direction): put in so that long words can be broken.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: blanks of every kind
const FILLING = /[\x00-\x20+]+|\xc2\xad|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf/g;

/** Without case and filling. */
function comparable(form: Canonical): Canonical {
  const { bytes } = form;
  const left = bytes.replace(FILLING, '');
  if (left.length === bytes.length) return { ...form, bytes: lowerCase(bytes) };
  const kept = new Int32Array(left.length);
  let count = 0;
  let from = 0;
  const keep = (to: number) => {
    while (from < to) kept[count++] = from++;
  };
  for (const { 0: filling, index } of bytes.matchAll(FILLING)) {
    keep(index);
    from = index + filling.length;
  }
  keep(bytes.length);
  return derived(
    form,
    lowerCase(left),
    (index) => kept[index] ?? 0,
    (index) => (kept[index] ?? 0) + 1,
  );
}

/** Of ASCII alone: the length stays. */
const lowerCase = (bytes: string) => bytes.replace(/[A-Z]+/g, (upper) => upper.toLowerCase());
