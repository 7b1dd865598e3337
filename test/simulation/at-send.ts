/**
 * Invariants that can only be judged at the moment of a send: checked when it goes out, and when its bytes are
 * written.
 */
import { compare } from '../../src/delivery/priority-list.ts';
import { newsIn } from '../support/contents.ts';
import type { Owed, Past } from './past.ts';
import { MARGIN_MS, ROUNDING_MS, type Sent, sharesBudget } from './sent.ts';
import { type LaneName, MINUTE, STRIKES } from './story.ts';
import type { Witness, World } from './world.ts';

export class Watch implements Witness {
  readonly #violations: string[] = [];
  /** Went before another, and when. */
  readonly #passed: {
    readonly sent: Sent;
    readonly more: Owed;
    readonly at: number;
    readonly others: readonly Sent[];
  }[] = [];

  /** Asked when it is over: what follows in the very same moment has not been passed. */
  get violations(): string[] {
    const passed = this.#passed.filter(
      ({ sent, more, at, others }) =>
        sent.writtenAt !== undefined && ![...more.sent, ...others].some(({ goesAt }) => goesAt === at),
    );
    return [
      ...this.#violations,
      ...passed.map(
        ({ sent, more: { delivery } }) =>
          `${sent.deliveryId} to ${sent.destination} goes before ${delivery.id} to ${delivery.destination}, which matters more`,
      ),
    ];
  }

  goes(sent: Sent, world: World): void {
    const say = (what: string) =>
      void this.#violations.push(`${sent.deliveryId} to ${sent.destination} ${what}`);
    const { past, machine } = world;
    const own = past.owed.get(sent.deliveryId);
    if (own === undefined) return say('was never owed');
    const isOnDisk = world.storeFault === undefined && !newsIn(own.delivery).title.includes('unwritable');
    if (isOnDisk && !world.disk.isStored(sent.deliveryId)) say('is sent before it is stored');
    const first = mostImportant(sent.destination, own, world);
    for (const more of [...(first === undefined ? [] : [first]), ...mates(sent, own, world)])
      this.#passed.push({ sent, more, at: machine.truthMs, others: othersOf(more, sent, past) });
    if (pausedUntil(sent.destination, sent.under.farEnd, world) > machine.truthMs + ROUNDING_MS)
      say('is sent in a pause');
    if (strikesNow(sent, world) >= STRIKES.limit) say('is sent though a ban is near');
    if (isSecondProbe(sent, world)) say('is a second probe at a time');
  }

  writes(sent: Sent, body: string | undefined, world: World): void {
    const say = (what: string) =>
      void this.#violations.push(`${sent.deliveryId} to ${sent.destination} ${what}`);
    const { past, machine } = world;
    const now = world.config.get(sent.destination);
    if (now === undefined) return say('is written though its destination was removed');
    if (now.options.dryRun) say('is written under dryRun');
    const owed = past.owed.get(sent.deliveryId);
    if (owed === undefined) return;
    if (
      !past.hasJumpedBetween(owed.at, machine.truthMs) &&
      machine.truthMs - newSince(owed, past) >= now.maxAgeMs + ROUNDING_MS
    )
      say(`is written after its maxAge`);
    const discardedAt = past.discarded.get(sent.deliveryId);
    if (discardedAt !== undefined && sent.startedAt > discardedAt) say('is sent though it was discarded');
    if (isMuted(sent, past, machine.truthMs)) say('is written though its destination is muted');
    if (!now.forEachTicker || body === undefined) return;
    const { ticker, redacted } = JSON.parse(body) as { ticker?: string; redacted?: boolean };
    if (ticker === undefined || redacted === true) say('is written without a ticker under forEach');
  }
}

/** Who asks for it by hand since then gets it. By a clock that was set nobody knows when it ends. */
function isMuted({ deliveryId, destination }: Sent, { muted, retried, lives }: Past, at: number): boolean {
  if (lives.some(({ hasJumped }) => hasJumped)) return false;
  const requestedAt = retried.get(deliveryId)?.at ?? Number.NEGATIVE_INFINITY;
  return muted.some(
    (mute) =>
      mute.destination === destination && mute.from < at && at < mute.until && requestedAt < mute.madeAt,
  );
}

/** Another lane may have something under way instead, from this very moment on. */
const othersOf = ({ delivery }: Owed, sent: Sent, past: Past): readonly Sent[] =>
  delivery.destination === sent.destination ? [] : past.sentTo(delivery.destination);

/** A more important delivery of the other lanes behind the same budget that is not let first. */
function* mates(sent: Sent, own: Owed, world: World): Generator<Owed> {
  // By a clock that was set nobody knows how long the others' limits and pauses still hold.
  if (!sharesBudget(sent.destination) || world.past.lives.some(({ hasJumped }) => hasJumped)) return;
  for (const other of world.config.keys()) {
    if (other === sent.destination || !sharesBudget(other)) continue;
    const more = mostImportant(other, own, world);
    if (more !== undefined && couldGo(other, world)) yield more;
  }
}

