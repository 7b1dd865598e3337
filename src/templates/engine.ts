/**
 * Liquid, confined: no files, no way around escaping, bounded work. One engine for each place that text
 * can land in (Telegram HTML, Discord Markdown, a URL, nowhere in particular), because escaping belongs
 * to the place: every output passes the engine's own escape, whatever the template says.
 */
import { CaptureTag, type Context, Liquid, LiquidError, type Template, type Variables } from 'liquidjs';
import { NoSymbol } from '../delivery/message.ts';
import { registerDateFilters } from './date-filters.ts';
import { registerLookup } from './lookup.ts';

/** Long enough for any message (Discord takes 6000 characters), too short to stall a reload. */
export const LONGEST_TEMPLATE = 20_000;
/** liquidjs counts characters and list items that filters and ranges make; `BoundedCapture` those of its own. */
const MEMORY_LIMIT = 100_000;
/** Far beyond what any platform takes: loops of fixed text end here, which nothing above counts. */
const LONGEST_OUTPUT = 1_000_000;
/** A message takes well under 1 ms; this only ends a runaway loop (`render.ts` allows for a machine that stood still). */
const RENDER_LIMIT_MS = 250;

const TAGS: ReadonlySet<string> = new Set(
  'assign capture case comment echo for break continue if unless liquid raw #'.split(' '),
);

/** Features of liquidjs that templates here may not use, each with the reason for people. */
export const FORBIDDEN_TAGS: ReadonlyMap<string, string> = new Map([
  ...['include', 'render', 'layout', 'block'].map((name) => [name, 'a template cannot read files'] as const),
  ...['increment', 'decrement', 'cycle', 'tablerow'].map((name) => [name, 'use for and if instead'] as const),
]);
export const FORBIDDEN_FILTERS: ReadonlyMap<string, string> = new Map([
  ['raw', 'values are always escaped for where they are shown, so that a title cannot become markup'],
  ...['sample', 'shuffle'].map((name) => [name, 'a retry must send what the first attempt sent'] as const),
]);

/** Done by the engine already; a second time would show as `&amp;` or `%2520`. */
const ESCAPE_FILTERS = ['escape', 'escape_once', 'xml_escape'];
const URI_FILTERS = ['url_encode', 'cgi_escape', 'uri_escape'];

/** A value as a person would write it: lists with commas, objects as JSON, nothing for nothing. */
export function liquidText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(liquidText).join(', ');
  // A Drop (liquidjs' own `blank`, `forloop`) has its text in toString; plain data may have no usable one.
  if (typeof value === 'object') return isPlain(value) ? JSON.stringify(value) : String(value);
  return String(value);
}

const isPlain = (value: object) => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

export interface Escaping {
  readonly escape: (text: string) => string;
  /** For the variable `url` alone, which is a checked https URL and must stay one; default: `escape`. */
  readonly escapeUrl?: (url: string) => string;
  /** Which of Liquid's own escape filters mean what `escape` does. */
  readonly same?: 'escape' | 'uri';
}

const CAPTURING = 'capturing';

/** A capture of itself doubles, sixty times in a short loop. */
class BoundedCapture extends CaptureTag {
  override *render(context: Context): Generator<unknown, void, string> {
    yield* super.render(context);
    const captured: unknown = context.get([this.variable]);
    if (typeof captured === 'string') context.memoryLimit.use(captured.length);
  }
}

/** Text is captured as it is and escaped when it is shown, like any value; else it would be escaped twice. */
class PlainCapture extends BoundedCapture {
  override *render(context: Context): Generator<unknown, void, string> {
    const outer: unknown = context.getRegister(CAPTURING);
    context.setRegister(CAPTURING, true);
    yield* super.render(context);
    context.setRegister(CAPTURING, outer);
  }
}

export function createEngine({ escape: escapeText, escapeUrl = escapeText, same }: Escaping): Liquid {
  return confine({
    outputEscape: function (this: { readonly context: Context }, value: unknown): string {
      const text = liquidText(value);
      if (this.context.getRegister(CAPTURING) === true) return text;
      return text !== '' && text === this.context.environments['url'] ? escapeUrl(text) : escapeText(text);
    },
    same,
  });
}

/** Outputs keep their type: for values of a JSON tree, which `JSON.stringify` escapes. */
export function createValueEngine(): Liquid {
  return confine({ keepOutputType: true });
}

/** liquidjs throws on `100%`, and a title must not end an order. */
function decoded(value: unknown): unknown {
  const text = liquidText(value).replaceAll('+', ' ');
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const analyser = createValueEngine();

/** The variables that a text names and does not define. Throws on malformed Liquid. */
export const compileAnalysis = (source: string): Variables =>
  analyser.analyzeSync(analyser.parse(source), { partials: false }).globals;

type Freedom = Pick<ConstructorParameters<typeof Liquid>[0] & object, 'outputEscape' | 'keepOutputType'>;

function confine({ same, ...freedom }: Freedom & { same?: Escaping['same'] }): Liquid {
  const engine = new Liquid({
    ...freedom,
    strictFilters: true,
    ownPropertyOnly: true,
    // An empty map in place of the file system: even a tag that we forgot could read nothing.
    templates: {},
    parseLimit: LONGEST_TEMPLATE,
    memoryLimit: MEMORY_LIMIT,
    renderLimit: RENDER_LIMIT_MS,
  });
  for (const name of Object.keys(engine.tags)) if (!TAGS.has(name)) Reflect.deleteProperty(engine.tags, name);
  for (const name of FORBIDDEN_FILTERS.keys()) engine.unregisterFilter(name);
  engine.registerFilter('url_decode', decoded);
  registerDateFilters(engine);
  registerLookup(engine);
  engine.registerTag('capture', freedom.outputEscape === undefined ? BoundedCapture : PlainCapture);
  const settled = same === 'escape' ? ESCAPE_FILTERS : same === 'uri' ? URI_FILTERS : [];
  for (const name of settled) engine.registerFilter(name, (value: unknown) => value);
  return engine;
}

/**
 * Renders a parsed template; throws what it does wrong on this scope, and `NoSymbol` when nothing is to be sent. The limit is in wall time, which also passes
 * while the machine gives this process no turn: an order must not die of that, so what is over the limit gets a second
 * chance. A runaway loop is over it again.
 */
export function render(engine: Liquid, templates: Template[], scope: object): unknown {
  try {
    return rendered(engine, templates, scope);
  } catch (error) {
    if (LiquidError.is(error) && error.originalError instanceof NoSymbol) throw error.originalError;
    if (!(error instanceof Error && error.message.includes(OVER_THE_LIMIT))) throw error;
    return rendered(engine, templates, scope);
  }
}

function rendered(engine: Liquid, templates: Template[], scope: object): unknown {
  const value: unknown = engine.renderSync(templates, scope);
  if (typeof value === 'string' && value.length > LONGEST_OUTPUT)
    throw new Error('template output limit exceeded');
  return value;
}

/** liquidjs has no class for it. */
const OVER_THE_LIMIT = 'template render limit exceeded';
