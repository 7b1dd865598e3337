/** The invariants of a whole life, checked when it is over. */
import type { BudgetLimits } from '../../src/delivery/windows.ts';
import { newsIn } from '../support/contents.ts';
import { ID } from './disk.ts';
import type { Owed, Past } from './past.ts';
import { isTrouble, type Sent, sharesBudget } from './sent.ts';
import { HOUR, type LaneName, MINUTE, SHARED_LIMITS } from './story.ts';
import type { World } from './world.ts';

const nameOf = ({ deliveryId, destination }: Sent) => `${deliveryId} to ${destination}`;

/** Everything that was read is stored, each once for each destination, and has ended. */
export function lostOrDoubled(world: World): string[] {
  const {
    past,
    disk: { database },
  } = world;
  const ids = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map(({ id }) => String(id));
  return [
    ...announcementsOf(world),
    ...deliveriesOf(world, new Set(ids(`SELECT ${ID} AS id FROM deliveries`))),
    ...ids(`SELECT ${ID} AS id FROM deliveries WHERE state = 'pending'`).map(
      (id) => `${id} to ${past.owed.get(id)?.delivery.destination} never ends`,
    ),
  ];
}

/** The same words later than the window are news again; nobody can store what the disk never takes. */
function isOnce(title: string, { past }: World): boolean {
  const { first = 0, last = 0 } = past.read.get(title) ?? {};
  return !title.includes('unwritable') && last - first <= HOUR / 2;
}

function* announcementsOf(world: World): Generator<string> {
  const rows = world.disk.database
    .prepare(`SELECT body ->> 'title' AS title, COUNT(*) AS copies FROM announcements GROUP BY 1`)
    .all();
  const copies = new Map(rows.map((row) => [String(row['title']), Number(row['copies'])]));
  for (const title of world.past.read.keys()) {
    if (!isOnce(title, world)) continue;
    const times = copies.get(title) ?? 0;
    if (times === 0 && !world.past.lost.has(title)) yield `${title} is lost`;
    if (times > 1) yield `${title} is stored ${times} times`;
  }
}

function* deliveriesOf(world: World, stored: ReadonlySet<string>): Generator<string> {
  const kept = new Map<string, string>();
  for (const { delivery } of world.past.owed.values()) {
    const { id, destination, ticker } = delivery;
    const { title } = newsIn(delivery);
    if (!isOnce(title, world)) continue;
    if (!stored.has(id)) {
      if (!world.past.lost.has(title)) yield `${id} is not stored`;
      continue;
    }
    const once = `${title} ${destination} ${ticker}`;
    if (kept.has(once)) yield `${id} is the same as ${kept.get(once)}`;
    kept.set(once, id);
  }
}

/** A broken store is tried again at least this often: until then the bridge does not know that it works again. */
const STORE_RETRY_MS = 1100;

/** Sent again only when nobody knows what became of it, or it was refused; under `drop`, only when it provably did not act. */
export function repeats({ past }: World): string[] {
  const found: string[] = [];
  for (const [id, { sent }] of past.owed) {
    const isDrop = !past.retried.has(id) && sent.some(({ under }) => under.options.onAmbiguous === 'drop');
    const taken = sent.filter((one) => one.taken);
    // A broken disk holds no order back: then it takes a death as well to double it.
    const isKnown = taken
      .slice(0, -1)
      .every(({ writtenAt = 0 }) => !past.isDiskBrokenWithin(writtenAt - STORE_RETRY_MS, writtenAt));
    if (isDrop && taken.length > 1 && isKnown && !past.titleOf(id).includes('unwritable'))
      found.push(`${taken.map(nameOf)[0]} arrived ${taken.length} times under drop`);
    for (const [index, next] of sent.entries()) {
      const before = sent[index - 1];
      if (before?.result === undefined || before.isForgotten) continue;
      const { outcome } = before.result;
      if (outcome.kind === 'delivered') found.push(`${nameOf(next)} was sent again after it was delivered`);
      // Another address, or a person who asks again, begins again.
      const isSame = before.under.farEnd === next.under.farEnd && !past.retried.has(id);
      if (isSame && outcome.kind === 'retry' && outcome.reason === 'format_refused' && !next.plain)
        found.push(`${nameOf(next)} was refused for its form and sent in it again`);
    }
  }
  return found;
}

export function deliveredWithoutBeingTaken({ past, disk: { database } }: World): string[] {
  return database
    .prepare(`SELECT ${ID} AS id FROM deliveries WHERE state = 'delivered'`)
    .all()
    .map(({ id }) => String(id))
    .filter((id) => !past.owed.get(id)?.sent.some(({ result }) => result?.outcome.kind === 'delivered'));
}

