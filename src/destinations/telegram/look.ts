/** A `sendMessage` call as the message that people see. */
import type { Inline, Look } from '../look.ts';
import { markupTokens } from './render-markup.ts';

/** The part of the call that is seen. */
export interface TelegramCall {
  readonly text: string;
  readonly disable_notification?: boolean;
  readonly reply_markup?: { readonly inline_keyboard: readonly (readonly TelegramLink[])[] };
}

interface TelegramLink {
  readonly text: string;
  readonly url: string;
}

const MARKS = {
  b: 'strong',
  strong: 'strong',
  i: 'em',
  em: 'em',
  u: 'u',
  ins: 'u',
  s: 's',
  strike: 's',
  del: 's',
  code: 'code',
  pre: 'code',
  blockquote: 'quote',
  'tg-spoiler': 'spoiler',
  span: 'spoiler',
} as const;

export const telegramLook = ({ text, disable_notification = false, reply_markup }: TelegramCall): Look => ({
  skin: 'telegram',
  text: inlinesIn(text),
  cards: [],
  buttons: (reply_markup?.inline_keyboard ?? []).flat(),
  isSilent: disable_notification,
});

/** Throws `MarkupProblem` on what Telegram would refuse; a message that was rendered has none of it. */
function inlinesIn(html: string): readonly Inline[] {
  const root: Inline[] = [];
  const open: Inline[][] = [root];
  for (const { kind, name, source, text } of markupTokens(html)) {
    const inside = open.at(-1) ?? root;
    if (kind === 'close') open.pop();
    else if (kind === 'open') {
      const of: Inline[] = [];
      const url = name === 'a' ? hrefIn(source) : undefined;
      const mark = (MARKS as Readonly<Record<string, (typeof MARKS)[keyof typeof MARKS]>>)[name];
      if (url !== undefined) inside.push({ mark: 'link', url, of });
      else if (mark !== undefined) inside.push({ mark, of });
      open.push(url === undefined && mark === undefined ? inside : of);
    } else inside.push(text);
  }
  return root;
}

const hrefIn = (tag: string): string | undefined => {
  const [, double, single] = /\shref=(?:"([^"]*)"|'([^']*)')/.exec(tag) ?? [];
  return (double ?? single)
    ?.replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
};
