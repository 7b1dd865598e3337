/** The `.env` that `init` writes, or what it adds to one that is there. Pure. */
import { parseEnvFile } from '../config/dotenv.ts';
import type { Variable } from './init-setup.ts';

const HEADER =
  '# Keys and tokens of listing-bridge: keep this file to yourself. A variable of the real environment wins over it.\n';

/** A value as it must be written to be read again as it is. */
export function quoted(value: string): string {
  if (/^[\w:/?&=.@%+,~-]*$/.test(value)) return value;
  return value.includes("'") ? `"${value.replaceAll('"', '\\"')}"` : `'${value}'`;
}

/**
 * `before`: the text of the file that is there. A variable that it has keeps its line, unless its value is another one: then
 * that line is replaced. What it does not have comes at the end, with the origin of its value as a comment.
 */
export function envText(
  before: string | undefined,
  variables: readonly Variable[],
  origin: (name: string) => string | undefined,
): string {
  let text = before ?? HEADER;
  for (const { name, value = '' } of variables) {
    const entry = parseEnvFile(text).entries.get(name);
    if (entry !== undefined && (entry.value === value || value === '')) continue;
    const line = `${name}=${quoted(value)}`;
    const replaced = entry && withLine(text, entry.line, line);
    if (replaced !== undefined && parseEnvFile(replaced).entries.get(name)?.value === value) text = replaced;
    else {
      const from = origin(name);
      text += `${text === '' || text.endsWith('\n') ? '' : '\n'}${from === undefined ? '' : `\n# ${from}\n`}${line}\n`;
    }
  }
  return text;
}

const withLine = (text: string, line: number, written: string): string =>
  text
    .split('\n')
    .map((row, index) => (index === line - 1 ? written + (row.endsWith('\r') ? '\r' : '') : row))
    .join('\n');
