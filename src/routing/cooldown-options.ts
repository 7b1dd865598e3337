/** `cooldown` of a rule, as people write it. */
import { z } from 'zod';
import { duration } from '../platform/fields.ts';

const FORM = 'must be a mapping such as { by: ticker, for: 24h }';

export const cooldownOptions = z
  .strictObject(
    {
      by: z
        .enum(['ticker', 'title', 'rule'])
        .describe('`ticker`: each ticker by itself; `title`; or `rule`: whatever it matches'),
      for: duration().describe('how long, from the receipt of the first on'),
    },
    { error: ({ code }) => (code === 'invalid_type' ? FORM : undefined) },
  )
  .describe(
    'after one that arrived, or may have, deliveries of the rule to the same destination end as skipped/cooldown',
  );

export type CooldownOptions = z.output<typeof cooldownOptions>;
