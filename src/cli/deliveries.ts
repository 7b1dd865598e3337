/** `deliveries` and `deliveries show`: pending, delivered and failed ones, with reasons. Needs only the store. */
import type { FoundDelivery } from '../outbox/deliveries.ts';
import { printable } from '../platform/printable.ts';
import { type OrWhy, type Then, thenOf } from '../then-and-now.ts';
import { deliveryCells, deliveryColumns, describeDelivery, shownDelivery } from './deliveries-text.ts';
import { type ExitCode, FINE, UserError } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';
import { heading } from './lines.ts';
import { type DeliveryFlags, filterOf } from './program-filters.ts';
import { answered, requireKnown, type StoreOptions, warnOfUnknown, withStore } from './store-file.ts';
import { table } from './table.ts';

export interface ListOptions extends StoreOptions, DeliveryFlags {
  readonly limit?: number;
  readonly json: boolean;
}

const LISTED = 50;

export const listCommand = (options: ListOptions, io: Io): Promise<ExitCode> =>
  withStore(options, io, async (opened): Promise<ExitCode> => {
    requireKnown(options.destination, opened);
    const filter = filterOf(options, opened.at);
    const found = await answered(opened.operator.list({ ...filter, limit: options.limit ?? LISTED }));
    if (found.length === 0) warnOfUnknown(filter, opened, io);
    if (options.json) io.print(jsonText(found.map(shownDelivery)));
    else if (found.length === 0) io.print(heading('no deliveries', io.columns));
    else
      for (const line of table(deliveryColumns(found), found.map(deliveryCells), {
        width: io.columns,
        whole: ['ID'],
      }))
        io.print(line);
    return FINE;
  });

export interface ShowOptions extends StoreOptions {
  /** Of a delivery, or of an announcement: the log has both. */
  readonly id: string;
  readonly json: boolean;
}

export const showCommand = (options: ShowOptions, io: Io): Promise<ExitCode> =>
  withStore(options, io, async ({ operator }): Promise<ExitCode> => {
    const { id, json } = options;
    const found = await answered(operator.find(id));
    const [one] = found;
    if (one === undefined)
      throw new UserError(
        `There is no delivery or announcement ${printable(id)} in the store: \`listing-bridge deliveries\` lists the deliveries.`,
      );
    const decision = await answered(operator.decision(one.delivery.delivery.id));
    const decided =
      decision === undefined ? { why: 'its announcement is not in the store' } : thenOf(decision);
    if (one.delivery.delivery.id !== id) showAnnouncement(found, decided, options, io);
    else if (json)
      io.print(
        jsonText({
          ...shownDelivery(one.delivery),
          attemptList: one.attempts,
          ...shownDecision(decided, one),
        }),
      );
    else for (const line of describeDelivery(one.delivery, one.attempts, io.columns, decided)) io.print(line);
    return FINE;
  });

/** The rules that decided, and the one that it was. */
function shownDecision(decided: OrWhy<Then>, { delivery }: FoundDelivery): object {
  if ('why' in decided) return { decided };
  const { digest, inForceSinceMs, ruleCount, rules } = decided;
  const rule = rules.find((one) => one.rule === delivery.delivery.rule);
  return { decided: { digest, inForceSinceMs, ruleCount, rule } };
}

function showAnnouncement(
  found: readonly FoundDelivery[],
  decided: OrWhy<Then>,
  { id, json }: ShowOptions,
  io: Io,
): void {
  if (json)
    io.print(
      jsonText({
        announcement: id,
        deliveries: found.map(({ delivery, attempts }) => ({
          ...shownDelivery(delivery),
          attemptList: attempts,
          ...shownDecision(decided, { delivery, attempts }),
        })),
      }),
    );
  else {
    io.print(
      heading(
        `announcement ${id}: ${found.length} ${found.length === 1 ? 'delivery' : 'deliveries'}`,
        io.columns,
      ),
    );
    for (const { delivery, attempts } of found)
      for (const line of ['', ...describeDelivery(delivery, attempts, io.columns, decided)]) io.print(line);
  }
}
