/** Flags by which deliveries and announcements are looked for, and what they say. */
import { type Command, Option } from 'commander';
import { DELIVERY_STATES, type DeliveryState } from '../delivery/delivery.ts';
import type { DeliveryFilter, NewsFilter } from '../outbox/deliveries.ts';
import type { Ago } from '../platform/ago.ts';
import { agoArgument, countArgument } from './arguments.ts';
import type { Io } from './io.ts';

export interface NewsFlags extends Pick<NewsFilter, 'feed' | 'exchange' | 'type' | 'ticker' | 'title'> {
  readonly since?: Ago;
  readonly until?: Ago;
}

export interface DeliveryFlags extends NewsFlags {
  readonly state?: DeliveryState;
  readonly destination?: string;
  readonly rule?: string;
  readonly reason?: string;
  readonly attempts?: number;
  readonly mute?: number;
  readonly announcement?: string;
  readonly id?: string;
}

/** `when`: under which other flag they count, such as `with --dead: `. */
export const withNewsFilters = (command: Command, { clock }: Io, when = ''): Command =>
  command
    .option(
      '--since <time>',
      `${when}only those received within this time, such as 1h or 3d, or since this moment`,
      agoArgument(clock),
    )
    .option(
      '--until <time>',
      `${when}only those received before that: a span back from now, or a moment`,
      agoArgument(clock),
    )
    .option('--feed <name>', `${when}only those that this feed brought`)
    .option('--exchange <name>', `${when}only those of this exchange, such as upbit`)
    .option('--type <listing-type>', `${when}only those of this listing type, such as spot_listing`)
    .option('--ticker <ticker>', `${when}only those with this ticker`)
    .option('--title <text>', `${when}only those with this text in their title`);

export const withDeliveryFilters = (command: Command, io: Io, when = ''): Command =>
  withNewsFilters(
    command
      .option('--destination <name>', `${when}only those to this destination`)
      .option('--rule <name>', `${when}only those that this rule requested`)
      .option('--reason <code>', `${when}only those with this reason, such as max_age or timeout`)
      .option('--attempts <number>', `${when}only those with at least this many attempts`, countArgument)
      .option('--announcement <id>', `${when}only those of this announcement`),
    io,
    when,
  );

export const stateOption = () =>
  new Option('--state <state>', 'only those in this state').choices(DELIVERY_STATES);

/** None that is dead was held back. */
export const muteOption = () =>
  new Option('--mute <id>', 'only those that this mute held back').argParser(countArgument);

export const DELIVERY_FLAGS = [
  ...(['state', 'destination', 'rule', 'reason', 'attempts', 'mute', 'announcement', 'id'] as const),
  ...(['since', 'until', 'feed', 'exchange', 'type', 'ticker', 'title'] as const),
] satisfies readonly (keyof DeliveryFlags)[];

/** Without what is another flag of the command. `at`: a time on the timeline of the bridge. */
export function filterOf(
  { since, until, ...flags }: DeliveryFlags,
  at: (ago: Ago | undefined) => number | undefined,
): DeliveryFilter {
  const { state, destination, rule, reason, attempts, mute, announcement, id } = flags;
  const { feed, exchange, type, ticker, title } = flags;
  return {
    ...{ state, destination, rule, reason, attempts, mute, announcement, id },
    ...{ feed, exchange, type, ticker, title, sinceMs: at(since), untilMs: at(until) },
  };
}
