/** Templates, parsed and checked once at load, as plain functions of the variables. Throws `TemplateProblem`. */
import { type Liquid, Output } from 'liquidjs';
import { parse } from './check.ts';
import { createEngine, createValueEngine, liquidText, render } from './engine.ts';
import type { RenderedFor, TemplateScope } from './variables.ts';

/** An entry of `templates:`. */
export interface TemplateOptions {
  /** Liquid text, for chats and plain-text webhooks. */
  readonly text?: string | undefined;
  /** A tree of JSON whose leaves are Liquid, or Liquid text; for webhooks. */
  readonly body?: unknown;
}

export type TextTemplate = (scope: TemplateScope) => string;
export type ValueTemplate = (scope: TemplateScope) => unknown;

/** Values as they are: for what is not markup, or is escaped by who writes it down. */
const plainEngine = createEngine({ escape: (text) => text });
const valueEngine = createValueEngine();

const isStatic = (source: string) => !source.includes('{{') && !source.includes('{%');

export function compileText(
  engine: Liquid,
  source: string,
  renderedFor: RenderedFor = 'announcement',
): TextTemplate {
  const templates = parse(engine, source, renderedFor);
  if (isStatic(source)) return () => source;
  return (scope) => liquidText(render(engine, templates, scope));
}

export const compilePlain = (source: string, renderedFor?: RenderedFor): TextTemplate =>
  compileText(plainEngine, source, renderedFor);

/** Text, unless the whole of it is one `{{ expression }}`: that keeps its type, and nothing is null. */
export function compileValue(source: string, renderedFor: RenderedFor = 'announcement'): ValueTemplate {
  if (isStatic(source)) return () => source;
  const templates = parse(valueEngine, source, renderedFor);
  if (templates.length !== 1 || !(templates[0] instanceof Output)) return compilePlain(source, renderedFor);
  return (scope) => {
    const value: unknown = render(valueEngine, templates, scope);
    return value ?? null;
  };
}
