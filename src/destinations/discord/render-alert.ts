/** An alert on Discord: an embed coloured by how bad it is. Nobody is mentioned: the channel may be full of readers whom it does not concern. */
import type { AlertContent } from '../../delivery/content.ts';
import { ALERT_COLOURS } from '../presentation.ts';
import { escapeMarkdown } from './escape.ts';
import type { DiscordMessage } from './message.ts';
import type { DiscordOptions } from './options.ts';
import { flagsOf, senderOf, threadNameOf } from './render.ts';
import { LIMITS } from './render-default.ts';
import { cutMarkdown } from './truncate.ts';

export function renderDiscordAlert(
  options: Pick<DiscordOptions, 'silent' | 'username' | 'avatarUrl' | 'threadName'>,
  { alert: { severity, headline, paragraphs } }: Pick<AlertContent, 'alert'>,
): DiscordMessage {
  const common = {
    allowed_mentions: { parse: [] },
    ...flagsOf(options),
    // An alert has none of the variables of an announcement, and a forum wants a name.
    ...(options.threadName !== undefined && { thread_name: threadNameOf(headline) }),
  };
  const text = (parts: readonly string[], limit: number) =>
    cutMarkdown(parts.map((part) => escapeMarkdown(part)).join('\n\n'), limit);
  const title = text([headline], LIMITS.title);
  const description = text(paragraphs, Math.min(LIMITS.description, LIMITS.total - title.length));
  const embed = { color: ALERT_COLOURS[severity], title, ...(description !== '' && { description }) };
  return {
    body: { embeds: [embed], ...senderOf(options), ...common },
    plain: { content: text([headline, ...paragraphs], LIMITS.content), ...common },
  };
}
