/**
 * How people write rules: `match` says which announcements, `send` says where to.
 * Conditions in one `match` are ANDed, as are the keys of one condition object; a list is OR;
 * `not`, `matches` and `any` nest. Shape only: names and regular expressions are checked by
 * `config/`, meaning is given by `matcher.ts`.
 */
import { z } from 'zod';
import { type ConditionTree, conditionOptions, textConditionOptions } from '../matching/options.ts';
import { EVEN_IF_WRONG, flag, integer, text } from '../platform/fields.ts';
import { cooldownOptions } from './cooldown-options.ts';
import { whenOptions } from './when-options.ts';

const countCondition = conditionOptions(integer(0), 'a whole number');
const flagCondition = conditionOptions(flag(), 'true or false');

/** `any`: originals and updates alike. */
const updateCondition = z.union(
  [z.literal('any').transform((): ConditionTree<boolean> => [true, false]), flagCondition],
  { error: 'must be true, false or any' },
);

/** As templates name them: `{{ extract.pair }}`. */
const EXTRACT_NAME = 'must be 1 to 40 letters, digits or underscores, beginning with a letter';
const extractName = () => z.string().regex(/^[A-Za-z]\w{0,39}$/, EXTRACT_NAME);

/** One part of the title. */
export const extractOptions = z.strictObject(
  {
    matches: text().describe(
      'regular expression, found anywhere in the title, ignoring case; the value is its first group, or all of it without one',
    ),
  },
  { error: ({ code }) => (code === 'invalid_type' ? 'must be a mapping: { matches: "…" }' : undefined) },
);

/** The top-level `extract:`. */
export const extractsOptions = z
  .record(extractName(), extractOptions, { error: 'must be a mapping: name, then { matches: "…" }' })
  .default({})
  .describe('parts of the title, by name, for conditions and templates');

const extractCondition = z
  .record(z.string(), textConditionOptions, {
    error: 'must be a mapping: name of an extract, then its condition',
  })
  .refine((conditions) => Object.keys(conditions).length > 0, 'must name at least one extract');

const matchOptions = z
  .strictObject(
    {
      publisher: textConditionOptions.optional().describe('the exchange: binance, upbit, bithumb, …'),
      listingType: textConditionOptions.optional().describe('what it is about: spot_listing, not_listing, …'),
      ticker: textConditionOptions
        .optional()
        .describe('evaluated for each ticker, one must match; * stands for anything'),
      market: textConditionOptions
        .optional()
        .describe(
          'quote market that the title names (KRW, BTC, USDT, …): evaluated for each, one must match; * stands for anything',
        ),
      tickerCount: countCondition.optional().describe('number of tickers in the announcement'),
      title: textConditionOptions.optional().describe('the whole title, or a part of it with matches'),
      feed: textConditionOptions.optional().describe('name of the feed that brought it first'),
      abnormal: flagCondition.optional().describe('the service marked this one as detected late'),
      redacted: flagCondition.optional().describe('a free tier hid the title or the tickers'),
      extract: extractCondition
        .optional()
        .describe('conditions on parts of the title that `extract` defines; * stands for anything'),
      update: updateCondition
        .optional()
        .describe(
          'the title is an edit or a follow-up of earlier news; these match only rules with update: true or update: any',
        ),
      test: flagCondition
        .optional()
        .describe('self-tests match only rules that ask for them with test: true'),
    },
    {
      error: ({ code }) =>
        code === 'invalid_type'
          ? 'must be a mapping of conditions; match: {} matches everything real but updates'
          : undefined,
    },
  )
  .describe('all must hold; {} matches everything except updates (`update: any`) and self-tests');

export type MatchOptions = z.output<typeof matchOptions>;
export type MatchField = keyof MatchOptions;
export const MATCH_FIELDS = Object.keys(matchOptions.shape) as readonly MatchField[];

/** How a message is sent, as the options of the destination of the same names say, for this rule alone. */
export interface Manner {
  readonly mention?: string | undefined;
  readonly silent?: boolean | undefined;
}

/** One destination that a rule sends to, and the template and manner it wants there. */
export interface SendTarget extends Manner {
  readonly to: string;
  readonly template?: string | undefined;
}

const target = z.union(
  [
    text().transform((to): SendTarget => ({ to })),
    z.strictObject({
      to: text().describe('name of a destination'),
      template: text().optional().describe('name of a template; none = the default form'),
      mention: text().optional().describe('whom to ping, as `mention` of the destination'),
      silent: flag().optional().describe('no sound, as `silent` of the destination'),
    }),
  ],
  { error: 'must be the name of a destination, or { to: name } with template, mention or silent' },
);

export const ruleOptions = z
  .strictObject({
    name: text().optional().describe('default: rule 1, rule 2, …'),
    match: matchOptions,
    when: whenOptions.optional(),
    cooldown: cooldownOptions.optional(),
    send: z
      .union([z.array(target), target.transform((one) => [one])], {
        error: 'must be a list of destination names',
      })
      .transform((targets): readonly SendTarget[] => targets)
      .describe('destinations; may be empty only with stop: true, to drop announcements'),
    stop: flag().default(false).describe('after a match, skip the rules below'),
  })
  .superRefine((rule, context) => {
    if (Array.isArray(rule.send) && rule.send.length === 0 && !rule.stop)
      context.addIssue({
        code: 'custom',
        path: ['send'],
        message: 'must name at least one destination (or add stop: true, to drop what matches)',
      });
  }, EVEN_IF_WRONG);

/** The `rules:` of a config, in order; the unnamed are named by their place. */
export const rulesOptions = z
  .array(ruleOptions, { error: 'must be a list of rules, each starting with a dash' })
  .transform((rules) => rules.map((rule, index) => ({ ...rule, name: rule.name ?? `rule ${index + 1}` })));

export type RuleOptions = z.output<typeof rulesOptions>[number];
