/**
 * Text in one form, whatever a framework made of it on the way: percent, JSON, JavaScript and HTML escapes undone
 * (also where they are nested), non-ASCII as UTF-8 bytes. Each character still knows where it came from, so that
 * what is found here can be hidden there.
 */

/** One character for each byte. `place` maps a span of it (end exclusive) to the source; absent: they are the same. */
export interface Canonical {
  readonly bytes: string;
  readonly place?: (start: number, end: number) => SourceSpan;
}

/** Of the source, end exclusive. */
export type SourceSpan = readonly [start: number, end: number];

/** URL encoding of a URL-encoded JSON text in an HTML page: deeper nesting was not seen anywhere. */
const DEEPEST = 4;

const ESCAPE =
  /%([0-9a-f]{2})|\\u\{([0-9a-f]{1,6})\}|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|\\([^ux])|&#x([0-9a-f]{1,6});?|&#(\d{1,7});?|&([a-z]{2,7});/gi;

/** https://html.spec.whatwg.org/multipage/named-characters.html: those of ASCII that escaping functions write. */
const NAMED: Readonly<Record<string, string>> = {
  ...{
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    sol: '/',
    bsol: '\\',
    equals: '=',
    plus: '+',
    colon: ':',
  },
  ...{
    period: '.',
    lowbar: '_',
    num: '#',
    quest: '?',
    percnt: '%',
    commat: '@',
    semi: ';',
    comma: ',',
    excl: '!',
  },
  ...{
    dollar: '$',
    ast: '*',
    lpar: '(',
    rpar: ')',
    hyphen: '-',
    dash: '-',
    nbsp: ' ',
    grave: '`',
    vert: '|',
  },
};

const LETTERS = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' } as const;

/** The text as it stands, and after each level of escapes: what looks like one may also be none. */
export const canonical = (text: string): readonly Canonical[] => unescaped(asBytes(text));

/** The form itself, then the same with escapes undone, as deep as they go. */
export function unescaped(form: Canonical): readonly Canonical[] {
  const forms = [form];
  for (
    let next = unescapeOnce(form);
    next !== undefined && forms.length <= DEEPEST;
    next = unescapeOnce(next)
  )
    forms.push(next);
  return forms;
}

/** Where a part of the canonical form stands in the source. */
export const sourceOf = ({ place }: Canonical, start: number, end: number): SourceSpan =>
  place?.(start, end) ?? [start, end];

/** Made of a form: byte `i` came from `first(i)` to `last(i)`, end exclusive, of it. */
export function derived(
  form: Canonical,
  bytes: string,
  first: (index: number) => number,
  last: (index: number) => number,
): Canonical {
  return {
    bytes,
    place: (start, end) => sourceOf(form, first(start), Math.min(last(end - 1), form.bytes.length)),
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const ASCII = /^[\x00-\x7f]*$/;

function asBytes(text: string): Canonical {
  if (ASCII.test(text)) return { bytes: text };
  const builder = new Builder(text.length * 3);
  for (let at = 0; at < text.length; ) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    builder.add(utf8(ASCII.test(character) ? character : character.toLowerCase()), at, at + character.length);
    at += character.length;
  }
  return builder.form();
}

const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

/** `undefined`: there is nothing to undo. */
function unescapeOnce(form: Canonical): Canonical | undefined {
  const { bytes } = form;
  if (!/[%\\&]/.test(bytes)) return undefined;
  const builder = new Builder(bytes.length);
  let copied = 0;
  for (const match of bytes.matchAll(ESCAPE)) {
    const meant = meaning(match);
    if (meant === undefined) continue;
    for (; copied < match.index; copied++)
      builder.add(bytes.charAt(copied), ...sourceOf(form, copied, copied + 1));
    copied = match.index + match[0].length;
    builder.add(meant, ...sourceOf(form, match.index, copied));
  }
  if (copied === 0) return undefined;
  for (; copied < bytes.length; copied++)
    builder.add(bytes.charAt(copied), ...sourceOf(form, copied, copied + 1));
  return builder.form();
}

function meaning([, percent, braced, unit, hex, letter, htmlHex, htmlDecimal, name]: RegExpExecArray):
  | string
  | undefined {
  const byte = percent ?? hex;
  if (byte !== undefined) return String.fromCharCode(Number.parseInt(byte, 16));
  const code = braced ?? unit ?? htmlHex;
  if (code !== undefined) return ofCodePoint(Number.parseInt(code, 16));
  if (htmlDecimal !== undefined) return ofCodePoint(Number(htmlDecimal));
  if (letter !== undefined) return LETTERS[letter as keyof typeof LETTERS] ?? letter;
  return NAMED[name?.toLowerCase() ?? ''];
}

const ofCodePoint = (code: number) => (code <= 0x10_ff_ff ? utf8(String.fromCodePoint(code)) : undefined);

class Builder {
  #bytes = '';
  readonly #from: Int32Array;
  readonly #to: Int32Array;

  /** No more bytes than that will be added. */
  constructor(most: number) {
    this.#from = new Int32Array(most);
    this.#to = new Int32Array(most);
  }

  add(bytes: string, start: number, end: number): void {
    this.#from.fill(start, this.#bytes.length, this.#bytes.length + bytes.length);
    this.#to.fill(end, this.#bytes.length, this.#bytes.length + bytes.length);
    this.#bytes += bytes;
  }

  form(): Canonical {
    const [from, to] = [this.#from, this.#to];
    return { bytes: this.#bytes, place: (start, end) => [from[start] ?? 0, to[end - 1] ?? 0] };
  }
}
