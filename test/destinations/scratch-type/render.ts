/** From each kind of content to the body of a request. */
import { ALERT_TYPE } from '../../../src/alert.ts';
import type { AlertContent } from '../../../src/delivery/content.ts';
import type { Render } from '../../../src/destinations/destination.ts';
import { within } from '../../../src/templates/problem.ts';
import { compilePlain, type TemplateOptions } from '../../../src/templates/template.ts';
import { scopeOf } from '../../../src/templates/variables.ts';
import type { ScratchOptions } from './options.ts';

export interface ScratchMessage {
  readonly body: string;
  readonly contentType: string;
}

const JSON_TYPE = 'application/json';

export function compileScratch(
  { form, forEach }: ScratchOptions,
  template: TemplateOptions | undefined,
): Render<ScratchMessage> {
  const [key, source] =
    template === undefined ? (['form', form] as const) : (['text', template.text] as const);
  if (source === undefined)
    return ({ announcement, rule, ticker }) => ({
      body: JSON.stringify({ ...announcement, rule, ticker }),
      contentType: JSON_TYPE,
    });
  const text = within([key], () => compilePlain(source, forEach ?? 'announcement'));
  return (input) => ({ body: text(scopeOf(input)), contentType: 'text/plain; charset=utf-8' });
}

export const renderScratchAlert = ({ alert }: AlertContent): ScratchMessage => {
  const { id, severity, headline, paragraphs, data } = alert;
  const text = [headline, ...paragraphs].join('\n\n');
  return { body: JSON.stringify({ ...data, id, type: ALERT_TYPE, severity, text }), contentType: JSON_TYPE };
};