function isSecondProbe(sent: Sent, { past, suspended }: World): boolean {
  const since = suspended.get(sent.destination);
  if (since === undefined || since.farEnd !== sent.under.farEnd) return false;
  return past.sent.some(
    (one) =>
      one !== sent &&
      one.life === sent.life &&
      one.destination === sent.destination &&
      one.startedAt >= since.at &&
      one.endedAt === undefined,
  );
}

/** Who asks for it by hand, late, makes it new. */
function newSince({ delivery, bornAt }: Owed, { retried }: Past): number {
  const again = retried.get(delivery.id);
  return again?.isLate ? again.at : bornAt;
}

/** A delivery that waits for that destination for the first time, could be sent, and goes before `own`. */
function mostImportant(name: LaneName, own: Owed, world: World): Owed | undefined {
  const { past, machine, config } = world;
  const maxAgeMs = config.get(name)?.maxAgeMs ?? 0;
  for (const owed of past.waiting(name)) {
    const { delivery, at, sent, bornAt } = owed;
    const isNew = !owed.isTried && !sent.some(({ goesAt }) => goesAt !== undefined);
    const { toldAt = Number.POSITIVE_INFINITY } = past.retried.get(delivery.id) ?? { toldAt: at };
    if (!isNew || owed.ended !== undefined || Math.max(at, toldAt) >= machine.truthMs) continue;
    if (newsIn(delivery).id === newsIn(own.delivery).id) continue;
    if (compare(owed, own) > 0 && bornAt + maxAgeMs > machine.truthMs && world.disk.isPending(delivery.id))
      return owed;
  }
  return undefined;
}

/** Nothing but the shared budget holds that lane back. */
function couldGo(name: LaneName, world: World): boolean {
  const { past, machine, config } = world;
  const { limits, options, farEnd } = config.get(name) ?? {};
  if (limits === undefined || options === undefined || options.dryRun || world.suspended.has(name))
    return false;
  const nowAt = machine.truthMs;
  const own = past.sent.filter(({ destination }) => destination === name);
  const underWay = own.filter(({ endedAt, life }) => endedAt === undefined && life === world.life).length;
  // After a pause one goes alone.
  if (underWay > 0) return false;
  for (const { limit, perMs } of limits) {
    const recent = own.filter(
      ({ endedAt }) => endedAt === undefined || endedAt > nowAt - perMs - MARGIN_MS - 5,
    );
    if (recent.length >= limit) return false;
  }
  if (pausedUntil(name, farEnd, world) > nowAt - ROUNDING_MS) return false;
  // In trouble, or in a pause that is longer than the named one, because short ones came in a row.
  if (own.some(({ endedAt = 0, result }) => endedAt > nowAt - 10 * MINUTE && isLimited(result))) return false;
  const last = own.findLast(({ result, under }) => result !== undefined && under.farEnd === farEnd);
  return last === undefined || last.result?.outcome.kind === 'delivered';
}

const isLimited = (result: Sent['result']): boolean =>
  result?.outcome.kind === 'retry' && result.outcome.reason === 'rate_limited';

/** A pause of an earlier life counts too, unless the wall clock was set before the restart: then nobody can know how long ago that was. */
function pausedUntil(name: LaneName, farEnd: string | undefined, world: World): number {
  const firstLife = world.past.lives.findLastIndex(({ hasJumped }) => hasJumped);
  let until = 0;
  for (const one of world.past.sent) {
    const { life, result, endedAt } = one;
    if (endedAt === undefined || result?.outcome.kind !== 'retry' || life < firstLife) continue;
    const { afterMs, budget, isGuess } = result.outcome;
    // Without a time it is trouble like any other, unless it is the whole account's.
    if (afterMs === undefined || one.isForgotten || (isGuess && budget === undefined)) continue;
    const holds = budget === undefined ? one.under.farEnd === farEnd : sharesBudget(name);
    // Each process begins with a wall clock of whole milliseconds.
    if (holds) until = Math.max(until, endedAt + afterMs - (world.life - life));
  }
  return until;
}

function strikesNow(sent: Sent, world: World): number {
  if (!sharesBudget(sent.destination)) return 0;
  return world.past.sent.filter(
    ({ life, endedAt, result }) =>
      life === sent.life &&
      endedAt !== undefined &&
      endedAt > world.machine.truthMs - STRIKES.perMs + ROUNDING_MS &&
      result?.limits?.some(({ kind }) => kind === 'strike'),
  ).length;
}
