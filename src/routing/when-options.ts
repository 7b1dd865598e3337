/** `when` of a rule, as people write it: hours, days, a time zone. */
import { z } from 'zod';
import { text } from '../platform/fields.ts';
import { type HoursRange, meantDays, meantHours, parseDays, parseHours } from './hours.ts';
import { isPlace, meantZone } from './zone-words.ts';

const HOURS_HELP = 'must be a range such as "09:00-23:00", or a list of those';
const DAYS_HELP = 'must be days such as mon, mon-fri, or a list of those';

const hint = (text: string | undefined) => (text === undefined ? {} : { params: { hint: text } });

const range = z
  .string({ error: HOURS_HELP })
  .transform((written, context): HoursRange => {
    const range = parseHours(written);
    const refuse = (message: string, advice: string | undefined) => {
      context.addIssue({ code: 'custom', message, ...hint(advice) });
      return z.NEVER;
    };
    if (range === undefined) {
      const withoutZone = written.replace(/(?<!\s)\s+[A-Za-z]+(\/[A-Za-z_]+)?$/, '');
      const meant = meantHours(written) ?? meantHours(withoutZone);
      const also =
        meant !== undefined && meantHours(written) === undefined ? ', and the zone as `timezone`' : '';
      return refuse(HOURS_HELP, meant === undefined ? undefined : `did you mean "${meant}"?${also}`);
    }
    if (range.start !== range.end) return range;
    return refuse('is empty: it ends where it starts', 'leave `hours` out for the whole day');
  })
  .meta({ pattern: String.raw`^\s*\d{1,2}:\d\d ?- ?\d{1,2}:\d\d\s*$` });

const days = z.string({ error: DAYS_HELP }).transform((written, context): readonly number[] => {
  const days = parseDays(written);
  if (days !== undefined) return days;
  const isAll = /^(\*|all|any|daily|every ?day)$/i.test(written.trim());
  const meant = isAll ? undefined : meantDays(written);
  const advice = isAll ? 'leave `days` out for every day' : meant && `did you mean ${meant}?`;
  context.addIssue({ code: 'custom', message: DAYS_HELP, ...hint(advice) });
  return z.NEVER;
});

const timezone = text().transform((written, context) => {
  if (isPlace(written)) return written;
  const params = { hint: meantZone(written) };
  context.addIssue({
    code: 'custom',
    message: 'must be a place of the IANA list, such as Asia/Seoul',
    params,
  });
  return z.NEVER;
});

const WHEN_HELP = 'must be a mapping such as { hours: "09:00-23:00", days: [mon-fri], timezone: Asia/Seoul }';

/** One, or a list of them. */
const listOf = <Schema extends z.ZodType>(one: Schema, error: string) =>
  z.union([one.transform((value) => [value]), z.array(one, { error }).min(1, 'must not be empty')], {
    error,
  });

export const whenOptions = z
  .strictObject(
    {
      hours: listOf(range, HOURS_HELP)
        .optional()
        .describe('from, inclusive, to, exclusive; `"22:00-06:00"` goes over midnight'),
      days: listOf(days, DAYS_HELP)
        .transform((lists) => [...new Set(lists.flat())])
        .optional()
        .describe('`mon`, `mon-fri`; hours over midnight belong to the day on which they begin'),
      timezone: timezone.optional().describe("a place of the IANA list; default: the machine's own"),
    },
    { error: ({ code }) => (code === 'invalid_type' ? WHEN_HELP : undefined) },
  )
  .refine(({ hours, days }) => hours !== undefined || days !== undefined, 'must have hours, days or both')
  .describe('the moments at which the rule matches; at others it does not');

export type WhenOptions = z.output<typeof whenOptions>;
