/** Values inside Telegram HTML, as text or in a quoted attribute. https://core.telegram.org/bots/api#html-style */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Half a surrogate pair is no text that Telegram accepts; it becomes U+FFFD. */
export function escapeHtml(text: string): string {
  return text.toWellFormed().replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}
