/** Explains the errors of the YAML parser to people who do not know YAML's grammar. */
import { type Document, type LineCounter, visit, type YAMLError, type YAMLWarning } from 'yaml';
import { oddCharacter } from './odd-characters.ts';
import { pastedFrom } from './pasted.ts';
import type { TextFault } from './problem.ts';
import { repeatedKeys } from './repeated-keys.ts';

type SyntaxError = YAMLError | YAMLWarning;

/** After these the parser still knows the structure, so the rest can be checked too. */
const HARMLESS: ReadonlySet<SyntaxError['code']> = new Set([
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
  lines: LineCounter,
): readonly TextFault[] {
  const quote = errors.find(isOpenQuote);
  if (quote !== undefined) return [explainOne(quote, text, document, openingOf(quote, document))];
  const around = errors.some(isFatal) ? pastedFrom(text) : undefined;
  if (around !== undefined) return [around];
  const odd = oddCharacter(text, firstOffsets(errors));
  if (odd !== undefined) return [odd];
  const hasTab = errors.some(({ code }) => code === 'TAB_AS_INDENT');
  const told = errors.filter((error) => !hasTab || !isFatal(error) || error.code === 'TAB_AS_INDENT');
  // After the first token that fits nowhere the parser only stumbles on.
  const first = told.findIndex(isStumble);
  const faults = told
    .filter((error, index) => index <= first || first === -1 || !(isStumble(error) || isFollowing(error)))
    .filter((error, index, left) => !(isStumble(error) && isBehindStart(error, left[index - 1], text)))
    .map((error) => explainOne(error, text, document));
  return [...faults, ...repeatedKeys(document.contents, text, lines)];
}

const isStumble = ({ code, message }: SyntaxError) =>
  code === 'UNEXPECTED_TOKEN' || code === 'BAD_INDENT' || NO_DASH.test(message);
const isFollowing = ({ code }: SyntaxError) =>
  code === 'MISSING_CHAR' || code === 'BLOCK_AS_IMPLICIT_KEY' || code === 'MULTILINE_IMPLICIT_KEY';

/** In the words of the parser: a line of a list that is indented less than its entries. */
const NO_DASH = /without - indicator/;

/** The value begins with a mark that it cannot begin with, and that is the error before. */
const isBehindStart = ({ pos }: SyntaxError, before: SyntaxError | undefined, text: string): boolean =>
  before?.code === 'BAD_SCALAR_START' && !text.slice(before.pos[0], pos[0]).includes('\n');

/** Where the first of them are. */
const firstOffsets = (errors: readonly SyntaxError[]): readonly number[] =>
  errors
    .filter(isFatal)
    .slice(0, 20)
    .map(({ pos }) => pos[0]);

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

function explainOne(error: SyntaxError, text: string, document: Document, start = error.pos[0]): TextFault {
  const range = [start, error.pos[1]] as const;
  const at = text.slice(...range);
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return { range, message: 'a tab cannot indent YAML', hint: 'use spaces' };
    case 'MULTIPLE_DOCS':
      return {
        range,
        message: 'the file holds more than one YAML document',
        hint: 'a line of --- starts another document: remove it',
      };
    case 'BAD_SCALAR_START':
      return {
        range,
        message: `text that starts with ${at} must be in quotes`,
        hint: startHint(text, start),
      };
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
        hint: tagHint(text.slice(range[0], range[0] + 200)),
      };
    case 'BAD_INDENT':
      return unclosed(error, text, document) ?? { range, ...INDENTATION };
    case 'MISSING_CHAR':
      if (NO_DASH.test(error.message)) return { range, ...INDENTATION };
      if (/comments must be/i.test(error.message)) return { range, ...HASH };
      return (
        unclosed(error, text, document) ?? {
          range,
          message: isOpenQuote(error) ? 'the closing quote is missing' : missing(error.message),
        }
      );
    case 'BAD_DQ_ESCAPE':
      return {
        range,
        message: 'a backslash in "double quotes" starts an escape that YAML does not know',
        hint: "use 'single quotes', as for regular expressions",
      };
    case 'UNEXPECTED_TOKEN':
      return { range, ...stumble(error.message, at, text.slice(0, range[0])) };
    default:
      return { range, message: `not valid YAML: ${plainly(error.message)}` };
  }
}

