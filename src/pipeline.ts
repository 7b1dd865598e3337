/**
 * The way of an announcement, built in the order in which it is gone:
 *
 *   intake   is it new, which rules match; then written down and handed over
 *   journal  the outbox, whatever the disk does
 *   budgets  the rates of every receiver, as far as an earlier run has used them
 *   lanes    one for each destination: room, age, render, send, settle
 *
 * Whoever runs it (the daemon, the rehearsal, the tests) asks for it here, and puts a config into force:
 * `lanes.apply`, then `intake.routes`.
 */
import { Cooldowns } from './cooldown/cooldowns.ts';
import { Dedupe, type First } from './dedupe.ts';
import { BudgetBook, type BudgetMemory, type DestinationBudgets } from './delivery/budget-book.ts';
import type { LaneEvents } from './delivery/lane-deps.ts';
import type { DestinationDeps, Pools } from './destinations/destination.ts';
import { Intake, type IntakeDeps, NOWHERE, type Read } from './intake.ts';
import { LaneSet, type LaneSetDeps, type Turns } from './lane-set.ts';
import { Mutes } from './mutes/mutes.ts';
import { createIds } from './outbox/ids.ts';
import { Journal, type JournalEvents, type JournalStore } from './outbox/journal.ts';
import { type Memory, memoryOf } from './outbox/learnt.ts';
import { markEnd, takeEnd } from './outbox/orderly-end.ts';
import type { Recovered } from './outbox/outbox.ts';
import type { Clock } from './platform/clock.ts';
import { nextTurn } from './platform/clock.ts';
import type { Random } from './platform/random.ts';

export interface PipelineDeps {
  readonly outbox: JournalStore;
  /** The state that an earlier run left in it. */
  readonly recovered: Recovered;
  readonly clock: Clock;
  readonly random: Random;
  /** A second copy within it is no news. In ms. */
  readonly dedupeWindowMs: number;
  readonly events: PipelineEvents;
  readonly outside: Outside;
  /** Where several machines share the work; absent: this one sends everywhere. */
  readonly cluster?: ClusterSeam | undefined;
}

/** The hooks of a cluster in a pipeline, which is made before it is joined. */
export interface ClusterSeam {
  /** Whether and how long this machine sends there. */
  readonly of: NonNullable<LaneSetDeps['tenureOf']>;
  /** Its connections, as warm as its share of the work needs. */
  pools(pools: Pools, limits: DestinationBudgets): Pools;
  /** Its budget was asked for silence. */
  paused(key: string, untilMs: number): void;
  /** A destination has learned something. */
  learnt(key: string, value: string): void;
  /** News has been read and handed over. */
  read(all: readonly Read[]): void;
  /** The announcement of that occurrence (`occurrenceOf`), if this machine has it from another one. */
  known(occurrence: string): First | undefined;
}

export interface PipelineEvents {
  readonly intake: IntakeDeps['events'];
  readonly journal: Omit<JournalEvents, 'held'>;
  readonly lane: LaneEvents;
  openFailed(destination: string, error: unknown): void;
}

/** The arguments that destinations are opened with, and when. */
export interface Outside extends Omit<DestinationDeps, 'name' | 'clock' | 'memory'> {
  readonly turns: Turns;
}

export interface Pipeline {
  readonly ids: IntakeDeps['ids'];
  readonly dedupe: Dedupe;
  readonly intake: Intake;
  readonly journal: Journal;
  readonly budgets: BudgetBook;
  readonly lanes: LaneSet;
  /** Values that destinations have learned. */
  readonly memory: Memory;
  readonly cooldowns: Cooldowns;
  /** Those in force; none until somebody brings them (`Mutes.take`). */
  readonly mutes: Mutes;
  /** Ends the lanes, for good. */
  stop(deadline: AbortSignal): Promise<void>;
}

/** Without destinations and rules: they come with a config. `clock` already continues from what the outbox has. */
export function createPipeline({
  outbox,
  recovered,
  clock,
  random,
  events,
  ...deps
}: PipelineDeps): Pipeline {
  const { turns, ...opening } = deps.outside;
  const ids = createIds(random);
  const dedupe = remember(recovered, new Dedupe(deps.dedupeWindowMs));
  const usable = () => {
    cooldowns.read();
    events.journal.usable();
  };
  const journal = new Journal(outbox, clock, { ...events.journal, usable, held: () => lanes.held() });
  const mutes = new Mutes();
  const { cluster } = deps;
  const intake = new Intake(
    {
      ...{ ids, dedupe, journal, nextTurn, brakes: mutes, events: events.intake },
      ...(cluster && { read: (all: readonly Read[]) => cluster.read(all) }),
      known: cluster && ((occurrence) => cluster.known(occurrence)),
    },
    NOWHERE,
  );
  const budgets = createBudgets(clock, {
    pauses: recovered.pauses,
    attemptsSince: (sinceMs) => journal.attemptsSince(sinceMs),
    keep: (key, untilMs, isOfMachine) => {
      journal.pause(key, untilMs);
      if (!isOfMachine) deps.cluster?.paused(key, untilMs);
    },
  });
  const memory = memoryOf(recovered, journal, (key, value) => deps.cluster?.learnt(key, value));
  // Of the life before this one; of a store that cannot be read yet nobody knows the latest.
  const lastLifeMs = recovered.latestMs > 0 ? recovered.latestMs : clock.monotonicMs() - 1;
  const mayHaveLeftMs = takeEnd(recovered, journal) ? 0 : lastLifeMs;
  const cooldowns = new Cooldowns(journal, clock, mayHaveLeftMs);
  const poolsOf = (limits: DestinationBudgets) =>
    deps.cluster && { pools: deps.cluster.pools(opening.pools, limits) };
  const lanes = new LaneSet({
    ...{ journal, budgets, clock, random, turns, events: events.lane, openFailed: events.openFailed },
    gateOf: (destination) => cooldowns.gateOf(destination),
    holdWaiting: (item, nowMs) => mutes.holdWaiting(item, nowMs),
    depsOf: (limits) => ({ ...opening, clock, memory, ...poolsOf(limits) }),
    tenureOf: deps.cluster?.of,
  });
  const stop = async (deadline: AbortSignal) => {
    await lanes.stop(deadline);
    markEnd(journal);
  };
  return { ids, dedupe, intake, journal, budgets, lanes, memory, cooldowns, mutes, stop };
}

/** Also for who sends without a pipeline, and has to keep to the same rates (`listing-bridge send`). */
export const createBudgets = (clock: Clock, memory: BudgetMemory): BudgetBook =>
  new BudgetBook(clock, memory);

/** An announcement within the window before this start is not news. */
function remember({ announcements }: Recovered, dedupe: Dedupe): Dedupe {
  for (const { identity, receivedMs } of announcements) dedupe.remember(identity, receivedMs);
  return dedupe;
}

/** From now on announcements go to the destinations to which this machine sends now. */
export function reroute({ intake, lanes }: Pick<Pipeline, 'intake' | 'lanes'>): void {
  intake.routes = { ...intake.routes, targets: lanes.targets() };
}
