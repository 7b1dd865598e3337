/**
 * The rows of a table in one piece of memory: a hash table of UTF-16 texts. A thread hands it over without copying it,
 * the garbage collector never looks into it, and 100,000 symbols take about 5 MB.
 *
 * Layout, in 32-bit words: how many rows, how many slots (a power of two); then the slots, each 0 or 1 + the number of a
 * row; then for each row where its key and its value begin, and after the last row where the texts end; then the texts.
 * A value is one letter for its kind (`s`, `n`, `b`) and its text.
 */
import type { TableValue } from '../matching/table.ts';

const HEAD_WORDS = 2;

export class PackedTable {
  /** Keys are folded. The first of two that are the same counts. */
  static of(rows: ReadonlyMap<string, TableValue>): PackedTable {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(2, rows.size * 2)));
    let chars = 0;
    for (const [key, value] of rows) chars += key.length + 1 + String(value).length;
    const textsAt = HEAD_WORDS + slots + rows.size * 2 + 1;
    const bytes = new ArrayBuffer(textsAt * 4 + chars * 2);
    const words = new Uint32Array(bytes, 0, textsAt);
    const texts = new Uint16Array(bytes, textsAt * 4);
    words[0] = rows.size;
    words[1] = slots;
    let row = 0;
    let at = 0;
    const write = (text: string) => {
      for (let index = 0; index < text.length; index++) texts[at++] = text.charCodeAt(index);
    };
    for (const [key, value] of rows) {
      let slot = hashOf(key) & (slots - 1);
      while (words[HEAD_WORDS + slot] !== 0) slot = (slot + 1) & (slots - 1);
      words[HEAD_WORDS + slot] = row + 1;
      words[HEAD_WORDS + slots + row * 2] = at;
      write(key);
      words[HEAD_WORDS + slots + row * 2 + 1] = at;
      write(kindOf(value) + String(value));
      row++;
    }
    words[textsAt - 1] = at;
    return new PackedTable(bytes);
  }

  readonly bytes: ArrayBuffer;
  readonly size: number;
  readonly #words: Uint32Array;
  readonly #texts: Uint16Array;
  readonly #slots: number;
  readonly #placesAt: number;
  /** The last answer: rules and templates ask for the same ticker. */
  #lastKey: string | undefined;
  #lastRow = -1;

  /** Throws on bytes that are no such table: its size does not fit. */
  constructor(bytes: ArrayBuffer) {
    const [size = 0, slots = 0] = new Uint32Array(bytes, 0, HEAD_WORDS);
    const textsAt = HEAD_WORDS + slots + size * 2 + 1;
    const words = new Uint32Array(bytes, 0, textsAt);
    if (textsAt * 4 + (words[textsAt - 1] ?? 0) * 2 !== bytes.byteLength || (slots & (slots - 1)) !== 0)
      throw new Error('these bytes are no table');
    this.bytes = bytes;
    this.size = size;
    this.#slots = slots;
    this.#words = words;
    this.#texts = new Uint16Array(bytes, textsAt * 4);
    this.#placesAt = HEAD_WORDS + slots;
  }

  /** The same rows in the same order. */
  isSameAs({ bytes }: PackedTable): boolean {
    return this.bytes === bytes || Buffer.from(this.bytes).equals(Buffer.from(bytes));
  }

  has(folded: string): boolean {
    return this.#rowOf(folded) >= 0;
  }

  get(folded: string): TableValue | undefined {
    const row = this.#rowOf(folded);
    if (row < 0) return undefined;
    const start = this.#place(row * 2 + 1);
    return valueIn(this.#texts[start] ?? 0, this.#text(start + 1, this.#place(row * 2 + 2)));
  }

  get someKey(): string | undefined {
    return this.size === 0 ? undefined : this.#text(this.#place(0), this.#place(1));
  }

  *keys(): Generator<string> {
    for (let row = 0; row < this.size; row++)
      yield this.#text(this.#place(row * 2), this.#place(row * 2 + 1));
  }

  /** -1: it is not there. */
  #rowOf(folded: string): number {
    if (folded !== this.#lastKey) {
      this.#lastRow = this.#foundRow(folded);
      this.#lastKey = folded;
    }
    return this.#lastRow;
  }

  #foundRow(folded: string): number {
    const mask = this.#slots - 1;
    for (let slot = hashOf(folded) & mask; ; slot = (slot + 1) & mask) {
      const row = (this.#words[HEAD_WORDS + slot] ?? 0) - 1;
      if (row < 0 || this.#isKey(row, folded)) return row;
    }
  }

  #isKey(row: number, folded: string): boolean {
    const start = this.#place(row * 2);
    const { length } = folded;
    if (this.#place(row * 2 + 1) - start !== length) return false;
    for (let index = 0; index < length; index++)
      if (this.#texts[start + index] !== folded.charCodeAt(index)) return false;
    return true;
  }

  #place(index: number): number {
    return this.#words[this.#placesAt + index] ?? 0;
  }

  /** One by one: they are short, and a view of them costs more after a silence. */
  #text(from: number, to: number): string {
    let text = '';
    for (let at = from; at < to; at++) text += String.fromCharCode(this.#texts[at] ?? 0);
    return text;
  }
}

export const EMPTY = PackedTable.of(new Map());

const kindOf = (value: TableValue): string =>
  typeof value === 'string' ? 's' : typeof value === 'number' ? 'n' : 'b';

const NUMBER = 'n'.charCodeAt(0);
const BOOLEAN = 'b'.charCodeAt(0);

function valueIn(kind: number, text: string): TableValue {
  if (kind === NUMBER) return Number(text);
  return kind === BOOLEAN ? text === 'true' : text;
}

/** FNV-1a, over UTF-16 units. http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
