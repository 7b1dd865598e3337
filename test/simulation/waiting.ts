/**
 * A delivery waits only for a reason: a requested pause, a limit, a receiver in trouble, a process that was not
 * there. A delivery that waited longer was held back by nothing, which is as good as lost for an order.
 */
import type { InForce } from './config.ts';
import type { Owed } from './past.ts';
import { isTrouble, MARGIN_MS, type Sent, sharesBudget } from './sent.ts';
import { MINUTE, SHARED_LIMITS, STRIKES } from './story.ts';
import type { World } from './world.ts';

/** After the reason has gone. */
const GRACE_MS = 1600;
/** A process that was stopped, hung or slept has to notice first. */
const AWAKE_MS = 5000;
/** The longest `shutdownTimeout`, and a bit. */
const STOPPING_MS = 2500;
const LONGEST_LADDER_MS = 31 * MINUTE;

interface Span {
  readonly from: number;
  readonly until: number;
}

export function waitedForNothing(world: World): string[] {
  // Nobody can tell how long a pause lasts by a clock that was set while nobody looked.
  if (world.past.lives.some(({ hasJumped }) => hasJumped)) return [];
  return [...world.past.owed.values()]
    .filter(({ delivery: { id } }) => !world.past.discarded.has(id) && !world.past.retried.has(id))
    .filter((owed) => !hadItsOwnRules(owed, world))
    .flatMap((owed) => [...waitsOf(owed)].flatMap((wait) => withoutReason(owed, wait, world) ?? []));
}

interface Wait extends Span {
  /** The attempt before it. */
  readonly before: Sent | undefined;
}

function* waitsOf({ at, sent, ended }: Owed): Generator<Wait> {
  for (const [index, next] of [...sent, undefined].entries()) {
    const before = sent[index - 1];
    if (next === undefined && ended?.state !== 'expired') return;
    const from = before === undefined ? at : before.endedAt;
    const until = next?.startedAt ?? ended?.at ?? 0;
    if (from !== undefined && until - from > GRACE_MS) yield { from, until, before };
  }
}

function withoutReason(owed: Owed, wait: Wait, world: World): string | undefined {
  const { id, destination } = owed.delivery;
  const reasons = [...reasonsOf(owed, wait, world)].filter(({ from }) => from <= wait.until);
  const last = Math.max(wait.from, ...reasons.map(({ until }) => until));
  if (last >= wait.until - GRACE_MS) return undefined;
  return `${id} to ${destination} waited for nothing from ${last.toFixed()} to ${wait.until.toFixed()}`;
}

/** A destination that was removed, dry or another meanwhile has its own rules. */
function hadItsOwnRules({ delivery, at }: Owed, { past }: World): boolean {
  const { destination } = delivery;
  const isOn = (config: ReadonlyMap<string, InForce>) => config.get(destination)?.options.dryRun === false;
  return past.configs.some((one, index) => (past.configs[index + 1]?.at ?? at) >= at && !isOn(one.config));
}

function* reasonsOf(owed: Owed, wait: Wait, world: World): Generator<Span> {
  const { past, machine } = world;
  const name = owed.delivery.destination;
  const { farEnd, limits = [] } = past.inForceAt(name, wait.until) ?? {};
  for (const { at, endedAt } of past.lives) {
    yield { from: at, until: at + AWAKE_MS };
    // From the signal on nothing new is sent.
    if (endedAt !== undefined) yield { from: endedAt - STOPPING_MS, until: endedAt };
  }
  for (const halt of machine.halts) yield { ...halt, until: halt.until + AWAKE_MS };
  for (const { at } of past.configs) yield { from: at, until: at };
  const mates = past.sent.filter(
    ({ destination }) => destination === name || (sharesBudget(destination) && sharesBudget(name)),
  );
  const own = mates.filter((one) => one.destination === name && one.under.farEnd === farEnd);
  for (const one of mates) {
    const endedAt = one.endedAt ?? past.lives[one.life]?.endedAt ?? Number.POSITIVE_INFINITY;
    // The trial after a pause goes alone, and so does a probe.
    yield { from: one.startedAt, until: endedAt };
    yield* pausesOf(one, own.includes(one), endedAt, mates);
  }
  // A refused message waits for its next probe: the check that it holds back no other is made on the others.
  const isPoison = owed.sent.some((one) => one.isPoison);
  yield* troubles(own, name === 'bot' ? 1000 : 61_000, isPoison);
  // After a restart nobody knows which requests went to an address before this one: all count.
  yield* fullWindows(
    mates.filter(({ destination }) => destination === name),
    limits,
  );
  if (sharesBudget(name)) yield* fullWindows(mates, SHARED_LIMITS);
  yield* ownTime(wait, own);
}

