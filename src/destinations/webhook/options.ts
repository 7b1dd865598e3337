/** Any HTTP receiver: a trading bot, an automation, your own service. Signed as Standard Webhooks when `secret` is set. */
import { z } from 'zod';
import { EVEN_IF_WRONG, integer, secretUrl, text } from '../../platform/fields.ts';
import { Secret } from '../../platform/secret.ts';
import { commonOptions, perTickerOptions } from '../common-options.ts';
import { contentTypeProblem, headerNameProblem, headerValueProblem, repeatedNames } from './headers.ts';

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

/** For each name that is or has a mistake, where and why; `value` may be anything in a config with mistakes. */
function checkHeaders(headers: unknown, issue: (path: string[], message: string) => void): void {
  if (typeof headers !== 'object' || headers === null) return;
  const names = Object.keys(headers);
  for (const [name, value] of Object.entries(headers)) {
    const problem = value instanceof Secret ? headerValueProblem(name, value.reveal()) : undefined;
    if (problem !== undefined) issue(['headers', name], problem);
  }
  for (const name of repeatedNames(names))
    issue(['headers', name], 'is given twice (header names ignore case): one of them would be lost');
}

/** A user name and password in `url` become the header `Authorization: Basic …`, unless `headers` has one. */
const namesUserWithColon = (url: unknown): boolean =>
  url instanceof Secret && /%3a/i.test(new URL(url.reveal()).username);

/** Types that no receiver takes for JSON. */
const NO_JSON = /x-www-form-urlencoded|multipart|xml|html|yaml|csv/i;

export const webhookOptions = z
  .strictObject({
    type: z.literal('webhook'),
    url: secretUrl('https:', 'http:').describe('address of the receiver; may contain user:password@'),
    method: z
      .enum(['POST', 'PUT', 'PATCH'], { error: 'must be POST, PUT or PATCH' })
      .default('POST')
      .describe('HTTP method'),
    headers: z
      .record(
        z.string().superRefine((name, context) => {
          const message = headerNameProblem(name);
          if (message !== undefined) context.addIssue({ code: 'custom', message });
        }),
        z.string().transform((value) => new Secret(value)),
      )
      .default({})
      .describe(
        'added to every request; headers that the bridge sets itself, and connection headers, are rejected',
      ),
    secret: z
      .union([signingSecret(), z.array(signingSecret()).min(1)], { error: SECRET_HELP })
      .optional()
      .describe('signs every request; a list signs with each secret, for key rotation'),
    ...perTickerOptions(),
    body: z
      .unknown()
      .optional()
      .describe('a tree becomes JSON with Liquid leaves; a string becomes plain text'),
    contentType: text()
      .optional()
      .describe('content type of a text body; default: text/plain; charset=utf-8'),
    success: z
      .strictObject({
        status: z
          .union([integer(200, 299), z.array(integer(200, 299)).min(1)])
          .optional()
          .describe('only these statuses'),
        bodyMatches: text().optional().describe('regular expression that the answer must contain'),
      })
      .optional()
      .describe('stricter definition of success than any 2xx'),
    ...commonOptions({ maxAgeMs: 10 * 60_000, timeoutMs: 5_000, concurrency: 16 }),
  })
  .superRefine((options, context) => {
    const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    checkHeaders(options.headers, issue);
    const typed =
      typeof options.contentType === 'string' ? contentTypeProblem(options.contentType) : undefined;
    if (typed !== undefined) issue(['contentType'], typed);
    if (namesUserWithColon(options.url))
      issue(['url'], 'has a user name with a colon, which Basic authentication cannot carry');
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
