/** Values inside Telegram HTML. https://core.telegram.org/bots/api#html-style */
import { escapeMarkup } from '../../platform/markup.ts';

/** Half a surrogate pair is no text that Telegram accepts; it becomes U+FFFD. */
export const escapeHtml = (text: string): string => escapeMarkup(text.toWellFormed());
