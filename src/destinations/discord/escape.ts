/**
 * Values inside Discord Markdown: every character that Discord could read as markup gets a backslash,
 * also where it is harmless today. A `:` ends autolinks (`https\://`) and emoji names, a `.` list
 * numbers and bare invites. https://support.discord.com/hc/en-us/articles/210298617
 */
const MARKUP = /[\\*_~`|>#+\-[\]()<@:]|(?<!\d)\.|\.(?!\d)/g;

/** Discord looks for these two in the raw text, backslash or not; a zero-width space ends the word. */
const EVERYONE = /@(?=everyone|here)/gi;

/** Half a surrogate pair is no text that Discord accepts; it becomes U+FFFD. */
export function escapeMarkdown(text: string): string {
  return text.toWellFormed().replaceAll(MARKUP, '\\$&').replaceAll(EVERYONE, '@\u200B');
}
