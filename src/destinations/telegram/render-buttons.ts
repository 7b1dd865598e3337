/** The link buttons under a message. A button whose URL comes out wrong is left out: the news matters more. */

import { TemplateProblem, within } from '../../templates/problem.ts';
import { compilePlain, type TextTemplate } from '../../templates/template.ts';
import type { TemplateScope } from '../../templates/variables.ts';
import { cutText } from '../presentation-cut.ts';
import { compileUrl } from '../url-template.ts';
import type { TelegramButton } from './message.ts';
import type { TelegramOptions } from './options.ts';

const LONGEST_LABEL = 64;
const LONGEST_URL = 2048;

type Buttons = (scope: TemplateScope) => readonly TelegramButton[];

export function compileButtons(buttons: NonNullable<TelegramOptions['buttons']>): Buttons {
  if (buttons === false) return () => [];
  const compiled = buttons.map((button, index) => ({
    text: within(['buttons', index, 'text'], () => compilePlain(button.text)),
    url: within(['buttons', index, 'url'], () => checked(button.url, compileUrl(button.url))),
  }));
  return (scope) =>
    compiled.flatMap(({ text, url }) => {
      const button = { text: labelOf(text(scope)), url: url(scope).trim() };
      return button.text !== '' && isButtonUrl(button.url) ? [button] : [];
    });
}

const labelOf = (text: string) => cutText(text.toWellFormed().replaceAll(/\s+/g, ' ').trim(), LONGEST_LABEL);

/** https://core.telegram.org/bots/api#inlinekeyboardbutton: "HTTP or tg:// URL" */
function isButtonUrl(url: string): boolean {
  if (url.length > LONGEST_URL || /\s/.test(url) || !URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'tg:' || ((protocol === 'https:' || protocol === 'http:') && hostname !== '');
}

/** Text without Liquid is what it is: a wrong one is better refused at load than left out for ever. */
function checked(source: string, template: TextTemplate): TextTemplate {
  if (!/\{[{%]/.test(source) && !isButtonUrl(source.trim()))
    throw new TemplateProblem('must be a full URL starting with https://, http:// or tg://');
  return template;
}
