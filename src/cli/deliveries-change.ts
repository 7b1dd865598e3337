/** `deliveries retry` and `deliveries discard`: sends again, or cancels. Needs only the store. */
import type { Changed } from '../daemon/delivery-operator.ts';
import { unchangedInWords } from '../daemon/unchanged-words.ts';
import { printable } from '../platform/printable.ts';
import { type ExitCode, FINE, NOT_FINE, UserError, WRONG_USAGE } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';
import { markedLine } from './lines.ts';
import { DELIVERY_FLAGS, type DeliveryFlags, filterOf } from './program-filters.ts';
import { answered, requireKnown, type StoreOptions, warnOfUnknown, withStore } from './store-file.ts';

/** Filters of the list; its subcommands receive them too, because the command line accepts them anywhere. */
interface Narrowing extends DeliveryFlags {
  readonly limit?: number;
}

/** Something that would have been narrowed must not be done to more than was meant. */
function refuse(given: Narrowing, names: readonly (keyof Narrowing)[]): void {
  for (const name of names)
    if (given[name] !== undefined)
      throw new UserError(
        `--${name} cannot be combined with this: name the deliveries by their ids`,
        WRONG_USAGE,
      );
}

export interface RetryDeliveriesOptions extends Narrowing, StoreOptions {
  readonly ids: readonly string[];
  readonly dead: boolean;
  readonly json: boolean;
  /** Also what is past its `maxAge`, which then counts again. */
  readonly late: boolean;
}

export async function retryCommand(options: RetryDeliveriesOptions, io: Io): Promise<ExitCode> {
  if (options.ids.length > 0 === options.dead)
    throw new UserError('name deliveries to retry, or give --dead for all dead ones', WRONG_USAGE);
  refuse(options, options.dead ? ['state', 'id', 'limit'] : [...DELIVERY_FLAGS, 'limit']);
  return withStore(options, io, async (opened) => {
    requireKnown(options.destination, opened);
    const { state, ...wish } = filterOf(options, opened.at);
    const which = options.dead ? wish : options.ids;
    const result = await answered(opened.operator.retry({ which, isLate: options.late }));
    // A guessed age could let an old order through for ever.
    if ('maxAgeUnknownOf' in result)
      throw new UserError(
        `--late needs the maxAge of ${printable(result.maxAgeUnknownOf)}, and the config does not have it: correct the config, or retry without --late.`,
      );
    if (options.dead && result.changed.length === 0) warnOfUnknown(wish, opened, io);
    if (result.mayHaveArrived > 0)
      io.warn(
        markedLine(
          'warning',
          `${result.mayHaveArrived} of ${result.changed.length} may have arrived already, because the answer was lost: check the receiver; \`deliveries discard\` cancels one that has not been sent yet.`,
          io.columns,
        ),
      );
    return report('queued; a running bridge will send', result, options.json, io);
  });
}

export interface DiscardDeliveriesOptions extends Narrowing, StoreOptions {
  readonly ids: readonly string[];
  readonly json: boolean;
}

export async function discardCommand(options: DiscardDeliveriesOptions, io: Io): Promise<ExitCode> {
  refuse(options, [...DELIVERY_FLAGS, 'limit']);
  return withStore(options, io, async ({ operator }) => {
    const result = await answered(operator.discard(options.ids));
    return report('cancelled; a running bridge will drop', result, options.json, io);
  });
}

/** `done`: what was done, and what a running bridge makes of it. */
function report(done: string, { changed, unchanged }: Changed, json: boolean, io: Io): ExitCode {
  if (json) io.print(jsonText({ changed, unchanged: unchanged.map(({ id }) => id) }));
  else {
    const [was = '', next = ''] = done.split('; ');
    const count = `${changed.length} ${changed.length === 1 ? 'delivery' : 'deliveries'} ${was}`;
    const them = changed.length === 1 ? 'it' : 'them';
    if (changed.length === 0) io.print(markedLine('none', count, io.columns));
    else io.print(markedLine('good', `${count}; ${next} ${them} within a second`, io.columns));
    for (const one of unchanged)
      io.warn(markedLine('warning', `${one.id}: unchanged (${unchangedInWords(one, '--late')})`, io.columns));
  }
  return unchanged.length === 0 ? FINE : NOT_FINE;
}
