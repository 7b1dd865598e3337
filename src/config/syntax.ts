/** What the YAML parser complains about, in words for people who do not know YAML's grammar. */
import type { YAMLError, YAMLWarning } from 'yaml';
import type { TextFault } from './document.ts';

type SyntaxError = YAMLError | YAMLWarning;

/** After these the parser still knows the structure, so the rest can be checked too. */
const HARMLESS: ReadonlySet<SyntaxError['code']> = new Set([
  'DUPLICATE_KEY',
  'BAD_SCALAR_START',
  'TAG_RESOLVE_FAILED',
]);

export const isFatal = (error: SyntaxError) => !HARMLESS.has(error.code);

export function explainSyntax(error: SyntaxError, text: string): TextFault {
  const range = [error.pos[0], error.pos[1]] as const;
  const at = text.slice(...range);
  switch (error.code) {
    case 'DUPLICATE_KEY': {
      const key = /^[\w.-]+/.exec(text.slice(range[0]))?.[0];
      return { range, message: `the key ${key ?? ''} is given twice`.replace('  ', ' ') };
    }
    case 'TAB_AS_INDENT':
      return { range, message: 'a tab cannot indent YAML', hint: 'use spaces' };
    case 'MULTIPLE_DOCS':
      return {
        range,
        message: 'the file holds more than one YAML document',
        hint: 'a line of --- starts another document: remove it',
      };
    case 'BAD_SCALAR_START':
      return { range, message: `text that starts with ${at} must be in quotes`, hint: 'write "…" around it' };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        range,
        message: 'a key and its value cannot stand here',
        hint: 'text with a colon and a space in it must be in quotes; a nested key goes on its own line',
      };
    case 'TAG_RESOLVE_FAILED':
      return {
        range,
        message: 'tags (!name) are not supported',
        hint: 'text that starts with ! must be in quotes',
      };
    case 'BAD_INDENT':
      return {
        range,
        message: 'the indentation does not fit the lines above, or a bracket above is not closed',
        hint: 'entries of one list or mapping start in the same column',
      };
    case 'MISSING_CHAR':
      return { range, message: missing(error.message) };
    case 'BAD_DQ_ESCAPE':
      return {
        range,
        message: 'a backslash in "double quotes" starts an escape that YAML does not know',
        hint: "use 'single quotes', as for regular expressions",
      };
    default:
      return { range, message: `not valid YAML: ${plainly(error.message)}` };
  }
}

function missing(message: string): string {
  if (/quote/.test(message)) return 'the closing quote is missing';
  if (/followed by map values/.test(message)) return 'a key must be followed by a colon and a value';
  return `not valid YAML: ${plainly(message)}`;
}

/** Some of the parser's sentences end in a quotation from the file, which may be a secret. */
const plainly = (sentence: string) =>
  sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/[:,]? *["'`{&*].*$/s, '');
