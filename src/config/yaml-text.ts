/**
 * Text → the document of the YAML library, with bounds on its work: of a file that is no config (a log, a page, a dump)
 * only the beginning is parsed, up to where that is certain. The library takes microseconds for each error and token.
 */
import {
  Composer,
  type CST,
  type Document,
  Lexer,
  LineCounter,
  type ParsedNode,
  Parser,
  parseDocument,
  YAMLParseError,
} from 'yaml';
import { MOST_EXPLAINED } from './first-errors.ts';

export interface YamlText {
  readonly document: Document;
  readonly lines: LineCounter;
  /** In characters. Brackets, keys or dashes in one another, or words (then it is 0), beyond all measure: `document` is only the beginning. */
  readonly tooMuchAt: number | undefined;
}

/** In characters. What has more than enough errors in its beginning is not parsed further. */
const BEGINNING = 64_000;
/** In characters: below, everything is parsed at once. */
const SHORT = 4 * BEGINNING;
/** Collections in one another; a few times what `document.ts` reads. */
const DEEPEST = 200;
/** Words, marks and the spaces between them; ten thousand rules are 720,000. */
const MOST_LEXEMES = 1_500_000;

const OPTIONS = {
  prettyErrors: false,
  logLevel: 'error',
  // The library compares each key with each: repeated-keys.ts does it.
  uniqueKeys: false,
} as const;

export function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  return lines;
}

export function parseYaml(text: string): YamlText {
  const beginning = text.length > SHORT ? text.slice(0, lineEndBefore(text, BEGINNING)) : text;
  if (beginning !== text && isHopeless(parseDocument(beginning, OPTIONS))) return parseYaml(beginning);
  const lexemes = lexemesOf(text);
  // The beginning is parsed all the same: it holds the secrets of the lines that are shown.
  if (lexemes === undefined) return { ...parseYaml(beginning), tooMuchAt: 0 };
  const lines = new LineCounter();
  lines.addNewLine(0);
  const tokens = new BoundedTokens(new Parser(lines.addNewLine), lexemes);
  const document = composed(tokens, text.length);
  const { tooDeepAt } = tokens;
  return tooDeepAt === undefined
    ? { document, lines, tooMuchAt: undefined }
    : { document: parseDocument(text.slice(0, tooDeepAt), OPTIONS), lines, tooMuchAt: tooDeepAt };
}

const isHopeless = ({ errors, warnings }: Document) => errors.length + warnings.length > 2 * MOST_EXPLAINED;

/** The end of a line, so that nothing is cut in two; of a single long one `offset` itself. */
const lineEndBefore = (text: string, offset: number) => text.lastIndexOf('\n', offset) + 1 || offset;

/** `undefined`: too many. Splitting costs a fifth of parsing. */
function lexemesOf(text: string): readonly string[] | undefined {
  const lexemes: string[] = [];
  for (const lexeme of new Lexer().lex(text)) if (lexemes.push(lexeme) > MOST_LEXEMES) return undefined;
  return lexemes;
}

class BoundedTokens {
  tooDeepAt: number | undefined;
  readonly #parser: Parser;
  readonly #lexemes: readonly string[];

  constructor(parser: Parser, lexemes: readonly string[]) {
    this.#parser = parser;
    this.#lexemes = lexemes;
  }

  *[Symbol.iterator](): Iterator<CST.Token> {
    const parser = this.#parser;
    for (const lexeme of this.#lexemes) {
      yield* parser.next(lexeme);
      if (parser.stack.length <= DEEPEST) continue;
      this.tooDeepAt = parser.offset;
      return;
    }
    yield* parser.end();
  }
}

/** As `parseDocument` of the library, which takes no tokens: the first document, and whether there are more. */
function composed(tokens: Iterable<CST.Token>, end: number): Document {
  let first: Document.Parsed<ParsedNode> | undefined;
  for (const document of new Composer(OPTIONS).compose(tokens, true, end)) {
    if (first !== undefined) {
      const [start, stop] = document.range;
      first.errors.push(new YAMLParseError([start, stop], 'MULTIPLE_DOCS', 'several documents'));
      break;
    }
    first = document;
  }
  return first ?? parseDocument('', OPTIONS);
}
