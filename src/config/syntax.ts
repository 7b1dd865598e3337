/** Explains the errors of the YAML parser to people who do not know YAML's grammar. */
import { type Document, isScalar, visit, type YAMLError, type YAMLWarning } from 'yaml';
import type { TextFault } from './problem.ts';

type SyntaxError = YAMLError | YAMLWarning;

/** After these the parser still knows the structure, so the rest can be checked too. */
const HARMLESS: ReadonlySet<SyntaxError['code']> = new Set([
  'DUPLICATE_KEY',
  'BAD_SCALAR_START',
  'TAG_RESOLVE_FAILED',
  'BAD_ALIAS',
]);

export const isFatal = (error: SyntaxError) => !HARMLESS.has(error.code);

/** Of several that follow from one slip, the one that says it. */
export function explainSyntax(
  errors: readonly SyntaxError[],
  text: string,
  document: Document,
): readonly TextFault[] {
  const quote = errors.find(isOpenQuote);
  if (quote !== undefined) return [explainOne(quote, text, document, openingOf(quote, document))];
  const hasTab = errors.some(({ code }) => code === 'TAB_AS_INDENT');
  return errors
    .filter((error) => !hasTab || !isFatal(error) || error.code === 'TAB_AS_INDENT')
    .map((error) => explainOne(error, text, document));
}

const isOpenQuote = ({ code, message }: SyntaxError) => code === 'MISSING_CHAR' && /quote/.test(message);

/** The parser notices a missing quote where the file ends; a person looks for it where it opens. */
function openingOf({ pos }: SyntaxError, document: Document): number {
  let opening = pos[0];
  visit(document, {
    Scalar: (_key, { type, range }) => {
      if (type?.startsWith('QUOTE') && range && range[0] < pos[0] && range[2] >= pos[0]) opening = range[0];
    },
  });
  return opening;
}

const lineAt = (text: string, offset: number) => text.slice(0, offset).split('\n').length;

/** Where the key that is given again at `again` was given first. */
function firstOf(again: number, document: Document): number | undefined {
  let found: number | undefined;
  visit(document, {
    Map: (_key, { items }) => {
      const places = items.map(({ key }) =>
        isScalar(key) ? { value: key.value, at: key.range?.[0] } : undefined,
      );
      const second = places.find((place) => place?.at === again);
      if (second !== undefined) found = places.find((place) => place?.value === second.value)?.at;
    },
  });
  return found;
}

function explainOne(error: SyntaxError, text: string, document: Document, start = error.pos[0]): TextFault {
  const range = [start, error.pos[1]] as const;
  const at = text.slice(...range);
  switch (error.code) {
    case 'DUPLICATE_KEY': {
      const key = /^[\w.-]+/.exec(text.slice(range[0]))?.[0];
      const name = key === undefined ? 'this key' : `the key ${key}`;
      const first = firstOf(range[0], document);
      const where = first === undefined ? '' : `: here and in line ${lineAt(text, first)}`;
      return { range, message: `${name} is given twice${where}`, hint: 'remove one of them' };
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
    case 'BAD_ALIAS':
      return { range, message: 'text that starts with * must be in quotes', hint: 'write "*"' };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        range,
        message: 'a key and its value cannot stand here',
        hint: 'text with a colon and a space in it must be in quotes; a nested key goes on its own line',
      };
    case 'MULTILINE_IMPLICIT_KEY':
      return {
        range,
        message: 'this is not a key and a value',
        hint: 'after a key comes a colon, then a space: match: {}',
      };
    case 'TAG_RESOLVE_FAILED':
      return {
        range,
        message: 'tags (!name) are not supported',
        hint: text.startsWith('!include', range[0])
          ? 'at the top level write include: [the file]; it has the section in it, such as `rules:`'
          : 'text that starts with ! must be in quotes',
      };
    case 'BAD_INDENT':
      return {
        range,
        message: 'the indentation does not fit the lines above, or a bracket above is not closed',
        hint: 'entries of one list or mapping start in the same column',
      };
    case 'MISSING_CHAR':
      return { range, message: isOpenQuote(error) ? 'the closing quote is missing' : missing(error.message) };
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
  if (/followed by map values/.test(message)) return 'a key must be followed by a colon and a value';
  return `not valid YAML: ${plainly(message)}`;
}

/** Some of the parser's sentences end in a quotation from the file, which may be a secret. */
const plainly = (sentence: string) =>
  sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/[:,]? *["'`{&*].*$/s, '');
