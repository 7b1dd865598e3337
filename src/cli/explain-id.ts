/**
 * `explain --id`: a stored announcement, with what the rules said of it then beside what they say now. Needs only the store:
 * it works while the bridge runs, and with a config that has a problem, which then has no say.
 */
import type { Cooling } from '../cooldown/cooling.ts';
import { compileConfig } from '../daemon/ready-config.ts';
import { keyOf } from '../delivery/delivery.ts';
import type { StoredDecision } from '../outbox/deliveries.ts';
import { printable } from '../platform/printable.ts';
import { compareRules, type Now, nowOf, type OrWhy, thenOf } from '../then-and-now.ts';
import { shownDelivery } from './deliveries-text.ts';
import { type ExitCode, FINE, UserError, WRONG_USAGE } from './exit-codes.ts';
import { type CooldownsThen, describeThenAndNow } from './explain-id-text.ts';
import { type Io, jsonText } from './io.ts';
import { answered, type OpenedStore, type StoreOptions, withStore } from './store-file.ts';
import { coolingThen } from './stored-cooldowns.ts';

export interface ExplainIdOptions extends StoreOptions {
  readonly id: string;
  readonly json: boolean;
}

/** Throws `UserError` for flags that describe another announcement. */
export function requireOnlyId(flags: Readonly<Record<string, unknown>>): void {
  for (const [flag, value] of Object.entries(flags))
    if (value !== undefined && value !== false)
      throw new UserError(
        `--${flag} cannot be combined with --id, which takes the announcement from the store`,
        WRONG_USAGE,
      );
}

export const explainIdCommand = (options: ExplainIdOptions, io: Io): Promise<ExitCode> =>
  withStore(options, io, async (opened): Promise<ExitCode> => {
    const decision = await find(options.id, opened);
    const before = thenOf(decision);
    const now = today(decision, opened);
    const cooldowns = cooldownsOf(decision, opened);
    if (options.json) io.print(jsonText(shown(decision, before, now, cooldowns)));
    else
      for (const line of describeThenAndNow({ decision, before, now, cooldowns }, io.columns)) io.print(line);
    return FINE;
  });

/** Throws `UserError` when nothing has that id. */
async function find(given: string, { operator }: OpenedStore): Promise<StoredDecision> {
  const id = given.trim();
  const found = await answered(operator.decision(id));
  if (found !== undefined) return found;
  const [announcement = ''] = id.split('-');
  const isNear = announcement !== id && (await answered(operator.decision(announcement))) !== undefined;
  throw new UserError(
    isNear
      ? `There is no delivery ${printable(id)} in the store, but its announcement is: \`listing-bridge explain --id ${printable(announcement)}\`.`
      : `There is no announcement or delivery ${printable(id)} in the store. The log and \`listing-bridge status --json\` have the ids of announcements, \`listing-bridge deliveries\` those of deliveries; rows older than store.retention are deleted.`,
  );
}

function today({ content }: StoredDecision, { config: { whole } }: OpenedStore): OrWhy<Now> {
  if (content.kind !== 'news') return { why: 'no rule decides an alert' };
  if (whole === undefined)
    return { why: 'the config of now has a problem, so that its rules cannot be evaluated' };
  return nowOf(content.announcement, whole, compileConfig(whole));
}

/** Of those that a cooldown has ended, by the keys of their rows. */
function cooldownsOf({ deliveries }: StoredDecision, { database, config }: OpenedStore): CooldownsThen {
  const found = new Map<string, Cooling>();
  const cooled = deliveries.filter(({ delivery: { reason } }) => reason === 'cooldown');
  const rules = cooled.length === 0 || config.whole === undefined ? undefined : compileConfig(config.whole);
  for (const { delivery } of rules === undefined ? [] : cooled) {
    const cooling = rules && coolingThen(database, rules.router.cooldowns, delivery.delivery);
    if (cooling !== undefined) found.set(keyOf(delivery.delivery), cooling);
  }
  return found;
}

function shown(
  decision: StoredDecision,
  before: ReturnType<typeof thenOf>,
  now: ReturnType<typeof today>,
  cooldowns: CooldownsThen,
) {
  const { content, deliveries } = decision;
  const differences = 'why' in before || 'why' in now ? undefined : compareRules(before, now);
  return {
    announcement: content.kind === 'news' ? content.announcement : content.alert,
    before,
    now,
    ...(differences !== undefined && {
      differences: differences
        .filter(({ difference }) => difference !== 'same')
        .map(({ rule, difference }) => ({ rule, difference })),
    }),
    deliveries: deliveries.map(({ delivery, attempts }) => ({
      ...shownDelivery(delivery),
      ...(cooldowns.has(keyOf(delivery.delivery)) && { cooldown: cooldowns.get(keyOf(delivery.delivery)) }),
      attemptList: attempts,
    })),
  };
}
