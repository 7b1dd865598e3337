/** The bridge's own sets of lanes and feeds, all but what leads out. */
import type { RunningConfigDeps } from '../../src/daemon/running-config.ts';
import type { AttemptResult } from '../../src/delivery/outcome.ts';
import { limitsOf } from '../../src/destinations/common-options.ts';
import type { Destination, Pools } from '../../src/destinations/destination.ts';
import type { PreparedDestination } from '../../src/destinations/prepared.ts';
import type { WebhookOptions } from '../../src/destinations/webhook/options.ts';
import { WebhookSender } from '../../src/destinations/webhook/send.ts';
import type { LaneSet } from '../../src/lane-set.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { Random } from '../../src/platform/random.ts';
import type { InForce } from './config.ts';
import { chatAt, type FarEndDeps, poolsTo } from './far-end.ts';
import type { Past } from './past.ts';
import type { Sent } from './sent.ts';
import { type LaneName, SHARED, SHARED_LIMITS, STRIKES, type Story } from './story.ts';

type Destinations = readonly PreparedDestination[];
type Lanes = RunningConfigDeps['pipeline']['lanes'];

/** `stage` is called at the moment at which a config comes into force. */
export const stagedLanes = (lanes: LaneSet, stage: (destinations: Destinations) => Destinations): Lanes => ({
  apply: (destinations, wanted) => lanes.apply(stage(destinations), wanted),
  targets: () => lanes.targets(),
  refill: () => lanes.refill(),
  reconcile: () => lanes.reconcile(),
});

/** The announcements come from the story. */
export const NO_FEEDS: RunningConfigDeps['feeds'] = {
  apply: () => ({ added: [], changed: [], removed: [] }),
};

export interface StageDeps {
  readonly story: Story;
  readonly random: Random;
  readonly past: Past;
  readonly truth: () => number;
  readonly inForce: (destination: string) => InForce | undefined;
  readonly goes: (sent: Sent) => void;
  readonly writes: (sent: Sent, body: string | undefined) => void;
}

/**
 * The receivers of a world's destinations. Their answers come from the test, their limits from the bridge's own
 * code.
 */
export class Stage {
  readonly #deps: StageDeps;
  readonly #answered = new Map<string, { count: number }>();
  #openFailures: number;

  constructor(deps: StageDeps) {
    this.#deps = deps;
    this.#openFailures = deps.story.openFailures;
  }

  pools(clock: Clock): Pools {
    return poolsTo(this.#farEnd('bot', 0, clock));
  }

  prepare(prepared: PreparedDestination, clock: Clock): PreparedDestination {
    const { name, options, limits } = prepared;
    const under = this.#deps.inForce(name);
    if (under === undefined) throw new Error(`nobody planned ${name}`);
    const shared = name === 'bot' ? [] : [{ key: SHARED, limits: SHARED_LIMITS, strikes: STRIKES }];
    return {
      ...prepared,
      limits: { ...limits, own: limitsOf(options) ?? under.plan.own, shared },
      open: async (deps) => {
        if (this.#openFailures-- > 0) throw new Error('EMFILE');
        const farEnd = this.#farEnd(under.plan.name, under.plan.address, clock);
        if (options.type !== 'webhook') return this.#watched(chatAt(farEnd), under, clock);
        return this.#watched(
          new WebhookSender(options as WebhookOptions, { ...deps, name, pools: poolsTo(farEnd) }),
          under,
          clock,
        );
      },
    };
  }

  /** Writes down each request and what became of it. */
  #watched<Message>(destination: Destination<Message>, under: InForce, clock: Clock): Destination<unknown> {
    const { past, truth } = this.#deps;
    return {
      get atOnce() {
        return destination.atOnce ?? Number.POSITIVE_INFINITY;
      },
      close: () => destination.close(),
      send: async (message, context): Promise<AttemptResult> => {
        const { deliveryId, plain } = context;
        const sent: Sent = {
          ...{ destination: under.plan.name, deliveryId, plain, under, life: past.lives.length - 1 },
          ...{ isForgotten: false, taken: false, isPoison: false },
          ...{ startedMs: clock.monotonicMs(), startedAt: truth() },
          ...{ goesAt: undefined, writtenAt: undefined, endedAt: undefined, result: undefined },
        };
        past.sends(sent);
        sent.result = await destination.send(message as Message, context);
        sent.endedAt = truth();
        return sent.result;
      },
    };
  }

  #farEnd(name: LaneName, address: number, clock: Clock): FarEndDeps {
    const { story, random, truth, past, goes, writes } = this.#deps;
    const key = `${name} ${address}`;
    const answered = this.#answered.get(key) ?? { count: 0 };
    this.#answered.set(key, answered);
    return {
      ...{ clock, answered, random, truth, goes, writes, farEnd: story.farEnd(name, address) },
      sentOf: (deliveryId) => past.lastOf(deliveryId),
      titleOf: (deliveryId) => past.titleOf(deliveryId),
    };
  }
}
