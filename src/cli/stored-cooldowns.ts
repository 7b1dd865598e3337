/** The cooldowns that follow from the deliveries in the store, for commands that show what the bridge would do, or did. */
import type { DatabaseSync } from 'node:sqlite';
import { Cooldowns } from '../cooldown/cooldowns.ts';
import type { Cooling } from '../cooldown/cooling.ts';
import { originOf } from '../delivery/content.ts';
import { type Delivery, keyOf } from '../delivery/delivery.ts';
import type { Refused } from '../delivery/held-back.ts';
import { BacklogRows } from '../outbox/backlog-rows.ts';
import { bridgeNowMs } from '../outbox/bridge-time.ts';
import { openStoreFile } from '../outbox/open.ts';
import type { RuleCooldown } from '../routing/router.ts';
import type { Io } from './io.ts';

type OfRules = ReadonlyMap<string, RuleCooldown>;

/** As they hold back what is received at that moment (wall clock, epoch ms). Without a store, or with one that cannot be read, nothing was sent. */
export function coolingAt(
  storePath: string,
  rules: OfRules,
  wallMs: number,
  { clock }: Pick<Io, 'clock'>,
): (delivery: Delivery) => Refused | undefined {
  if (rules.size === 0) return () => undefined;
  try {
    using database = openStoreFile(storePath, true);
    const nowWallMs = clock.wallMs();
    const atMs = wallMs + bridgeNowMs(database, nowWallMs) - nowWallMs;
    const cooldowns = cooldownsIn(database, rules, atMs);
    return (delivery) => cooldowns.refusalOf(delivery, atMs);
  } catch {
    return () => undefined;
  }
}

/** The reason that held a stored delivery back, by the cooldowns of today. `undefined`: nothing in the store says it. */
export function coolingThen(database: DatabaseSync, rules: OfRules, delivery: Delivery): Cooling | undefined {
  const { content } = delivery;
  if (content.kind !== 'news' || !rules.has(delivery.rule)) return undefined;
  const { receivedMs } = content.announcement;
  return cooldownsIn(database, rules, receivedMs, keyOf(delivery)).coolingOf(delivery, receivedMs);
}

/** As they hold back what is sent now, or was received at its own time; by the deliveries in the store. */
export function coolingNowOrThen(
  database: DatabaseSync,
  rules: OfRules,
  nowMs: number,
): (delivery: Delivery) => Refused | undefined {
  if (rules.size === 0) return () => undefined;
  const now = cooldownsIn(database, rules, nowMs);
  let then: { readonly atMs: number; readonly cooldowns: Cooldowns } | undefined;
  return (delivery) => {
    if (!rules.has(delivery.rule)) return undefined;
    const { receivedMs } = originOf(delivery.content);
    if (then?.atMs !== receivedMs)
      then = { atMs: receivedMs, cooldowns: cooldownsIn(database, rules, receivedMs) };
    return now.refusalOf(delivery, nowMs) ?? then.cooldowns.refusalOf(delivery, receivedMs);
  };
}

/** `before`: only deliveries whose keys are smaller, so that were read earlier. */
function cooldownsIn(database: DatabaseSync, rules: OfRules, atMs: number, before?: string): Cooldowns {
  const rows = new BacklogRows(database);
  const cooldowns = new Cooldowns(
    {
      sentBy: (names, nowMs, spanMs, limit) =>
        rows
          .sentBy(names, nowMs, spanMs, limit)
          .filter(({ delivery }) => before === undefined || keyOf(delivery) < before),
      openness: (keys) => rows.openness(keys),
    },
    { monotonicMs: () => atMs },
  );
  cooldowns.follow(rules);
  return cooldowns;
}
