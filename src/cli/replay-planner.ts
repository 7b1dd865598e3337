/** The replay of the config of today on the store: its rules, its mutes and cooldowns, and the names of its deliveries. */
import { type Announcement, identityOf } from '../announcement.ts';
import { compileConfig } from '../daemon/ready-config.ts';
import { Mutes } from '../mutes/mutes.ts';
import { DeliveryIds, occurrenceOf } from '../outbox/delivery-ids.ts';
import { mutesIn } from '../outbox/mute-rows.ts';
import { printable } from '../platform/printable.ts';
import { orNearest } from '../platform/suggest.ts';
import type { ReplayWishes } from '../replay/fate.ts';
import { ReplayPlanner } from '../replay/plan.ts';
import { UserError } from './exit-codes.ts';
import type { OpenedStore } from './store-file.ts';
import { coolingNowOrThen } from './stored-cooldowns.ts';

export interface PlannerOptions extends ReplayWishes {
  readonly destination?: string;
  readonly rule?: string;
}

/** Throws `UserError` for a config with a problem, and for names that it does not have. */
export function plannerOf(
  options: PlannerOptions,
  { config, database, nowMs: now }: OpenedStore,
): ReplayPlanner {
  const { whole } = config;
  if (whole === undefined)
    throw new UserError(
      'The rules of today cannot be asked: correct the config first (`listing-bridge check`).',
    );
  const { destination, rule, again, late } = options;
  requireName('destination', destination, Object.keys(whole.destinations));
  requireName(
    'rule',
    rule,
    whole.rules.map(({ name }) => name),
  );
  const compiled = compileConfig(whole);
  const nowMs = now();
  const mutes = new Mutes();
  mutes.take(mutesIn(database).filter(({ sinceMs }) => sinceMs <= nowMs));
  const cooling = coolingNowOrThen(database, compiled.router.cooldowns, nowMs);
  const occurrence = (announcement: Announcement) =>
    occurrenceOf(announcement, identityOf(announcement), whole.dedupeWindow);
  return new ReplayPlanner({
    ...compiled,
    ...{ again, late, nowMs, occurrenceOf: occurrence, cooldowns: compiled.router.cooldowns },
    isWanted: (delivery) =>
      (destination === undefined || delivery.destination === destination) &&
      (rule === undefined || delivery.rule === rule),
    heldBack(delivery) {
      const muted = mutes.areOn ? mutes.hold(delivery, nowMs) : undefined;
      if (muted !== undefined) return { ...muted, reason: 'muted' };
      const cooled = cooling(delivery);
      return cooled && { ...cooled, reason: 'cooldown' };
    },
    nameAgain({ content, destination: name, ticker }, times) {
      if (content.kind !== 'news') return '';
      return new DeliveryIds(occurrence(content.announcement)).of(`${name} again ${times}`, ticker);
    },
  });
}

function requireName(what: string, name: string | undefined, known: readonly string[]): void {
  if (name === undefined || known.includes(name)) return;
  throw new UserError(
    `No ${what} ${printable(name)} in the config${orNearest(name, known)}; there is: ${known.slice(0, 20).map(printable).join(', ')}`,
  );
}
