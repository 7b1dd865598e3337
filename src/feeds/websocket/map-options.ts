/** How people say where the fields of an announcement stand in a frame. */
import { z } from 'zod';
import { EVEN_IF_WRONG, text } from '../../platform/fields.ts';
import { PATH_HELP, stepsOf } from './path.ts';

const path = () => text().refine((written) => stepsOf(written) !== undefined, PATH_HELP);

const FIELD_HELP = 'must be { path: where it stands } or { value: what it always is }';

const field = () =>
  z
    .strictObject(
      {
        path: path().optional().describe('where it stands in the frame'),
        value: text().optional().describe('what it always is'),
        values: z
          .record(z.string(), text(), {
            error: 'must be a mapping: what the source writes, then what it means',
          })
          .optional()
          .describe('translates what the source writes; other words stay as they are'),
      },
      { error: ({ code }) => (code === 'invalid_type' ? FIELD_HELP : undefined) },
    )
    .superRefine(({ path: from, value, values }, context) => {
      const issue = (message: string, at: string[] = []) =>
        context.addIssue({ code: 'custom', path: at, message });
      if ((from === undefined) === (value === undefined)) issue(FIELD_HELP);
      else if (value !== undefined && values !== undefined) issue('works only beside `path`', ['values']);
    }, EVEN_IF_WRONG);

/** `auto`: seconds to nanoseconds by their number of digits, and ISO 8601. */
const TIME_UNITS = ['auto', 's', 'ms', 'us', 'ns', 'iso'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

const time = () =>
  z.strictObject(
    {
      path: path().describe('where it stands in the frame'),
      unit: z
        .enum(TIME_UNITS)
        .default('auto')
        .describe('of a number; iso = ISO 8601, UTC when it names no offset'),
    },
    { error: ({ code }) => (code === 'invalid_type' ? 'must be { path: where it stands }' : undefined) },
  );

export const mapOptions = z.strictObject(
  {
    publisher: field().describe('the exchange: binance, upbit, bithumb, …'),
    title: field().describe('the words of the exchange'),
    listingType: field().describe('what it is about: spot_listing, not_listing, …'),
    tickers: field().optional().describe('a list, or text with commas'),
    id: field().optional().describe('of the notice; `extra.id` in templates'),
    url: field().optional().describe('of the notice; `extra.url` in templates'),
    publishedAt: time().optional().describe('when the exchange published it'),
    detectedAt: time()
      .optional()
      .describe('when the source saw it: its age counts from here, else from publishedAt'),
    dispatchedAt: time().optional().describe('when the source sent it'),
  },
  {
    error: ({ code }) =>
      code === 'invalid_type'
        ? 'must be a mapping with at least publisher, title and listingType'
        : undefined,
  },
);

export type MapOptions = z.output<typeof mapOptions>;
export type FieldOptions = MapOptions['title'];
export type TimeOptions = NonNullable<MapOptions['publishedAt']>;