/** Nothing dies because nobody knows whether it arrived, when it is known that not a byte of it left. */
export function diedOfNothing({ past, disk: { database } }: World): string[] {
  return database
    .prepare(
      `SELECT ${ID} AS id FROM deliveries WHERE state = 'dead' AND reason IN ('timeout', 'connection_lost', 'answer_unreadable')`,
    )
    .all()
    .map(({ id }) => String(id))
    .filter((id) => past.owed.get(id)?.sent.every(({ writtenAt }) => writtenAt === undefined))
    .map((id) => `${id} is dead as if it might have arrived, and nothing of it was ever written`);
}

/** A stop is no failure, nor is another form: nothing dies of failed attempts before it has had them. */
export function chargedForAStop({ past, disk: { database }, story }: World): string[] {
  // One that could not be opened was an attempt that nobody saw here.
  if (story.openFailures > 0) return [];
  return database
    .prepare(
      `SELECT ${ID} AS id FROM deliveries WHERE state = 'dead' AND reason IN ('server_error', 'unreachable', 'rate_limited', 'timeout', 'connection_lost')`,
    )
    .all()
    .flatMap(({ id }) => {
      const { sent = [] } = past.owed.get(String(id)) ?? {};
      const under = sent.at(-1)?.under.options;
      if (under?.onAmbiguous === 'drop' || under?.retry.attempts === undefined) return [];
      const had = sent.filter((one) => !isFormOrMove(one)).length;
      return had < under.retry.attempts ? [`${id} died after ${had} attempts`] : [];
    });
}

const isFormOrMove = ({ result }: Sent) =>
  result?.outcome.kind === 'retry' && ['format_refused', 'moved'].includes(result.outcome.reason);

/**
 * At the receiver, over all lives: no window holds more than its limit. Nobody remembers requests whose record a
 * crash prevented.
 */
export function aboveRates(world: World): string[] {
  const { past } = world;
  const known = past.sent
    .filter((one) => one.writtenAt !== undefined)
    .filter(
      (one) =>
        one.life === world.life ||
        (isShort(one) && world.disk.isRecorded(one) && world.disk.isStored(one.deliveryId)),
    )
    .toSorted((a, b) => (a.writtenAt ?? 0) - (b.writtenAt ?? 0));
  const found: string[] = [];
  const check = (name: string, sent: readonly Sent[], limitsOf: (over: Sent) => readonly BudgetLimits[]) => {
    for (const [index, over] of sent.entries())
      for (const { limit, perMs } of limitsOf(over)) {
        const first = sent[index - limit];
        if (first === undefined || (over.writtenAt ?? 0) - (first.writtenAt ?? 0) >= perMs) continue;
        if (!isUnknowable(sent.slice(index - limit, index), over, past))
          found.push(`${name}: more than ${limit} in ${perMs} ms, the last ${over.deliveryId}`);
      }
  };
  for (const farEnd of new Set(known.map(({ under }) => under.farEnd)))
    check(
      farEnd,
      known.filter(({ under }) => under.farEnd === farEnd),
      ({ under }) => under.limits,
    );
  check(
    'both chats',
    known.filter(({ destination }) => sharesBudget(destination)),
    () => SHARED_LIMITS,
  );
  return found;
}

/**
 * How long ago something was, by a clock that was set while nobody looked. Or what an earlier life sent: until a reload
 * can ask the disk again, and if its destination is no more, because the store does not know which limits it shared.
 */
function isUnknowable(before: readonly Sent[], over: Sent, past: Past): boolean {
  const [from, until] = [before[0]?.writtenAt ?? 0, over.writtenAt ?? 0];
  // Bytes that leave in the moment of a death are of before it, whatever the rounding says.
  const since = past.lives.slice((before[0]?.life ?? over.life) + 1, over.life + 1);
  if (since.some(({ hasJumped }) => hasJumped)) return true;
  if (past.hasJumpedBetween(from, until)) return true;
  const earlier = before.filter(({ life }) => life !== over.life);
  const startAt = past.lives[over.life]?.at ?? 0;
  const configs = past.configs.filter(({ at }) => startAt <= at && at <= until);
  if (earlier.some(({ destination }) => configs.every(({ config }) => !config.has(destination)))) return true;
  return earlier.length > 0 && past.isDiskBrokenWithin(until - STORE_RETRY_MS, until);
}

