/**
 * Telegram HTML, read as strictly as Telegram reads it: which tags there are, what must be closed, what
 * counts as a character. https://core.telegram.org/bots/api#html-style
 */
import { escapeMarkup } from '../../platform/markup.ts';
import { orNearest } from '../../platform/suggest.ts';

/** A value inside Telegram HTML. Half a surrogate pair is no text that Telegram accepts; it becomes U+FFFD. */
export const escapeHtml = (text: string): string => escapeMarkup(text.toWellFormed());

const TAGS: ReadonlySet<string> = new Set(
  'b strong i em u ins s strike del span tg-spoiler a tg-emoji tg-time code pre blockquote'.split(' '),
);

/** `text` is what a reader sees: of `&amp;` one character; of a tag none. */
export interface MarkupToken {
  readonly kind: 'text' | 'entity' | 'open' | 'close';
  readonly source: string;
  readonly text: string;
  /** Of a tag, in lower case. */
  readonly name: string;
}

export class MarkupProblem extends Error {
  readonly index: number;

  constructor(message: string, index: number) {
    super(message);
    this.index = index;
  }
}

const TAG = /<(\/?)([a-z][a-z0-9-]*)((?:\s+[a-z-]+(?:="[^"]*"|='[^']*')?)*)\s*>/iy;
/** The only named ones; an unknown or unfinished entity is plain text. The semicolon may be missing. */
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|amp|quot)(?![a-z]));?/iy;
const PLAIN = /[^<&]+/y;
const NAMED: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
]);

/** Throws `MarkupProblem` at the first thing that Telegram would refuse. */
export function* markupTokens(html: string): Generator<MarkupToken, void> {
  const open: { readonly name: string; readonly index: number }[] = [];
  for (let index = 0; index < html.length; ) {
    const token = tokenAt(html, index);
    if (token.kind === 'open') open.push({ name: token.name, index });
    if (token.kind === 'close' && open.pop()?.name !== token.name)
      throw new MarkupProblem(`${token.source} closes what is not open`, index);
    yield token;
    index += token.source.length;
  }
  const last = open.pop();
  if (last !== undefined) throw new MarkupProblem(`<${last.name}> is never closed`, last.index);
}

function tokenAt(html: string, index: number): MarkupToken {
  if (html[index] === '<') return tagAt(html, index);
  if (html[index] === '&') return entityAt(html, index);
  PLAIN.lastIndex = index;
  const source = PLAIN.exec(html)?.[0] ?? '';
  return { kind: 'text', source, text: source, name: '' };
}

function tagAt(html: string, index: number): MarkupToken {
  TAG.lastIndex = index;
  const [source, slash, written = '', attributes] = TAG.exec(html) ?? [];
  const name = written.toLowerCase();
  if (source === undefined)
    throw new MarkupProblem(
      'this < begins no tag that Telegram can read: write &lt; for the sign itself, and quote attributes',
      index,
    );
  if (!TAGS.has(name))
    throw new MarkupProblem(
      `Telegram has no tag <${written}>${orNearest(name, TAGS)}; it has ${[...TAGS].join(', ')}`,
      index,
    );
  if (name === 'span' && slash === '' && !/class=["']tg-spoiler["']/i.test(attributes ?? ''))
    throw new MarkupProblem('Telegram knows span only as <span class="tg-spoiler">', index);
  return { kind: slash === '' ? 'open' : 'close', source, text: '', name };
}

function entityAt(html: string, index: number): MarkupToken {
  ENTITY.lastIndex = index;
  const [source = '&', decimal, hexadecimal, named] = ENTITY.exec(html) ?? [];
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal);
  const decoded =
    NAMED.get(named ?? '') ?? (code > 0 && code < 0x10ffff ? String.fromCodePoint(code) : undefined);
  return { kind: 'entity', source, text: decoded ?? source, name: '' };
}

/** The text that a reader sees. */
export function visibleText(html: string): string {
  let text = '';
  for (const token of markupTokens(html)) text += token.text;
  return text;
}
