/**
 * A `.env` file, read as the tools that people know would: shells, Compose, dotenv, PowerShell. Node's own parser cuts an
 * unquoted value at any `#`, fails on a byte order mark and drops lines without a message.
 */

export interface EnvEntry {
  readonly value: string;
  /** From 1. */
  readonly line: number;
  /** Why the value cannot be used. */
  readonly fault?: string | undefined;
}

export interface EnvRemark {
  readonly line: number;
  readonly message: string;
  readonly hint: string;
}

export interface EnvFile {
  readonly entries: ReadonlyMap<string, EnvEntry>;
  /** The lines in which a name stands in a comment. */
  readonly commentedOut: ReadonlyMap<string, number>;
  /** Never with a value in them. */
  readonly remarks: readonly EnvRemark[];
  /** The line that names it, comments aside, though it is no entry of its own: `NAME value`, `{ "NAME": … }`. */
  mentioned(name: string): number | undefined;
}

const NAME = String.raw`(?:export\s+|set\s+|\$env:)?["']?([A-Za-z_][\w.-]*)["']?`;
const LINE = new RegExp(`^\\s*${NAME}\\s*(?:=|:(?=\\s|$))(.*)$`, 'i');
const COMMENT = new RegExp(`^\\s*#[#\\s]*${NAME}\\s*=(.*)$`);
/** Within quotes that span lines, a sign that the first one was never closed. */
const LOOKS_LIKE_ENTRY = /^\s*(?:export\s+)?[A-Z_][A-Z0-9_]*=/;
const AFTER_QUOTE = /^\s*(?:[;,]\s*)?(?:#.*)?$/;
const CURLY = /^[“”„‟](.*)[“”„‟]$|^[‘’‚‛](.*)[‘’‚‛]$/s;

export function parseEnvFile(text: string): EnvFile {
  const lines = text.split(/\r\n|\n|\r/);
  const entries = new Map<string, EnvEntry>();
  const commentedOut = new Map<string, number>();
  const remarks: EnvRemark[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    const row = lines[at] ?? '';
    const remark = (message: string, hint: string) => remarks.push({ line, message, hint });
    if (/^\s*(#|$)/.test(row)) {
      const name = COMMENT.exec(row)?.[1];
      if (name !== undefined) commentedOut.set(name, line);
      continue;
    }
    const [, name, written = ''] = LINE.exec(row) ?? [];
    if (name === undefined) {
      remark(
        'this line is not NAME=value and is ignored',
        'a comment starts with #; a multi-line value needs quotes',
      );
      continue;
    }
    const { value, fault, rows, oddities } = readValue(written, lines.slice(at + 1));
    for (const { message, hint } of oddities) remark(`${name}: ${message}`, hint);
    const before = entries.get(name);
    if (before !== undefined && before.value !== value)
      remark(
        `${name} is given twice, here and in line ${before.line}; this one counts`,
        'remove one of them',
      );
    entries.set(name, { value, line, fault });
    at += rows;
  }
  return { entries, commentedOut, remarks, mentioned: (name) => mentionedIn(lines, name) };
}

/** A name holds letters, digits and underscores alone (`interpolate.ts`), so none means anything to a pattern. */
function mentionedIn(lines: readonly string[], name: string): number | undefined {
  const alone = new RegExp(`(?<![\\w.$-])(?<!\\$\\{)${name}(?![\\w.-])`);
  const at = lines.findIndex((line) => alone.test(line.replace(/(?:^|\s)#.*/s, '')));
  return at === -1 ? undefined : at + 1;
}

interface ReadValue {
  readonly value: string;
  readonly fault?: string;
  /** Further lines that it takes up. */
  readonly rows: number;
  readonly oddities: readonly Omit<EnvRemark, 'line'>[];
}

function readValue(written: string, below: readonly string[]): ReadValue {
  const trimmed = written.trim();
  const quote = trimmed.charAt(0);
  if (trimmed !== '' && '"\'`'.includes(quote)) return readQuoted(trimmed, quote, below);
  // A shell and Compose take a # for a comment only behind a blank: it may be part of a password.
  const bare = written.replace(/(?<!\s)\s+#.*/s, '').trim();
  const curly = CURLY.exec(bare);
  const value = curly === null ? bare : (curly[1] ?? curly[2] ?? '');
  const oddities = [...odd(value)];
  if (curly !== null)
    oddities.push({
      message: 'the curly quotes around the value are removed',
      hint: 'use plain quotes, or none',
    });
  return { value, rows: 0, oddities };
}

function readQuoted(trimmed: string, quote: string, below: readonly string[]): ReadValue {
  let inner = trimmed.slice(1);
  for (let rows = 0; ; rows++) {
    const end = closing(inner, quote);
    if (end !== -1) {
      const isTrue = rows === 0 || AFTER_QUOTE.test(inner.slice(end + 1));
      if (!isTrue) break;
      const value = unescaped(inner.slice(0, end), quote);
      const oddities = [...odd(quote === "'" ? '' : value)];
      if (!AFTER_QUOTE.test(inner.slice(end + 1)))
        oddities.push({
          message: 'text after the closing quote is ignored',
          hint: 'put the whole value into quotes, or use the other kind of quotes',
        });
      return { value, rows, oddities };
    }
    const next = below[rows];
    if (next === undefined || LOOKS_LIKE_ENTRY.test(next)) break;
    inner += `\n${next}`;
  }
  return { value: '', fault: 'the quote that opens its value is never closed', rows: 0, oddities: [] };
}

function closing(text: string, quote: string): number {
  for (let at = text.indexOf(quote); at !== -1; at = text.indexOf(quote, at + 1))
    if (quote !== '"' || text.charAt(at - 1) !== '\\') return at;
  return -1;
}

/** As Node and dotenv: only in double quotes, and only line breaks and the quote itself. */
const unescaped = (text: string, quote: string) =>
  quote === '"' ? text.replaceAll('\\n', '\n').replaceAll('\\r', '\r').replaceAll('\\"', '"') : text;

function* odd(value: string): Iterable<Omit<EnvRemark, 'line'>> {
  if (/\$\{\w+\}|\$\(/.test(value))
    yield {
      message: 'a variable in the value is not expanded: the text is used literally',
      hint: 'write the value in full, or combine the two in the config',
    };
  if (/\uFFFD|\0/.test(value))
    yield { message: 'the value is not UTF-8 text', hint: 'save the file as UTF-8' };
  else if (/[\p{Cf}]/u.test(value))
    yield {
      message: 'there is an invisible character in the value',
      hint: 'type it instead of copying it',
    };
}
