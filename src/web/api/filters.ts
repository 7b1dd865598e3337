/** Filters of the lists, as queries of addresses have them: the same names as the flags of the command line. */
import { z } from 'zod';
import { DELIVERY_STATES } from '../../delivery/delivery.ts';
import type { DeliveryFilter, NewsFilter } from '../../outbox/deliveries.ts';
import { seekingUnknownWords } from '../../outbox/unknown-words.ts';
import { AGO_HELP, agoIn } from '../../platform/ago.ts';
import type { Clock } from '../../platform/clock.ts';
import { inTurns } from '../../platform/steps.ts';
import type { Ops } from '../ops.ts';

/** Later than every time that passes. */
const ANY_DAY_MS = Number.MAX_SAFE_INTEGER;

export const ago = (what: string) =>
  z
    .string()
    .refine((text) => agoIn(text, ANY_DAY_MS) !== undefined, AGO_HELP)
    .optional()
    .describe(what);

const text = (what: string) => z.string().min(1).max(500).optional().describe(what);

/** Of announcements, and so of their deliveries. */
export const newsQuery = {
  since: ago('received within this span (`1h`, `3d`), or at or after this time (RFC 3339)'),
  until: ago('received before that: a span back from now, or a time'),
  feed: text('name of the feed that brought it'),
  exchange: text('such as `upbit`'),
  type: text('its listing type, such as `spot_listing`'),
  ticker: text('one of its tickers; under `forEach: ticker`, that of the delivery'),
  title: text('a part of the title, in capitals or not'),
};

export const deliveryQuery = {
  state: z.enum(DELIVERY_STATES).optional(),
  destination: text('name of the destination'),
  rule: text('name of the rule that requested it'),
  reason: text('why it ended, or what failed last: a code of docs/troubleshooting.md'),
  attempts: z
    .stringFormat('attempts', /^\d{1,6}$/, { error: 'must be a whole number' })
    .transform(Number)
    .optional()
    .describe('at least so many attempts'),
  mute: z
    .stringFormat('mute', /^[1-9]\d{0,14}$/, { error: 'must be the id of a mute, a number' })
    .transform(Number)
    .optional()
    .describe('id of the mute that held it back'),
  announcement: text('id of its announcement'),
  id: text('its own id'),
  ...newsQuery,
};

interface Times {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** With its times on the timeline of the bridge. */
export function filterIn<Query extends Times & Omit<NewsFilter, 'sinceMs' | 'untilMs'>>(
  { since, until, ...rest }: Query,
  clock: Clock,
): Omit<Query, 'since' | 'until'> & Pick<NewsFilter, 'sinceMs' | 'untilMs'> {
  return { ...rest, sinceMs: timeIn(since, clock), untilMs: timeIn(until, clock) };
}

/** On the timeline of the bridge. */
export function timeIn(given: string | undefined, clock: Clock): number | undefined {
  const wallMs = clock.wallMs();
  const ago = given === undefined ? undefined : agoIn(given, wallMs);
  if (ago === undefined) return undefined;
  return clock.monotonicMs() - (typeof ago === 'number' ? ago : wallMs - ago.getTime());
}

export const hintSchema = z
  .string()
  .optional()
  .describe('nothing was found, and a word of the query is unknown: it may be misspelled');

/** For who found nothing, in turns; `undefined`: every word is known. */
export async function hintOf(
  found: readonly unknown[],
  filter: DeliveryFilter,
  { names, clock, breathe = () => Promise.resolve() }: Ops,
): Promise<string | undefined> {
  if (found.length > 0) return undefined;
  const unknown = await inTurns(seekingUnknownWords(filter, names()), { clock, breathe });
  return unknown.length === 0 ? undefined : unknown.join('; ');
}
