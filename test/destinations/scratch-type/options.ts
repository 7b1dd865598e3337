/** The options of the scratch type. */
import { z } from 'zod';
import { commonOptions, perTickerOptions } from '../../../src/destinations/common-options.ts';
import { secret, secretUrl, text } from '../../../src/platform/fields.ts';

export const scratchOptions = z.strictObject({
  type: z.literal('scratch'),
  uri: secretUrl('https:', 'http:').describe('where the order goes'),
  accessKey: secret().optional().describe('sent with every order'),
  form: text().optional().describe('the order, in Liquid; default: what is known of it as JSON'),
  success: z
    .strictObject({ formMatches: text().describe('regular expression that the answer must contain') })
    .optional()
    .describe('what counts as taken, beyond any 2xx'),
  ...perTickerOptions(),
  ...commonOptions({ maxAgeMs: 10 * 60_000, timeoutMs: 5_000, concurrency: 16 }),
});

export type ScratchOptions = z.output<typeof scratchOptions>;
