/** `cooldown` of a rule, as people write it. */
import { z } from 'zod';
import { duration } from '../platform/fields.ts';
import { nearest } from '../platform/suggest.ts';

const COOLDOWN_BY = ['ticker', 'title', 'rule'] as const;
const FORM = '{ by: ticker, for: 24h }';
const BY_HELP = `must be one of: ${COOLDOWN_BY.join(', ')}`;

const LONG_WORDS: Readonly<Record<string, string>> = {
  millisecond: 'ms',
  second: 's',
  sec: 's',
  minute: 'm',
  min: 'm',
  hour: 'h',
  hr: 'h',
  day: 'd',
};

/** `1 day`, `24 hours`, `24H`, `1w` → `24h`. */
function meantDuration(written: unknown): string | undefined {
  if (typeof written !== 'string') return undefined;
  const [, amount = '', word = ''] =
    /^(\d+(?:\.\d+)?)\s*([a-z]+)\.?$/.exec(written.trim().toLowerCase()) ?? [];
  if (Number(amount) === 0) return undefined;
  if (/^w(eeks?)?$/.test(word)) return `${Number(amount) * 7}d`;
  const unit = ['ms', 's', 'm', 'h', 'd'].includes(word) ? word : LONG_WORDS[word.replace(/s$/, '')];
  return unit === undefined ? undefined : `${amount}${unit}`;
}

const by = z.string({ error: BY_HELP }).transform((written, context): (typeof COOLDOWN_BY)[number] => {
  const known = COOLDOWN_BY.find((one) => one === written);
  if (known !== undefined) return known;
  const singular = COOLDOWN_BY.find((one) => `${one}s` === written.toLowerCase());
  const best = singular ?? nearest(written, COOLDOWN_BY);
  const params = best === undefined ? {} : { params: { hint: `did you mean \`${best}\`?` } };
  context.addIssue({ code: 'custom', message: BY_HELP, ...params });
  return z.NEVER;
});

/** Text that names a duration in words is the commonest slip. */
const forHowLong = z.unknown().transform((written, context): number => {
  const read = duration().safeParse(written);
  if (read.success) return read.data;
  const meant = meantDuration(written);
  const hint =
    meant !== undefined
      ? `did you mean ${meant}?`
      : typeof written === 'number'
        ? `did you mean ${written}h or ${written}m?`
        : undefined;
  const message = read.error.issues[0]?.message ?? '';
  context.addIssue({ code: 'custom', message, ...(hint !== undefined && { params: { hint } }) });
  return z.NEVER;
});

export const cooldownOptions = z
  .strictObject(
    {
      by: by.describe('`ticker`: each ticker by itself; `title`; or `rule`: whatever it matches'),
      for: forHowLong.meta({ description: 'how long, from the receipt of the first on: 10m, 24h, 3d' }),
    },
    { error: ({ code }) => (code === 'invalid_type' ? `must be a mapping such as ${FORM}` : undefined) },
  )
  .describe(
    'after one that was sent, deliveries of the rule to the same destination end as skipped/cooldown',
  );

export type CooldownOptions = z.output<typeof cooldownOptions>;
