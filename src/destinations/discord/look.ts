/** A request to Discord as the message that people see. Of Markdown it knows what our forms and templates use; the rest stays text. */
import type { APIEmbed } from 'discord.js';
import type { Card, Inline, Look } from '../look.ts';
import { type DiscordBody, SUPPRESS_NOTIFICATIONS } from './message.ts';

export function discordLook(body: DiscordBody): Look {
  const { content, embeds = [], flags = 0 } = body;
  return {
    skin: 'discord',
    ...('username' in body && body.username !== undefined && { author: body.username }),
    text: markdownIn(content ?? ''),
    cards: (embeds ?? []).map(cardOf),
    buttons: [],
    isSilent: (Number(flags) & SUPPRESS_NOTIFICATIONS) !== 0,
  };
}

const cardOf = ({ color, title = '', url, description = '', fields = [], footer }: APIEmbed): Card => ({
  colour: color === undefined ? undefined : `#${color.toString(16).padStart(6, '0')}`,
  title: markdownIn(title),
  url,
  text: markdownIn(description),
  fields: fields.map(({ name, value }) => ({ name, value: markdownIn(value) })),
  footer: footer?.text,
});

/** In the order in which they are tried. `[mark, what opens and closes it]` */
const PAIRS = [
  ['strong', '**'],
  ['u', '__'],
  ['s', '~~'],
  ['spoiler', '||'],
  ['em', '*'],
  ['em', '_'],
] as const;

const LINK = /\[((?:\\.|[^\]\\])*)\]\((https?:\/\/[^\s)]+)\)/y;
const BARE_LINK = /<?(https?:\/\/[^\s<>]+)>?/y;
const MENTION = /<(?:@[&!]?|#)\d+>/y;
const CODE = /`([^`]+)`/y;

/** Marks that nest deeper than this stay text. */
const DEEPEST = 8;

/** Linear in the length of the text, but for marks that never close. */
export function markdownIn(text: string, depth = 0): readonly Inline[] {
  const found: Inline[] = [];
  let plain = '';
  const add = (inline: Inline, length: number): void => {
    if (plain !== '') found.push(plain);
    plain = '';
    found.push(inline);
    at += length;
  };
  let at = 0;
  while (at < text.length) {
    if (text[at] === '\\' && at + 1 < text.length) {
      plain += text[at + 1];
      at += 2;
      continue;
    }
    const marked = markedAt(text, at, depth);
    if (marked === undefined) plain += text[at++];
    else add(marked.inline, marked.length);
  }
  if (plain !== '') found.push(plain);
  return found;
}

interface Marked {
  readonly inline: Inline;
  readonly length: number;
}

function markedAt(text: string, at: number, depth: number): Marked | undefined {
  const [whole = '', words = '', url = ''] = matchAt(LINK, text, at);
  if (whole !== '')
    return { inline: { mark: 'link', url, of: markdownIn(words, depth + 1) }, length: whole.length };
  const [mention = ''] = matchAt(MENTION, text, at);
  if (mention !== '') return { inline: { mark: 'strong', of: [mention] }, length: mention.length };
  const [bare = '', address = ''] = matchAt(BARE_LINK, text, at);
  if (bare !== '') return { inline: { mark: 'link', url: address, of: [address] }, length: bare.length };
  const [code = '', inCode = ''] = matchAt(CODE, text, at);
  if (code !== '') return { inline: { mark: 'code', of: [inCode] }, length: code.length };
  return depth < DEEPEST ? pairAt(text, at, depth) : undefined;
}

function pairAt(text: string, at: number, depth: number): Marked | undefined {
  for (const [mark, sign] of PAIRS) {
    if (!text.startsWith(sign, at)) continue;
    const end = endOf(text, at + sign.length, sign);
    if (end === undefined) continue;
    const inner = text.slice(at + sign.length, end);
    return { inline: { mark, of: markdownIn(inner, depth + 1) }, length: end + sign.length - at };
  }
  return undefined;
}

/** Where `sign` closes what was opened before `from`: not behind a backslash, not at once. */
function endOf(text: string, from: number, sign: string): number | undefined {
  for (let end = text.indexOf(sign, from + 1); end >= 0; end = text.indexOf(sign, end + 1))
    if (text[end - 1] !== '\\' && !isPartOfLonger(text, end, sign)) return end;
  return undefined;
}

/** One of two asterisks closes no single one. */
const isPartOfLonger = (text: string, at: number, sign: string): boolean =>
  sign.length === 1 && (text[at - 1] === sign || text[at + 1] === sign);

function matchAt(pattern: RegExp, text: string, at: number): readonly string[] {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? [];
}
