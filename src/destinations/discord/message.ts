/** The rendered message for Discord: two bodies of "create message", ready but for the nonce. */
import type { RESTPostAPIChannelMessageJSONBody, RESTPostAPIWebhookWithTokenJSONBody } from 'discord.js';

/** No push notification. https://discord.com/developers/docs/resources/message#message-object-message-flags */
export const SUPPRESS_NOTIFICATIONS = 4096;

/** Fits a webhook as well as a bot; `username`, `avatar_url` and `thread_name` are there only for a webhook. */
export type DiscordBody = RESTPostAPIWebhookWithTokenJSONBody | RESTPostAPIChannelMessageJSONBody;

export interface DiscordMessage {
  readonly body: DiscordBody;
  /** The minimal form for when Discord refuses `body`. */
  readonly plain: DiscordBody;
}
