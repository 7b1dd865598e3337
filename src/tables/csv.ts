/** CSV as RFC 4180 has it, and as spreadsheets write it: quotes, line breaks in quotes, CRLF, `;` or a tab between fields. */

/** Separators of fields; the first line has most of the one that counts. */
const SEPARATORS = [',', ';', '\t', '|'] as const;

export interface CsvRecord {
  /** From 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** Lines without anything in them are left out. A quote that is never closed takes the rest of the file. */
export function* csvRecords(text: string): Iterable<CsvRecord> {
  const separator = separatorOf(text);
  let fields: string[] = [];
  let line = 1;
  let startLine = 1;
  for (let at = 0; at <= text.length; ) {
    const field = text[at] === '"' ? quoted(text, at, separator) : plain(text, at, separator);
    fields.push(field.value);
    line += field.lines;
    at = field.end + 1;
    if (text[field.end] === separator) continue;
    // CRLF is one end of a line.
    if (text[field.end] === '\r' && text[field.end + 1] === '\n') at++;
    if (fields.length > 1 || fields[0] !== '') yield { line: startLine, fields };
    fields = [];
    startLine = ++line;
  }
}

function separatorOf(text: string): string {
  const [first = ''] = text.split(/[\r\n]/, 1);
  const bare = first.replace(/"[^"]*"/g, '');
  const counted = SEPARATORS.map((separator) => ({ separator, count: bare.split(separator).length - 1 }));
  return counted.reduce((best, one) => (one.count > best.count ? one : best)).separator;
}

interface Field {
  readonly value: string;
  /** Where it ends: at a separator, at the end of a line, or of the text. */
  readonly end: number;
  /** Line breaks in it. */
  readonly lines: number;
}

const isEnd = (char: string | undefined, separator: string) =>
  char === undefined || char === separator || char === '\n' || char === '\r';

function plain(text: string, from: number, separator: string): Field {
  let end = from;
  while (!isEnd(text[end], separator)) end++;
  return { value: text.slice(from, end).trim(), end, lines: 0 };
}

function quoted(text: string, from: number, separator: string): Field {
  let close = from + 1;
  for (;;) {
    close = text.indexOf('"', close);
    if (close < 0) close = text.length;
    if (text[close + 1] !== '"') break;
    close += 2;
  }
  const inner = text.slice(from + 1, close);
  let end = Math.min(close + 1, text.length);
  while (!isEnd(text[end], separator)) end++;
  return { value: inner.replaceAll('""', '"').trim(), end, lines: inner.split('\n').length - 1 };
}
