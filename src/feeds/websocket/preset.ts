/**
 * A source whose options are known: of a `websocket` feed everything is filled in, and people write their key alone. A
 * preset is one value of `Preset` and its lines in `feeds/index.ts`.
 */
import { z } from 'zod';
import { secret } from '../../platform/fields.ts';
import { commonFeedOptions, feedUrl } from '../common-options.ts';
import type { FeedType } from '../feed.ts';
import { WebsocketFeed } from './feed.ts';
import { type Message, type WebsocketOptions, websocketOptions } from './options.ts';
import { textOfMessage } from './outgoing.ts';
import { policyOf, WEBSOCKET_REASONS } from './refusal.ts';
import { rehearsed } from './rehearsed.ts';

export interface Preset<Type extends string>
  extends Omit<z.input<typeof websocketOptions>, 'type' | 'name' | 'tls' | 'url' | 'hello'> {
  readonly type: Type;
  /** For `docs/configuration.md`. */
  readonly about: string;
  readonly url: string;
  /** The messages that give the key to the source. */
  hello(apiKey: string): readonly Message[];
  /** The publishers that it can bring, in lower case; `undefined`: any. */
  readonly publishers: readonly string[] | undefined;
}

/** It stands in a message beside other words. */
const KEY_HELP = 'must be one line without blanks, as the service issued it';

/** The schema of what people write; gives the options of a `websocket` feed. */
export const presetOptions = <Type extends string>({
  type,
  about,
  hello,
  publishers,
  ...known
}: Preset<Type>) =>
  z
    .strictObject({
      type: z.literal(type).describe(about),
      ...commonFeedOptions,
      url: feedUrl().default(known.url).describe('of the source'),
      apiKey: secret()
        .refine((key) => /^[\x21-\x7e]+$/.test(key.reveal()), KEY_HELP)
        .meta({ secret: true })
        .describe('your key of the source'),
    })
    .transform(({ name, tls, url, apiKey }) => ({
      ...websocketOptions.parse({
        ...known,
        ...{ type: 'websocket', name, tls, url, hello: hello(apiKey.reveal()) },
      }),
      type,
    }));

const POLICY = policyOf({ key: '`apiKey`', request: '`url` and `apiKey`', greeting: '`apiKey`' });

export const presetType = <Type extends string>(
  { about, publishers }: Preset<Type>,
  schema: z.ZodType<WebsocketOptions>,
): FeedType<WebsocketOptions> => ({
  about,
  schema,
  connection: ({ url, hello, tls }) => [url, hello, tls],
  // All feeds of it share the address.
  marks: ({ hello }) => hello.map(textOfMessage),
  publishers: () => publishers,
  reasons: WEBSOCKET_REASONS,
  opener: () => (options, deps) => new WebsocketFeed(options, deps, POLICY),
  rehearsed,
});
