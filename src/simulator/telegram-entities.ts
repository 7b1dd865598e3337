/**
 * Telegram's HTML as the Bot API parses it: the allowed tags only, properly nested, entities decoded.
 * Gives the text that people see, or the platform's own words for what is wrong with it.
 * https://core.telegram.org/bots/api#html-style; wording and byte offsets as in tdlib's `parse_html`.
 */
export type ParsedHtml =
  | { readonly ok: true; readonly text: string; readonly entities: number }
  | { readonly ok: false; readonly problem: string };

const TAGS = new Set(
  'a b strong i em u ins s strike del span tg-spoiler tg-emoji code pre blockquote'.split(' '),
);
/** Every other named entity stays as it is written. */
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|amp|quot));/gi;
const TAG = /^<(\/?)([a-z0-9-]*)((?:\s+[a-z][\w-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[\w.-]+))?)*)\s*>/i;
const LAST_CODE_POINT = 0x10ffff;

export function parseHtml(html: string): ParsedHtml {
  const open: string[] = [];
  let text = '';
  let entities = 0;
  let at = 0;
  while (at < html.length) {
    const next = html.indexOf('<', at);
    text += decodeEntities(html.slice(at, next < 0 ? html.length : next));
    if (next < 0) break;
    const tag = readTag(html, next);
    const flaw = tag.isEnd ? endFlaw(tag, open.pop()) : startFlaw(tag);
    if (flaw !== undefined) return refused(flaw);
    if (!tag.isEnd) {
      open.push(tag.name);
      entities += 1;
    }
    at = next + tag.length;
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) return refused(`Can't find end tag corresponding to start tag "${unclosed}"`);
  return { ok: true, text, entities };
}

interface Tag {
  readonly name: string;
  readonly isEnd: boolean;
  readonly attributes: string;
  /** 0 when it is not a well-formed tag. */
  readonly length: number;
  /** Telegram counts in bytes. */
  readonly where: string;
}

function readTag(html: string, at: number): Tag {
  const rest = html.slice(at);
  const tag = TAG.exec(rest);
  return {
    name: (tag?.[2] ?? /^<\/?([^\s>]*)/.exec(rest)?.[1] ?? '').toLowerCase(),
    isEnd: rest[1] === '/',
    attributes: tag?.[3] ?? '',
    length: tag?.[0].length ?? 0,
    where: `at byte offset ${Buffer.byteLength(html.slice(0, at))}`,
  };
}

function startFlaw({ name, attributes, length, where }: Tag): string | undefined {
  if (!TAGS.has(name)) return `Unsupported start tag "${name}" ${where}`;
  if (length === 0) return `Unclosed start tag ${where}`;
  if (name === 'span' && !/class\s*=\s*["']?tg-spoiler/i.test(attributes))
    return `Tag "span" must have class "tg-spoiler" ${where}`;
  return undefined;
}

function endFlaw({ name, length, where }: Tag, expected: string | undefined): string | undefined {
  if (length === 0 || expected === undefined) return `Unexpected end tag ${where}`;
  return name === expected
    ? undefined
    : `Unmatched end tag ${where}, expected "</${expected}>", found "</${name}>"`;
}

function refused(what: string): ParsedHtml {
  return { ok: false, problem: `can't parse entities: ${what}` };
}

function decodeEntities(text: string): string {
  return text.replace(ENTITY, (whole, decimal?: string, hex?: string, named?: string) => {
    if (named !== undefined) return NAMED[named.toLowerCase()] ?? whole;
    const codePoint = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return codePoint > 0 && codePoint <= LAST_CODE_POINT ? String.fromCodePoint(codePoint) : whole;
  });
}