/** An attempt during which the machine slept for longer than any attempt lasts is not looked for after a restart. */
const isShort = ({ startedAt, endedAt }: Sent) => endedAt !== undefined && endedAt - startedAt < 9 * MINUTE;

/**
 * The receiver's report of the rest of its window, minus the requests still under way, is not exceeded before the
 * window ends.
 */
export function aboveToldLimits({ past }: World): string[] {
  const found: string[] = [];
  for (const told of past.sent) {
    const { endedAt } = told;
    if (endedAt === undefined) continue;
    for (const news of told.result?.limits ?? []) {
      if (news.kind !== 'left') continue;
      const others = past.sent.filter(
        (one) => one.life === told.life && sharesBudget(one.destination) && one !== told,
      );
      // A request that never left gave its slot back.
      const underWay = others.filter(
        ({ startedAt, writtenAt, endedAt: other }) =>
          startedAt < endedAt && writtenAt !== undefined && (other === undefined || other > endedAt),
      ).length;
      const later = others.filter(
        (one) =>
          one.startedAt > endedAt && one.startedAt < endedAt + news.endsInMs && one.writtenAt !== undefined,
      ).length;
      if (later > Math.max(0, news.requests - underWay))
        found.push(`${nameOf(told)}: ${news.requests} were left, ${later} came`);
    }
  }
  return found;
}

/** Who asks for it late gets a whole `maxAge` again, unless somebody asks for it once more as it was. */
export function lateInVain({ past }: World): string[] {
  return [...past.retried].flatMap(([id, { at, isLate, isAsItWas, life }]) => {
    const { ended, delivery } = past.owed.get(id) ?? {};
    if (
      !isLate ||
      isAsItWas ||
      ended?.state !== 'expired' ||
      delivery === undefined ||
      life < past.lives.length - 1
    )
      return [];
    const maxAgeMs = past.configs
      .filter((one) => one.at <= ended.at)
      .map(({ config }) => config.get(delivery.destination as LaneName)?.maxAgeMs ?? 0);
    return ended.at > at && ended.at - at < Math.min(...maxAgeMs) - 1
      ? [`${id} was asked for late and expired ${(ended.at - at).toFixed()} ms later`]
      : [];
  });
}

/** For how long a failing destination is looked at, once it has had a moment to be known as such. */
const LOOK_MS = 10_000;
const KNOWN_AFTER_MS = 2000;
const MOST_LOOKS = 16;

/** A receiver in trouble gets few requests: what waits, waits. Fresh news, and a reload, which may have repaired it, are a few looks more each. */
export function hammered({ past, story }: World): string[] {
  const found: string[] = [];
  for (const farEnd of new Set(past.sent.map(({ under }) => under.farEnd))) {
    let failing: Sent[] = [];
    const judge = () => {
      const [first] = failing;
      for (const [index, one] of failing.entries()) {
        const over = failing[index + MOST_LOOKS];
        if (first === undefined || over === undefined) break;
        if (one.startedAt < first.startedAt + KNOWN_AFTER_MS || over.startedAt - one.startedAt > LOOK_MS)
          continue;
        const isMeanwhile = ({ at }: { readonly at: number }) =>
          at >= one.startedAt - 100 && at <= over.startedAt;
        // One that waited behind another of its kind is new when its turn comes.
        const hasItsTurn = ({ sent: [begun] }: Owed) =>
          story.cooldown !== undefined && begun !== undefined && isMeanwhile({ at: begun.startedAt });
        const news = [...past.owed.values()].filter(
          (owed) => owed.delivery.destination === one.destination && (isMeanwhile(owed) || hasItsTurn(owed)),
        ).length;
        const reloads = past.configs.filter(isMeanwhile).length;
        const got = failing.filter(
          ({ startedAt }) => startedAt >= one.startedAt && startedAt <= one.startedAt + LOOK_MS,
        ).length;
        if (got > MOST_LOOKS + 3 * (news + reloads)) {
          found.push(
            `${farEnd}: ${got} requests in ${LOOK_MS} ms though it failed, from ${one.deliveryId} on`,
          );
          break;
        }
      }
      failing = [];
    };
    for (const one of past.sent) {
      // A request that does not reach it costs it nothing.
      if (one.under.farEnd !== farEnd || one.writtenAt === undefined) continue;
      if (failing.length > 0 && failing[0]?.life !== one.life) judge();
      if (isTrouble(one)) failing.push(one);
      else judge();
    }
    judge();
  }
  return found;
}
