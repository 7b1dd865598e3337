/** Takes a pattern apart into characters, classes and their counts, if it is one that can be read in one way (`straight-pattern.ts`). */

/** One character, or a class of them, and how often. */
export interface Atom {
  /** By ASCII code, 1: it is in it. */
  readonly ascii: Uint8Array;
  /** Of the other characters `NONE`, `ALL`, or the one with this code. */
  readonly other: number;
  readonly least: number;
  readonly most: number;
}

/** Places of atoms; `end` is behind the last. */
export interface Group {
  readonly begin: number;
  end: number;
}

export interface StraightParts {
  readonly atoms: readonly Atom[];
  /** In the order in which they open. */
  readonly groups: readonly Group[];
}

export const ASCII = 128;
export const NONE = -1;
export const ALL = -2;

/** Their tables are small enough to be near. */
const MOST_ATOMS = 24;
/** More than any text has characters. */
const MANY = 0x3fffffff;

const OPENING = /^\((?:\?(?::|P?<\w+>))?/;
const COUNT = /^(?:([*+?])|\{(\d{1,3})(?:(,)(\d{0,3}))?\})/;
const CLASS = /^\[(\^?)([^[\]]+)\]/;
/** Of a class; a dash stands between two characters, or is escaped. */
const PART = /^(?:\\([dsw])|(\\[^\w\s]|[^\\^&~-])(?:-(\\[^\w\s]|[^\\^&~-]))?)/;
const ONE = /^(?:\\([dsw])|(\.)|(\\[^\w\s]|[^\\^$|?*+()[\]{}]))/;

/** `undefined`: it is of another kind. `source`: well formed; without case. */
export function straightParts(source: string): StraightParts | undefined {
  const reader = new Reader(source);
  return reader.read() && hasOneWay(reader.atoms) ? reader : undefined;
}

class Reader implements StraightParts {
  readonly atoms: Atom[] = [];
  readonly groups: Group[] = [];
  readonly #open: (Group | undefined)[] = [];
  #rest: string;

  constructor(source: string) {
    this.#rest = source;
  }

  /** False: there is something else in it. */
  read(): boolean {
    while (this.#rest !== '') {
      if (this.atoms.length > MOST_ATOMS) return false;
      const isRead = this.#rest.startsWith(')') ? this.#close() : this.#opens() || this.#atom();
      if (!isRead) return false;
    }
    return this.atoms.length > 0;
  }

  #opens(): boolean {
    const opening = this.#take(OPENING);
    if (opening === undefined) return false;
    const group = opening[0].endsWith(':') ? undefined : { begin: this.atoms.length, end: 0 };
    if (group !== undefined) this.groups.push(group);
    this.#open.push(group);
    return true;
  }

  /** A group that is repeated can be read in several ways. */
  #close(): boolean {
    this.#rest = this.#rest.slice(1);
    const group = this.#open.pop();
    if (group !== undefined) group.end = this.atoms.length;
    return !COUNT.test(this.#rest);
  }

  #atom(): boolean {
    const chars = this.#class() ?? this.#one();
    if (chars === undefined) return false;
    const [all, mark, least, comma, most] = this.#take(COUNT) ?? [];
    // As little as possible, or a count of counts.
    if (all !== undefined && /^[?*+{]/.test(this.#rest)) return false;
    this.atoms.push({ ...chars, ...timesOf(mark, least, comma, most) });
    return true;
  }

  #class(): Chars | undefined {
    const found = this.#take(CLASS);
    if (found === undefined) return undefined;
    const [, negation, inside = ''] = found;
    const chars = new Uint8Array(ASCII);
    for (let rest = inside; rest !== ''; ) {
      const part = PART.exec(rest);
      if (part === null) return undefined;
      const [all, letter, from, to = from] = part;
      if (letter !== undefined) addNamed(chars, letter);
      else if (!addRange(chars, plain(from), plain(to))) return undefined;
      rest = rest.slice(all.length);
    }
    foldCase(chars);
    if (negation === '') return { ascii: chars, other: NONE };
    return { ascii: chars.map((is) => 1 - is), other: ALL };
  }

  #one(): Chars | undefined {
    const [, letter, any, char] = this.#take(ONE) ?? [];
    const ascii = new Uint8Array(ASCII);
    if (any !== undefined) return { ascii: ascii.map((_, code) => (code === LINE_END ? 0 : 1)), other: ALL };
    if (letter !== undefined) addNamed(ascii, letter);
    else if (char === undefined) return undefined;
    else {
      const code = plain(char);
      if (code >= ASCII) return hasNoCase(code) ? { ascii, other: code } : undefined;
      ascii[code] = 1;
    }
    foldCase(ascii);
    return { ascii, other: NONE };
  }

  #take(form: RegExp): RegExpExecArray | undefined {
    const found = form.exec(this.#rest) ?? undefined;
    if (found !== undefined) this.#rest = this.#rest.slice(found[0].length);
    return found;
  }
}

type Chars = Pick<Atom, 'ascii' | 'other'>;

const LINE_END = 0x0a;

/** Of a character, escaped or not. */
const plain = (char = ''): number => char.charCodeAt(char.length - 1);

/** Hangul syllables, kana, ideographs and their marks. */
const hasNoCase = (code: number): boolean =>
  (code >= 0x3000 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3);

function addRange(chars: Uint8Array, from: number, to: number): boolean {
  if (to >= ASCII || to < from) return false;
  chars.fill(1, from, to + 1);
  return true;
}

function addNamed(chars: Uint8Array, letter: string): void {
  const members = { d: /\d/, s: /[\t\n\f\r ]/, w: /\w/ }[letter];
  for (let code = 0; code < ASCII; code++) if (members?.test(String.fromCharCode(code))) chars[code] = 1;
}

function foldCase(chars: Uint8Array): void {
  for (let capital = 0x41; capital <= 0x5a; capital++) {
    const is = (chars[capital] ?? 0) | (chars[capital + 0x20] ?? 0);
    chars[capital] = is;
    chars[capital + 0x20] = is;
  }
}

function timesOf(
  mark: string | undefined,
  least: string | undefined,
  comma: string | undefined,
  most: string | undefined,
): Pick<Atom, 'least' | 'most'> {
  if (mark !== undefined) return { least: mark === '+' ? 1 : 0, most: mark === '?' ? 1 : MANY };
  if (least === undefined) return { least: 1, most: 1 };
  if (comma === undefined) return { least: Number(least), most: Number(least) };
  return { least: Number(least), most: most === '' ? MANY : Number(most) };
}

/** Whether a repetition ends where nothing that may follow could be one more of it. */
function hasOneWay(atoms: readonly Atom[]): boolean {
  return atoms.every((atom, place) => {
    if (atom.least === atom.most) return true;
    for (const next of atoms.slice(place + 1)) {
      if (overlap(atom, next)) return false;
      if (next.least > 0) return true;
    }
    return true;
  });
}

function overlap(one: Atom, other: Atom): boolean {
  if (one.ascii.some((is, code) => is === 1 && other.ascii[code] === 1)) return true;
  return (
    one.other !== NONE &&
    other.other !== NONE &&
    (one.other === ALL || other.other === ALL || one.other === other.other)
  );
}
