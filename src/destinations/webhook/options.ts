/** Any HTTP receiver: a trading bot, an automation, your own service. Signed as Standard Webhooks when `secret` is set. */
import { z } from 'zod';
import { EVEN_IF_WRONG, integer, secretUrl, text } from '../../platform/fields.ts';
import { Secret } from '../../platform/secret.ts';
import { commonOptions } from '../common-options.ts';

const SECRET_HELP =
  'must be whsec_ followed by base64 of 24 to 64 bytes; make one with: echo "whsec_$(openssl rand -base64 32)"';

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme */
const signingSecret = () =>
  z
    .string({ error: SECRET_HELP })
    .refine((value) => {
      if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(value)) return false;
      const bytes = Buffer.from(value.slice('whsec_'.length), 'base64').length;
      return bytes >= 24 && bytes <= 64;
    }, SECRET_HELP)
    .transform((value) => new Secret(value))
    .meta({ secret: true });

/** Sent by the bridge itself, so that a receiver can rely on them. */
const OWN_HEADERS =
  /^(webhook-(id|timestamp|signature)|x-listing-bridge-.*|content-length|host|connection|transfer-encoding)$/i;

const header = z
  .string()
  .refine((value) => /^[\t\x20-\x7e]*$/.test(value), 'must be plain ASCII without line breaks')
  .transform((value) => new Secret(value));

/** Types that no receiver takes for JSON. */
const NO_JSON = /x-www-form-urlencoded|multipart|xml|html|yaml|csv/i;

export const webhookOptions = z
  .strictObject({
    type: z.literal('webhook'),
    url: secretUrl('https:', 'http:').describe('where the request goes; may carry user:password@'),
    method: z
      .enum(['POST', 'PUT', 'PATCH'], { error: 'must be POST, PUT or PATCH' })
      .default('POST')
      .describe('of the request'),
    headers: z
      .record(
        z
          .string()
          .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is not a valid header name')
          .refine((name) => !OWN_HEADERS.test(name), 'is a header that the bridge sets itself'),
        header,
      )
      .default({})
      .describe('added to every request; those that the bridge sets itself are refused'),
    secret: z
      .union([signingSecret(), z.array(signingSecret()).min(1)], { error: SECRET_HELP })
      .optional()
      .describe('signs every request; a list signs with each, for changing keys'),
    forEach: z
      .literal('ticker', { error: 'must be ticker' })
      .optional()
      .describe('one request for each ticker; none if there is none'),
    maxTickers: integer(1, 1000)
      .default(20)
      .describe(
        'under `forEach`, most requests for one announcement: the first tickers are sent, the rest is skipped (`max_tickers`)',
      ),
    body: z
      .unknown()
      .optional()
      .describe('a tree becomes JSON with Liquid leaves; a string becomes plain text'),
    contentType: text().optional().describe('of a text body; default text/plain; charset=utf-8'),
    success: z
      .strictObject({
        status: z
          .union([integer(200, 299), z.array(integer(200, 299)).min(1)])
          .optional()
          .describe('only these statuses'),
        bodyMatches: text().optional().describe('regular expression that the answer must contain'),
      })
      .optional()
      .describe('what counts as taken, beyond any 2xx'),
    ...commonOptions({ maxAgeMs: 10 * 60_000, timeoutMs: 5_000, concurrency: 16 }),
  })
  .superRefine((options, context) => {
    if (options.contentType !== undefined && typeof options.body !== 'string')
      context.addIssue({
        code: 'custom',
        path: ['contentType'],
        message: 'works only with a text body; a tree is always application/json',
      });
    for (const [name, value] of Object.entries(options.headers ?? {}))
      if (
        typeof options.body !== 'string' &&
        /^content-type$/i.test(name) &&
        value instanceof Secret &&
        NO_JSON.test(value.reveal())
      )
        context.addIssue({
          code: 'custom',
          path: ['headers', name],
          message:
            'is not what is sent: a body that is a tree, or none, is JSON; write the body as text, or leave this header out',
        });
  }, EVEN_IF_WRONG);

export type WebhookOptions = z.output<typeof webhookOptions>;
