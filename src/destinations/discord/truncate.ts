/**
 * Keeps Discord Markdown within a limit (which counts the raw text, backslashes and all): cut between
 * characters, never between a backslash and what it escapes, never inside a link or a mention, and a
 * code block that is cut is closed.
 */
import { boundaryBefore, ELLIPSIS } from '../presentation-cut.ts';

const FENCE = '```';
const CLOSING = `\n${FENCE}`;

export function cutMarkdown(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const start = soundStart(text, limit - ELLIPSIS.length);
  if (!endsInFence(start)) return start + ELLIPSIS;
  const shorter = soundStart(text, limit - ELLIPSIS.length - CLOSING.length);
  return shorter + ELLIPSIS + (endsInFence(shorter) ? CLOSING : '');
}

/** A masked link, a bare one, or a `<…>` that has begun and not ended. */
const HALF_LINK = /(?:(?:\[[^[\]\n]*\]\()?<?https?:\/\/\S*|(?<!\\)<[^<>\s]*)$/;

/** The longest beginning of `text` within `limit` that breaks nothing. */
function soundStart(text: string, limit: number): string {
  let end = boundaryBefore(text, limit);
  if (/\S/.test(text.charAt(end))) end = HALF_LINK.exec(text.slice(0, end))?.index ?? end;
  // Backticks mean something by their number: all of a run, or none.
  while (end > 0 && text[end] === '`' && text[end - 1] === '`') end -= 1;
  return text.slice(0, endsInBackslash(text, end) ? end - 1 : end);
}

function endsInBackslash(text: string, end: number): boolean {
  let start = end;
  while (text[start - 1] === '\\') start -= 1;
  return (end - start) % 2 === 1;
}

function endsInFence(text: string): boolean {
  const fences = text.match(/\\.|```/gs)?.filter((found) => found === FENCE) ?? [];
  return fences.length % 2 === 1;
}
