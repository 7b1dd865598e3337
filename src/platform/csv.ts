/**
 * CSV by RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180), for spreadsheets too: no text of others in it is a formula there
 * (https://owasp.org/www-community/attacks/CSV_Injection), and none is a command to a terminal.
 */
import { printableLines } from './printable.ts';

/** Absent values are empty. */
export type Cell = string | number | boolean | undefined;

/** The beginnings that a spreadsheet evaluates, also behind blanks and in full width. */
const FORMULA = /^[\s\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20|]|^[\t\r\n]/;

const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

/** One record with its end of line. Of a text that a spreadsheet would evaluate the first character is an apostrophe. */
export const csvRecord = (cells: readonly Cell[]): string => `${cells.map(cellText).join(',')}\r\n`;

function cellText(cell: Cell): string {
  if (cell === undefined) return '';
  // A number of ours may be negative.
  if (typeof cell !== 'string') return String(cell);
  const harmless = FORMULA.test(cell) ? `'${cell}` : cell;
  const text = printableLines(harmless);
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
