/** The request that a message becomes, for people: never the webhook's token or the bot's. */
import { REDACTED } from '../../platform/secret.ts';
import type { RequestPreview } from '../destination.ts';
import { addressOf } from './address.ts';
import type { DiscordMessage } from './message.ts';
import { type DiscordOptions, WEBHOOK_PATH } from './options.ts';

export function previewDiscord(options: DiscordOptions, { body }: DiscordMessage): RequestPreview {
  const { api, route, threadId } = addressOf(options);
  const base = `${api}/v10`;
  if (options.webhookUrl === undefined)
    return {
      method: 'POST',
      url: `${base}${route}`,
      headers: { authorization: `Bot ${REDACTED}` },
      body,
    };
  const id = WEBHOOK_PATH.exec(new URL(options.webhookUrl.reveal()).pathname)?.[1] ?? REDACTED;
  const thread = threadId === undefined ? '' : `&thread_id=${threadId}`;
  return { method: 'POST', url: `${base}/webhooks/${id}/${REDACTED}?wait=true${thread}`, body };
}
