/** Telegram's default form, without a template: plain code, since most messages are made here. */

import { exchangePage } from '../../templates/exchange-page.ts';
import type { RenderInput } from '../../templates/variables.ts';
import { exchangeName, headlineOf, latencyLine, notesOf } from '../presentation.ts';
import { cutText } from '../presentation-cut.ts';
import type { TelegramButton } from './message.ts';
import { escapeHtml } from './render-markup.ts';

/** Leaves room for the lines around it, whatever an exchange calls a title. */
const LONGEST_TITLE = 3000;

interface Lines {
  readonly headline: string;
  readonly title: string;
  readonly notes: readonly string[];
  readonly footer: string;
}

function linesOf(input: RenderInput): Lines {
  const { announcement } = input;
  return {
    headline: headlineOf(input),
    title: cutText(announcement.title.trim(), LONGEST_TITLE),
    notes: notesOf(announcement),
    footer: latencyLine(announcement),
  };
}

export function defaultHtml(input: RenderInput): string {
  const { headline, title, notes, footer } = linesOf(input);
  const blocks = [`<b>${escapeHtml(headline)}</b>`];
  if (title !== '') blocks[0] += `\n${escapeHtml(title)}`;
  for (const note of notes) blocks.push(`<i>${escapeHtml(note)}</i>`);
  blocks.push(`<i>${escapeHtml(footer)}</i>`);
  return blocks.join('\n\n');
}

export function defaultPlain(input: RenderInput): string {
  const { headline, title, notes, footer } = linesOf(input);
  return [headline, title, ...notes, footer]
    .filter((line) => line !== '')
    .join('\n')
    .toWellFormed();
}

export function defaultButtons({ announcement }: RenderInput): readonly TelegramButton[] {
  const url = exchangePage(announcement);
  return url === undefined
    ? []
    : [{ text: `Open ${exchangeName(announcement.publisher) || 'the page'}`, url }];
}
