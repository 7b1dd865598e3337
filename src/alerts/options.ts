/** Options of alerts: what is reported, and through which destinations. */
import { z } from 'zod';
import type { Thresholds } from '../conditions/kind.ts';
import { KEY_EXPIRES_WITHIN_MS } from '../feeds/feed.ts';
import { duration, text } from '../platform/fields.ts';
import { cronFault } from './heartbeat-times.ts';

const SEND_HELP = 'must be a list of names of destinations';

export const alertsOptions = z.strictObject({
  send: z
    .union([text().transform((name) => [name]), z.array(text(), { error: SEND_HELP })], { error: SEND_HELP })
    .refine((names) => names.length > 0, 'must name at least one destination')
    .describe('names of destinations; problems with one of them are reported through the others'),
  feedDownAfter: duration()
    .default(60_000)
    .describe(
      'a feed that is not connected for this long is reported as down; one that is refused permanently, at once',
    ),
  keyExpiresWithin: duration()
    .default(KEY_EXPIRES_WITHIN_MS)
    .describe('an expiring key is reported this long before its end'),
  heartbeat: z
    .string({ error: 'must be text, such as "0 9 * * *"' })
    .superRefine((pattern, context) => {
      const fault = cronFault(pattern);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    })
    .optional()
    .describe(
      'cron: minute, hour, day, month, weekday, in the time zone of the process (`TZ`). Sends a sign of life with the counts since the last one',
    ),
});

export type AlertsOptions = z.output<typeof alertsOptions>;

/** Of a bridge without `alerts`: the status is as patient as they are. */
export const DEFAULT_THRESHOLDS: Thresholds = alertsOptions.parse({ send: ['nobody'] });
