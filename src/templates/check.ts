/**
 * Reads a template and finds what is wrong with it before there is news to lose: syntax, unknown tags
 * and filters, unknown variables, and faults that only show when it is rendered (tried on two samples,
 * one with everything, one with nothing that may be missing). Throws `TemplateProblem`.
 */
import { type Liquid, LiquidError, type Template, type Variable } from 'liquidjs';
import { orNearest } from '../platform/suggest.ts';
import { FORBIDDEN_FILTERS, FORBIDDEN_TAGS, LONGEST_TEMPLATE, render } from './engine.ts';
import { lookupsIn } from './lookup.ts';
import { TemplateProblem } from './problem.ts';
import { SAMPLES } from './samples.ts';
import { type RenderedFor, variablesOf } from './variables.ts';

export function parse(engine: Liquid, source: string, renderedFor: RenderedFor): Template[] {
  if (source.length > LONGEST_TEMPLATE)
    throw new TemplateProblem(`is too long: ${source.length} characters, at most ${LONGEST_TEMPLATE}`);
  try {
    const templates = engine.parse(source);
    checkLookups(source);
    checkVariables(engine, templates, renderedFor);
    for (const sample of SAMPLES[renderedFor]) render(engine, templates, sample);
    return templates;
  } catch (error) {
    throw problemOf(engine, error);
  }
}

/** `line 2, column 5: …` — counted from the template's first character. */
export const at = (line: number, column: number, message: string) =>
  new TemplateProblem(message, [], { line, column });

const LOOKUP_HELP = 'lookup needs the name of a table in quotes: {{ ticker | lookup: "perps" }}';

/** Whether the tables are there is known to the config. */
function checkLookups(source: string): void {
  for (const { table, at: offset } of lookupsIn(source)) {
    if (table !== undefined) continue;
    const lines = source.slice(0, offset).split('\n');
    throw at(lines.length, (lines.at(-1) ?? '').length + 1, LOOKUP_HELP);
  }
}

/** liquidjs appends the place, once for each level that an error passes. */
function withoutPlaces(message: string): string {
  const at = message.lastIndexOf(', line:');
  const isPlace = at !== -1 && /^, line:\d+, col:\d+$/.test(message.slice(at));
  return isPlace ? withoutPlaces(message.slice(0, at)) : message;
}

function problemOf(engine: Liquid, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof TemplateProblem) return error;
  // The place is in the token too.
  const message = explain(engine, withoutPlaces(error.message));
  if (!LiquidError.is(error)) return new TemplateProblem(message);
  const [line = 1, column = 1] = error.token.getPosition();
  return at(line, column, message);
}

function explain(engine: Liquid, message: string): string {
  const filter = /^undefined filter: (.+)$/.exec(message)?.[1];
  if (filter !== undefined) {
    const why = FORBIDDEN_FILTERS.get(filter);
    if (why !== undefined) return `the filter "${filter}" is not available: ${why}`;
    return `unknown filter "${filter}"${orNearest(filter, Object.keys(engine.filters))}`;
  }
  const tag = /^tag "(.+)" not found$/.exec(message)?.[1];
  if (tag !== undefined) {
    const why = FORBIDDEN_TAGS.get(tag);
    if (why !== undefined) return `the tag "${tag}" is not available: ${why}`;
    return `unknown tag "${tag}"${orNearest(tag, Object.keys(engine.tags))}`;
  }
  if (/limit exceeded$|^Invalid string length$/.test(message))
    return `does too much work (${message}); make the loop shorter`;
  return message;
}

/** Without `forEach` it would be all of them joined, or nothing: an order for a symbol that is none. */
const NO_TICKER =
  '"ticker" exists only in a webhook with `forEach: ticker`, which sends one request for each; without it, write {{ tickers | join: ", " }} for all of them';

function checkVariables(engine: Liquid, templates: Template[], renderedFor: RenderedFor): void {
  const { globals } = engine.analyzeSync(templates, { partials: false });
  for (const variable of Object.values(globals).flat()) checkVariable(variable, renderedFor);
}

function checkVariable({ segments, location }: Variable, renderedFor: RenderedFor): void {
  const [root, member, deeper] = segments;
  const fail = (message: string) => {
    throw at(location.row, location.col, message);
  };
  const known = variablesOf(renderedFor);
  const shape = known.get(String(root));
  if (shape === undefined)
    return fail(root === 'ticker' ? NO_TICKER : `unknown variable "${root}"${hint(String(root), known)}`);
  if (shape === 'any' || member === undefined) return;
  if (typeof shape === 'object') {
    if (typeof member !== 'string' || !shape.includes(member))
      fail(
        `unknown variable "${root}.${member}"${orNearest(String(member), shape)}; there is ${shape.join(', ')}`,
      );
    else if (deeper !== undefined) fail(`"${root}.${member}" has no parts`);
    return;
  }
  const isItem = shape === 'list' && (member === 'first' || member === 'last' || isIndex(member));
  if (isItem ? deeper !== undefined && deeper !== 'size' : member !== 'size')
    fail(`"${root}" has no "${isItem ? deeper : member}"`);
}

/** A number, also as the text that static analysis makes of it, or a variable that holds one. */
const isIndex = (member: string | number | Variable) => typeof member !== 'string' || /^-?\d+$/.test(member);

/** A field that the feed adds tomorrow is under `extra`. */
function hint(name: string, known: ReadonlyMap<string, unknown>): string {
  const near = orNearest(name, known.keys()) || orNearest(name, ['ticker']).replace('ticker', 'tickers');
  return near || '; fields that this version does not know are under "extra."';
}