const INDENTATION = {
  message: 'the indentation does not fit the lines above, or a bracket above is not closed',
  hint: 'entries of one list or mapping start in the same column',
};

/** A variable, as the shell of Windows writes it. */
function startHint(text: string, start: number): string {
  const [, name] = /^%(\w+)%/.exec(text.slice(start, start + 100)) ?? [];
  return name === undefined
    ? 'write "…" around it'
    : `a variable is written \${${name}}; text: write "…" around it`;
}

/** `undefined`: that is not the error. */
function unclosed({ message, pos }: SyntaxError, text: string, document: Document): TextFault | undefined {
  const opening = /^Flow .*\bend with a [}\]]/.test(message)
    ? openingBracket(document, text, pos[0])
    : undefined;
  if (opening === undefined) return undefined;
  const close = text[opening] === '[' ? ']' : '}';
  const isCut = /\s#/.test(text.slice(opening).split('\n', 1)[0] ?? '');
  return {
    range: [opening, opening + 1],
    message: `this ${text[opening]} is not closed`,
    hint: isCut
      ? `a # behind a blank starts a comment: put text with a # into quotes, or write ${close} before it`
      : `write ${close} where it ends`,
  };
}

/** The entries of a list are what people write so. */
function tagHint(text: string): string {
  if (text.startsWith('!include'))
    return 'at the top level write include: [the file]; it has the section in it, such as `rules:`';
  if (/^!(secret|env|env_var|ENV)\b/.test(text))
    return `a value from the environment or the .env is written \${NAME}`;
  return 'text that starts with ! must be in quotes';
}

const HASH = {
  message: 'text that starts with # must be in quotes',
  hint: 'write "…" around it; # starts a comment',
};

/** Something stands where the file can go on with a comment or a new line only. */
function stumble(message: string, at: string, before: string): Omit<TextFault, 'range'> {
  if (/block-seq-ind on same line/.test(message))
    return {
      message: 'a list with dashes starts on a line of its own',
      hint: 'write each dash on a line below the key, or all in brackets: [one, other]',
    };
  if (
    /not a YAML token/i.test(message) &&
    /^>|^\|/.test(before.slice(before.lastIndexOf('\n') + 1).trimStart())
  )
    return { message: 'the lines start with >, as a quotation does', hint: 'remove the > from each line' };
  if (/^[\w-]+$/.test(at) && /^[ \t]/.test(before) && before.endsWith('\n'))
    return {
      message: `${at} starts further left than the first line of the file`,
      hint: 'the keys of the top level start in the same column, best in the first',
    };
  if (/node end|in YAML stream/.test(message))
    return {
      message: 'there is something behind the end of a value',
      hint: 'put the whole value in quotes, or remove the rest',
    };
  return { message: `not valid YAML: ${plainly(message)}` };
}

/** The innermost [ or { that is still open at `offset`, as the parser understood the file. */
function openingBracket(document: Document, text: string, offset: number): number | undefined {
  let opening: number | undefined;
  visit(document, {
    Collection: (_key, { flow, range }) => {
      if (flow !== true || !range || range[0] >= offset || range[2] < offset) return;
      const close = text[range[0]] === '[' ? ']' : '}';
      if (text[range[1] - 1] !== close) opening = range[0];
    },
  });
  return opening;
}

function missing(message: string): string {
  if (/missing ,/i.test(message)) return 'a comma is missing before this';
  if (/followed by map values/.test(message)) return 'a key must be followed by a colon and a value';
  return `not valid YAML: ${plainly(message)}`;
}

/** Some of the parser's sentences end in a quotation from the file, which may be a secret. */
const plainly = (sentence: string) => sentence.charAt(0).toLowerCase() + withoutQuotation(sentence.slice(1));

function withoutQuotation(sentence: string): string {
  const at = sentence.search(/["'`{&*]/);
  return at === -1 ? sentence : sentence.slice(0, at).trimEnd().replace(/[:,]$/, '');
}
