/** The template of a chat: text, and nothing else that a template can be. */
import { TemplateProblem } from '../templates/problem.ts';
import type { TemplateOptions } from '../templates/template.ts';

/** `platform`: its name for people. Throws `TemplateProblem` on a template without text. */
export function textOnly(platform: string, { text }: TemplateOptions): string {
  if (text === undefined)
    throw new TemplateProblem(`has no text; ${platform} needs text: (body: is for webhooks)`);
  return text;
}