/** The pause that the answer requested for all. */
function* pausesOf(
  { result }: Sent,
  isOwn: boolean,
  endedAt: number,
  mates: readonly Sent[],
): Generator<Span> {
  const outcome = result?.outcome;
  if (outcome?.kind === 'retry' && outcome.afterMs !== undefined && (isOwn || outcome.budget !== undefined))
    // Without a time it doubles, up to 64 times.
    yield { from: endedAt, until: endedAt + outcome.afterMs * (outcome.isGuess ? 64 : 1) };
  for (const news of result?.limits ?? [])
    if (news.kind === 'left') yield { from: endedAt, until: endedAt + news.endsInMs + 100 };
    else if (strikesAt(endedAt, mates) >= STRIKES.limit)
      yield { from: endedAt, until: endedAt + STRIKES.perMs };
}

/** After its own failure it keeps its own time, until the destination is well. */
function* ownTime({ from, before }: Wait, own: readonly Sent[]): Generator<Span> {
  if (before === undefined || !own.includes(before)) return;
  const well = own.find(({ endedAt = 0, result }) => endedAt > from && result?.outcome.kind === 'delivered');
  const { maxDelay } = before.under.options.retry;
  yield { from, until: Math.min(from + maxDelay * 1.1, well?.endedAt ?? Number.POSITIVE_INFINITY) };
}

const strikesAt = (at: number, mates: readonly Sent[]): number =>
  mates.filter(
    ({ endedAt = 0, result }) =>
      endedAt <= at && endedAt > at - STRIKES.perMs && result?.limits?.some(({ kind }) => kind === 'strike'),
  ).length;

/** From the first failure to the first success; between two looks no more time than it has failed for. */
function* troubles(own: readonly Sent[], firstMs: number, withPoison: boolean): Generator<Span> {
  let since: number | undefined;
  for (const one of own.toSorted((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0))) {
    const { endedAt, result } = one;
    if (endedAt === undefined || result === undefined) continue;
    if (result.outcome.kind === 'delivered') since = undefined;
    else if (isFailure(one) || (withPoison && one.isPoison)) {
      since ??= one.startedAt;
      const lookMs = Math.min(firstMs + 2 * (endedAt - since), LONGEST_LADDER_MS);
      yield { from: since, until: endedAt + lookMs };
    }
  }
}

/** The receiver itself failed, and not this one message at a receiver that is well. */
function isFailure(one: Sent): boolean {
  const outcome = one.result?.outcome;
  if (outcome?.kind === 'retry' && outcome.reason === 'rate_limited' && outcome.afterMs !== undefined)
    return false;
  return isTrouble(one) || (outcome?.kind === 'reject' && outcome.scope !== 'message' && !one.isPoison);
}

function* fullWindows(
  sent: readonly Sent[],
  limits: readonly { limit: number; perMs: number }[],
): Generator<Span> {
  for (const { limit, perMs } of limits)
    for (const [index, first] of sent.entries()) {
      const last = sent[index + limit - 1];
      if (last === undefined) break;
      const firstEnd = first.endedAt ?? first.startedAt + 1000;
      const until = firstEnd + perMs * 1.05 + MARGIN_MS;
      if (last.startedAt <= until) yield { from: last.startedAt, until };
    }
}
