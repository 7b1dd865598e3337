/** One connection to the feed service. */
import { z } from 'zod';
import { duration, durationOrOff, secret, text } from '../../platform/fields.ts';
import { commonFeedOptions, feedUrl } from '../common-options.ts';

/** The characters that a header can carry; Node would refuse any other, and it is a copying mistake anyway. */
const SENDABLE = /^[\x21-\x7e]+$/;

const exchanges = z
  .union([
    text().transform((name) => [name]),
    z.array(text()).min(1, 'must name at least one exchange, or be left out'),
  ])
  .transform((names) => names.map((name) => name.trim().toLowerCase()))
  .optional();

export const cryptolistingOptions = z
  .strictObject({
    type: z.literal('cryptolisting').optional().default('cryptolisting').describe('may be left out'),
    ...commonFeedOptions,
    url: feedUrl()
      .refine(
        (value) => !/api_?key/i.test(new URL(value).search),
        'must not carry the key: the service refuses it there; use apiKey',
      )
      .default('wss://cryptolisting.ws')
      .describe('WebSocket address of the feed'),
    apiKey: secret()
      .refine(
        (key) => SENDABLE.test(key.reveal()),
        'must be one line of plain letters and digits, as the service issued it',
      )
      .meta({ secret: true })
      .describe('your key: dsk_ and 64 hex characters'),
    exchanges: exchanges.describe('only these publishers; becomes ?cex='),
    silenceTimeout: duration()
      .default(45_000)
      .describe('without a frame or ping for this long, the connection counts as dead'),
    selfTest: durationOrOff()
      .default(3_600_000)
      .describe('request a test announcement after connecting and at this interval; false = never'),
  })
  .transform((feed) => ({ ...feed, name: feed.name ?? new URL(feed.url).hostname }));

export type CryptolistingOptions = z.output<typeof cryptolistingOptions>;
