/** Any WebSocket that sends one JSON object a frame: the config says how to greet it and where the fields stand. */
import type { FeedType } from '../feed.ts';
import { ABOUT, EXAMPLE } from './about.ts';
import { WebsocketFeed } from './feed.ts';
import { type WebsocketOptions, websocketOptions } from './options.ts';
import { WEBSOCKET_REASONS } from './refusal.ts';
import { rehearsed } from './rehearsed.ts';

export const websocket: FeedType<WebsocketOptions> = {
  about: ABOUT,
  more: EXAMPLE,
  schema: websocketOptions,
  connection: ({ url, headers, hello, proxy, tls }) => [url, headers, hello, proxy, tls],
  marks: ({ url }) => [url.reveal()],
  publishers: ({ map: { publisher } }) =>
    publisher.value === undefined ? undefined : [publisher.value.toLowerCase()],
  reasons: WEBSOCKET_REASONS,
  opener: () => (options, deps) => new WebsocketFeed(options, deps),
  rehearsed,
};
