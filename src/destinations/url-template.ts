/** A URL with Liquid in it: values are encoded as parts of it, so that a ticker can neither add a parameter nor leave the path. */
import { createEngine } from '../templates/engine.ts';
import { compilePlain, compileText, type TextTemplate } from '../templates/template.ts';
import type { RenderedFor } from '../templates/variables.ts';

const encode = (text: string) => encodeURIComponent(text.toWellFormed());
const partEngine = createEngine({ escape: encode, same: 'uri' });
const fromPageEngine = createEngine({ escape: encode, escapeUrl: (url) => url, same: 'uri' });

/** One output alone is the whole URL, for feeds that bring one (`{{ extra.link }}`); `url` may be the beginning of one. */
export function compileUrl(source: string, renderedFor?: RenderedFor): TextTemplate {
  if (/^\s*\{\{[^{}]*\}\}\s*$/.test(source)) return compilePlain(source, renderedFor);
  const engine = /^\s*\{\{-?\s*url\s*-?\}\}/.test(source) ? fromPageEngine : partEngine;
  return compileText(engine, source, renderedFor);
}
