/** The mark of a sample (`send`), where a template does not show it. */
import { SAMPLE_LINE, saysSample } from '../sample-mark.ts';
import type { DiscordBody } from './message.ts';
import { LIMITS } from './render-default.ts';
import { cutMarkdown } from './truncate.ts';

/** Above the text; an embed whose title shows it needs none. */
export function markedAsSample(body: DiscordBody): DiscordBody {
  if (saysSample(JSON.stringify([body.content, body.embeds]))) return body;
  const content = cutMarkdown([SAMPLE_LINE, body.content ?? ''].join('\n').trim(), LIMITS.content);
  return { ...body, content };
}
