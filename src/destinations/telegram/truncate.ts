/**
 * Keeps Telegram HTML within its limit, which counts what is left after parsing, in UTF-16 units: cut
 * between characters, never inside a tag or an entity, and everything open is closed.
 * https://core.telegram.org/bots/api#sendmessage
 */
import { boundaryBefore, ELLIPSIS } from '../presentation-cut.ts';
import { markupTokens, visibleText } from './render-markup.ts';

export const LONGEST_TEXT = 4096;

/** Throws `MarkupProblem` when `html` is too long and not sound. */
export function fitHtml(html: string, limit: number = LONGEST_TEXT): string {
  // The visible text is never longer than its source.
  if (html.length <= limit) return html;
  const visible = visibleText(html);
  if (visible.length <= limit) return html;

  let left = boundaryBefore(visible, limit - ELLIPSIS.length);
  let fitted = '';
  const open: string[] = [];
  for (const { kind, name, source, text } of markupTokens(html)) {
    if (text.length > left) {
      // An entity is one character, so what is split here is plain text and its own source.
      if (kind === 'text') fitted += source.slice(0, left);
      break;
    }
    left -= text.length;
    fitted += source;
    if (kind === 'open') open.push(name);
    else if (kind === 'close') open.pop();
  }
  return (
    fitted +
    ELLIPSIS +
    open
      .reverse()
      .map((name) => `</${name}>`)
      .join('')
  );
}
