/** What is promised, asked of one life of the bridge: some of it at every start of a send, the rest at the end. */
import { compare } from '../../src/delivery/backlog.ts';
import type { BudgetLimits } from '../../src/delivery/windows.ts';
import type { Sent } from './receivers.ts';
import { SHARED_LIMITS, STRIKES, type World } from './world.ts';

/** True times are differences of large numbers. */
const ROUNDING_MS = 0.01;

/** Time to the first probe of a suspended destination. */
const FIRST_PROBE_MS = 60_000;

export class Watch {
  readonly violations: string[] = [];

  /** What can only be judged at the moment of a send. */
  started(sent: Sent, world: World): void {
    const rows = world.rows(sent.destination);
    const own = rows.find(({ id }) => id === sent.deliveryId);
    const say = (what: string) => void this.violations.push(`${sent.deliveryId} ${what}`);
    // Only a broken disk may be behind what happens.
    if (own === undefined) {
      if (world.storeFault === undefined) say('is sent before it is stored');
    } else {
      if (sent.startedMs >= own.expiresAtMs) say('is sent after its maxAge');
      if (world.storeFault === undefined) this.#order(sent, own, rows, world);
    }
    if (pausedUntil(sent, world) > sent.startedAt + ROUNDING_MS) say('is sent in a pause');
    if (strikesNow(sent, world) >= STRIKES.limit) say('is sent though a ban is near');
    const since = world.suspended.get(sent.destination);
    if (since === undefined) return;
    if (sent.startedAt < since + FIRST_PROBE_MS - ROUNDING_MS) say('is sent to a suspended destination');
    const other = lifeOf(sent, world).some(
      (one) =>
        one !== sent &&
        one.destination === sent.destination &&
        one.startedAt >= since &&
        one.endedAt === undefined,
    );
    if (other) say('is a second probe at a time');
  }

  #order(
    sent: Sent,
    own: ReturnType<World['rows']>[number],
    rows: ReturnType<World['rows']>,
    world: World,
  ): void {
    const before = rows.filter(
      (other) => other.state === 'pending' && sent.startedMs < other.expiresAtMs && compare(other, own) > 0,
    );
    for (const { id } of before) {
      // What was tried before has its own time to wait.
      const isNew = !world.sent.some(({ deliveryId }) => deliveryId === id);
      if (isNew) this.violations.push(`${sent.deliveryId} goes before ${id}, which matters more`);
    }
  }
}

const lifeOf = ({ life }: Sent, world: World) => world.sent.filter((one) => one.life === life);

/** A pause of an earlier life counts too, unless the wall clock was set before the restart: then nobody can know how long ago that was. */
function pausedUntil(sent: Sent, world: World): number {
  const firstLife = world.lives.findLastIndex(({ hasJumped }) => hasJumped);
  let until = 0;
  for (const one of world.sent) {
    const { destination, life, result, endedAt } = one;
    if (endedAt === undefined || result?.outcome.kind !== 'retry' || life < firstLife) continue;
    const { afterMs, budget } = result.outcome;
    if (afterMs === undefined || world.forgotten.has(one)) continue;
    const holds = budget === undefined ? destination === sent.destination : isShared(sent, world);
    if (holds) until = Math.max(until, endedAt + afterMs);
  }
  return until;
}

const sharedName = (world: World) => world.plans.find(({ shared }) => shared !== undefined)?.shared;
const isShared = ({ destination }: Sent, world: World) =>
  world.plans.some(({ name, shared }) => name === destination && shared !== undefined);

function strikesNow(sent: Sent, world: World): number {
  if (!isShared(sent, world)) return 0;
  return lifeOf(sent, world).filter(
    ({ endedAt, result }) =>
      endedAt !== undefined &&
      endedAt > sent.startedAt - STRIKES.perMs + ROUNDING_MS &&
      result?.limits?.some(({ kind }) => kind === 'strike'),
  ).length;
}

