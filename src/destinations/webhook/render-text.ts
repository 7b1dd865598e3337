/** A text body, with every value escaped for the syntax that the text is written in (`text-syntax.ts`). */
import { escapeMarkup } from '../../platform/markup.ts';
import { createEngine } from '../../templates/engine.ts';
import { compileText, type TextTemplate } from '../../templates/template.ts';
import type { RenderedFor } from '../../templates/variables.ts';
import { syntaxOf, type TextSyntax } from './text-syntax.ts';

/** Line breaks of every kind, and what XML cannot hold. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]+/g;

/** No value can begin a line of its own. */
const onOneLine = (text: string) => text.toWellFormed().replace(CONTROL, ' ');

export const markupEngine = createEngine({
  escape: (text) => escapeMarkup(onOneLine(text)),
  same: 'escape',
});

/** Marks that separate fields, or make a command or a tag, in the notations that programs read. No ticker has one, and in an order a title may do without. */
const SEPARATORS = /[,;|&=:#"'`(){}[\]<>\\]+/g;

/** A text for one ticker is an order. */
const orderEngine = createEngine({ escape: (text) => onOneLine(text).replace(SEPARATORS, ' ') });

const ENGINES = {
  prose: createEngine({ escape: onOneLine }),
  form: createEngine({ escape: (text) => encodeURIComponent(text.toWellFormed()), same: 'uri' }),
  markup: markupEngine,
} as const satisfies Record<TextSyntax, unknown>;

/** `contentType` as it will be sent. Throws `TemplateProblem`. */
export function compileTextBody(source: string, contentType: string, renderedFor: RenderedFor): TextTemplate {
  const syntax = syntaxOf(source, contentType);
  if (syntax === 'prose' && renderedFor === 'ticker') return compileText(orderEngine, source, renderedFor);
  // The line break at the end of a YAML block would belong to the last field.
  return compileText(ENGINES[syntax], syntax === 'form' ? source.trim() : source, renderedFor);
}
