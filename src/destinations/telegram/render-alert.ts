/** An alert on Telegram: the headline in bold, the rest as it is. */
import type { AlertContent } from '../../delivery/content.ts';
import { cutText } from '../presentation-cut.ts';
import type { TelegramMessage } from './message.ts';
import type { TelegramOptions } from './options.ts';
import { escapeHtml } from './render-markup.ts';
import { fitHtml, LONGEST_TEXT } from './truncate.ts';

export function renderTelegramAlert(
  { silent }: Pick<TelegramOptions, 'silent'>,
  { alert: { headline, paragraphs } }: Pick<AlertContent, 'alert'>,
): TelegramMessage {
  const html = [`<b>${escapeHtml(headline)}</b>`, ...paragraphs.map((paragraph) => escapeHtml(paragraph))];
  const plain = [headline, ...paragraphs].join('\n\n').toWellFormed();
  return { text: fitHtml(html.join('\n\n')), plain: cutText(plain, LONGEST_TEXT), buttons: [], silent };
}