/** Taken twice only when the first answer was lost and `onAmbiguous` says so, or the process died around it. */
export function repeats(world: World): string[] {
  const found: string[] = [];
  const known = new Map<string, Sent>();
  for (const next of world.sent) {
    const before = known.get(next.deliveryId);
    known.set(next.deliveryId, next);
    if (before?.life !== next.life || before.result === undefined) continue;
    const { kind } = before.result.outcome;
    const plan = world.plans.find(({ name }) => name === next.destination);
    if (kind === 'delivered' || (kind === 'ambiguous' && plan?.onAmbiguous === 'drop'))
      found.push(`${next.deliveryId} was sent again after it was ${kind}`);
    const mustBePlain =
      before.result.outcome.kind === 'retry' && before.result.outcome.reason === 'format_refused';
    if (mustBePlain && !next.plain)
      found.push(`${next.deliveryId} was refused for its form and sent in it again`);
  }
  return found;
}

export function deliveredWithoutBeingTaken(world: World): string[] {
  const taken = new Set(world.sent.filter((one) => one.taken).map(({ deliveryId }) => deliveryId));
  return world.rows().flatMap(({ state, id }) => (state === 'delivered' && !taken.has(id) ? [id] : []));
}

/** At the receiver, over all lives: no window holds more than its limit. What a crash kept from being written down nobody remembers. */
export function aboveRates(world: World): string[] {
  const recorded = new Set(
    world.database
      .prepare('SELECT delivery_id, started_ms FROM attempts')
      .all()
      .map((row) => `${row['delivery_id']} ${row['started_ms']}`),
  );
  const hasJumpedBetween = (first: Sent, over: Sent) =>
    world.lives.some(({ hasJumped }, life) => hasJumped && first.life < life && life <= over.life);
  const key = ({ deliveryId, startedMs }: Sent) => `${deliveryId} ${startedMs}`;
  // A life that goes on where one stopped can begin the same attempt at the same moment by its clock: the row is the later one's.
  const last = new Map(world.sent.map((one) => [key(one), one]));
  const known = world.sent.filter(
    (one) =>
      one.life === world.life ||
      (one.endedAt !== undefined && recorded.has(key(one)) && last.get(key(one)) === one),
  );
  const found: string[] = [];
  const check = (name: string, sent: readonly Sent[], limits: readonly BudgetLimits[]) => {
    const times = sent
      .filter(({ writtenAt }) => writtenAt !== undefined)
      .toSorted((a, b) => (a.writtenAt ?? 0) - (b.writtenAt ?? 0));
    for (const { limit, perMs } of limits)
      for (const [index, first] of times.entries()) {
        const over = times[index + limit];
        if (over === undefined || (over.writtenAt ?? 0) - (first.writtenAt ?? 0) >= perMs) continue;
        if (!hasJumpedBetween(first, over)) found.push(`${name}: more than ${limit} in ${perMs} ms`);
      }
  };
  for (const { name, own } of world.plans)
    check(
      name,
      known.filter(({ destination }) => destination === name),
      own,
    );
  check(
    String(sharedName(world)),
    known.filter((one) => isShared(one, world)),
    SHARED_LIMITS,
  );
  return found;
}

/** What the far end said is left of its window, less what was still under way, is not exceeded before the window ends. */
export function aboveToldLimits(world: World): string[] {
  const found: string[] = [];
  for (const told of world.sent) {
    const { endedAt } = told;
    if (endedAt === undefined) continue;
    for (const news of told.result?.limits ?? []) {
      if (news.kind !== 'left') continue;
      const others = lifeOf(told, world).filter((one) => isShared(one, world) && one !== told);
      // The place of one that never left is free again.
      const underWay = others.filter(
        (one) =>
          one.startedAt < endedAt &&
          (one.endedAt === undefined || (one.endedAt > endedAt && one.writtenAt !== undefined)),
      ).length;
      const later = others.filter(
        (one) =>
          one.startedAt > endedAt && one.startedAt < endedAt + news.endsInMs && one.writtenAt !== undefined,
      ).length;
      if (later > Math.max(0, news.requests - underWay))
        found.push(`${told.deliveryId}: ${news.requests} were left, ${later} came`);
    }
  }
  return found;
}
