/**
 * A JSON body from a tree whose text leaves are Liquid. The text around the leaves is written once, at
 * load; each leaf is written by JSON.stringify, so no value can leave its place. Keys are not templated.
 */
import { TemplateProblem, within } from '../../templates/problem.ts';
import { compileText, compileValue, type ValueTemplate } from '../../templates/template.ts';
import type { RenderedFor, TemplateScope } from '../../templates/variables.ts';
import { compileUrl } from '../url-template.ts';
import { markupEngine } from './render-text.ts';
import { leafSyntaxOf } from './text-syntax.ts';

type Path = readonly (string | number)[];

export function compileJson(tree: unknown, renderedFor: RenderedFor): (scope: TemplateScope) => string {
  const pieces: (string | ValueTemplate)[] = [];
  const write = (text: string) => {
    const last = pieces.at(-1);
    if (typeof last === 'string') pieces[pieces.length - 1] = last + text;
    else pieces.push(text);
  };

  const visit = (node: unknown, path: Path): void => {
    if (typeof node === 'string') leaf(node, path);
    else if (Array.isArray(node)) list('[', node.entries().toArray(), ']', path);
    else if (typeof node === 'object' && node !== null) list('{', Object.entries(node), '}', path);
    else write(constant(node, path));
  };

  const list = (
    begin: string,
    members: readonly (readonly [string | number, unknown])[],
    end: string,
    path: Path,
  ) => {
    write(begin);
    for (const [index, [key, value]] of members.entries()) {
      if (index > 0) write(',');
      if (typeof key === 'string') write(`${JSON.stringify(key)}:`);
      visit(value, [...path, key]);
    }
    write(end);
  };

  const leaf = (source: string, path: Path): void => {
    if (!/\{[{%]/.test(source)) return write(JSON.stringify(source));
    pieces.push(within(path, () => compileLeaf(source, renderedFor)));
  };

  visit(tree, []);
  return (scope) => {
    let json = '';
    for (const piece of pieces) json += typeof piece === 'string' ? piece : toJson(piece(scope));
    return json;
  };
}

/** A link with values in it; one output alone is a value like any other. */
const isUrl = (source: string) => /^\s*https?:\/\/\S*\{[{%]/.test(source) && !/\n/.test(source.trim());

function compileLeaf(source: string, renderedFor: RenderedFor): ValueTemplate {
  if (isUrl(source)) return compileUrl(source, renderedFor);
  if (leafSyntaxOf(source) === 'markup') return compileText(markupEngine, source, renderedFor);
  return compileValue(source, renderedFor);
}

/** A value that JSON cannot express becomes null. */
const toJson = (value: unknown) => JSON.stringify(value) ?? 'null';

function constant(value: unknown, path: Path): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return String(value);
  throw new TemplateProblem(
    `JSON has no ${String(value)}: write a number, text, true, false, null, a list or a map`,
    path,
  );
}
