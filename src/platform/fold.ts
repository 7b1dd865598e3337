/**
 * Text as two writers of the same words would agree on it, for telling whether they are the same; never for showing.
 * Composed or not (NFD, NFC), full width or half, capitals or not, which kind of blank and how many, and characters
 * that nobody sees make no difference.
 */
import { isPlainAndTidy } from './plain-text.ts';

const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cc}]/gu;

/** Of plain text only the capitals are written in two ways. */
export const folded = (text: string): string =>
  isPlainAndTidy(text) ? text.toLowerCase() : foldedInFull(text);

/** Of any text. */
export function foldedInFull(text: string): string {
  // Blanks first: a tab or a line break is one, and is a control character too.
  const plain = text.replace(/\s+/gu, ' ').normalize('NFKC').replace(INVISIBLE, '');
  return plain.toLowerCase().replace(/\s+/gu, ' ').trim();
}
