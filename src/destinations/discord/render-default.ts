/**
 * Discord's default form, without a template: one embed, within every limit.
 * https://discord.com/developers/docs/resources/message#embed-object-embed-limits
 */
import type { APIEmbed, APIEmbedField } from 'discord.js';
import { exchangePage } from '../../templates/exchange-page.ts';
import type { RenderInput } from '../../templates/variables.ts';
import { headlineOf, LONGEST_TICKERS, latencyLine, notesOf, styleOf, tickersText } from '../presentation.ts';
import { cutText } from '../presentation-cut.ts';
import { escapeMarkdown } from './escape.ts';
import { cutMarkdown } from './truncate.ts';

export const LIMITS = {
  content: 2000,
  title: 256,
  description: 4096,
  fieldName: 256,
  fieldValue: 1024,
  footer: 2048,
  total: 6000,
  threadName: 100,
} as const;

export function defaultEmbed(input: RenderInput): APIEmbed {
  const { announcement } = input;
  const title = cutMarkdown(headlineOf(input, escapeMarkdown), LIMITS.title);
  const fields = fieldsOf(input);
  const footer = cutText(latencyLine(announcement).toWellFormed(), LIMITS.footer);
  const used =
    title.length +
    footer.length +
    fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  const description = descriptionOf(input, Math.min(LIMITS.description, LIMITS.total - used));
  const url = exchangePage(announcement);
  const timestamp = isoOf(announcement.detectedTimestampUs ?? announcement.receivedTimestampUs);
  return {
    color: styleOf(announcement.listingType).colour,
    title,
    ...(description !== '' && { description }),
    ...(url !== undefined && { url }),
    ...(fields.length > 0 && { fields }),
    footer: { text: footer },
    ...(timestamp !== undefined && { timestamp }),
  };
}

/** The notes are ours and short; the title gives way. */
function descriptionOf({ announcement }: RenderInput, limit: number): string {
  const notes = notesOf(announcement).join('\n');
  const room = notes === '' ? limit : limit - notes.length - 2;
  const title = cutMarkdown(escapeMarkdown(announcement.title.trim()), room);
  return [title, notes].filter((part) => part !== '').join('\n\n');
}

/** All the tickers, when the headline has no room for them. */
function fieldsOf(input: RenderInput): APIEmbedField[] {
  const tickers = tickersText(input).trim();
  if (input.announcement.redacted || tickers.length <= LONGEST_TICKERS) return [];
  return [{ name: 'Tickers', value: cutMarkdown(escapeMarkdown(tickers), LIMITS.fieldValue) }];
}

/** A stamp that is no time (the feed is not ours) is no timestamp. */
function isoOf(us: number): string | undefined {
  const date = new Date(us / 1000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** So much of the headline and title stands before a link is worth its place. */
const LEAST_HEAD = 500;

/** Everything in one text, for when the embed is refused. */
export function defaultContent(input: RenderInput, limit: number): string {
  const { announcement } = input;
  const notes = notesOf(announcement).map((line) => `\n${line}`);
  const url = exchangePage(announcement);
  const link = url === undefined ? '' : `\n<${url}>`;
  // A feed can bring a link that fills the message by itself.
  const end = notes.join('') + (link.length > limit - LEAST_HEAD ? '' : link);
  const head = [headlineOf(input, escapeMarkdown), escapeMarkdown(announcement.title.trim())]
    .filter((line) => line !== '')
    .join('\n');
  return cutMarkdown(head, limit - end.length) + end;
}
