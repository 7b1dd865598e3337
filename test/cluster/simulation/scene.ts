/** Nodes among others on the model of the database, with a true clock that the test moves. */
import { onTestFinished } from 'vitest';
import { LEASE_MS } from '../../../src/cluster/shared.ts';
import type { AttemptResult } from '../../../src/delivery/outcome.ts';
import type { ClusterEvent } from '../../../src/events/cluster-event.ts';
import type { AnnouncementFrame } from '../../../src/feeds/cryptolisting/frames.ts';
import { SharedModel } from '../../support/cluster/model.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { PLANS, partitionFor } from './config.ts';
import { type MachineDeps, SimulatedNode } from './node.ts';
import type { Taken } from './receivers.ts';
import { trueClock, Universe } from './universe.ts';

export const DESTINATIONS = Object.keys(PLANS);

/** A first holder waits for as long as an earlier one of another database could still send. */
export const SETTLED_MS = LEASE_MS + 500;

export class Scene {
  readonly universe = new Universe();
  readonly model = new SharedModel(trueClock(this.universe));
  readonly taken: Taken[] = [];
  readonly events: (ClusterEvent & { readonly of: string })[] = [];
  readonly faults = { refuses: 0, hangs: 0, answers: new Map<string, AttemptResult>() };
  readonly ended: string[] = [];
  readonly nodes: SimulatedNode[];

  constructor(
    names: readonly string[],
    digestOf: (name: string) => string = () => 'same',
    {
      readsOnly,
      ...options
    }: Pick<MachineDeps, 'busDelayMs' | 'spanMs' | 'config' | 'solitude'> & {
      readonly readsOnly?: string;
    } = {},
  ) {
    const random = seededRandom(1);
    const { universe, faults } = this;
    this.nodes = names.map(
      (name) =>
        new SimulatedNode({
          ...{ name, universe, digest: () => digestOf(name), delivers: name !== readsOnly, ...options },
          receivers: { universe, random, faults, arrives: (taken) => void this.taken.push(taken) },
          connect: () => {
            const link = this.model.connect();
            link.tripMs = 1;
            return link;
          },
          watch: { released: () => undefined },
          hear: (event) => {
            if (event.kind === 'delivery.ended' && event.state !== 'delivered')
              this.ended.push(`${event.delivery.destination} ${event.state} ${event.reason}`);
          },
          report: (event) => void this.events.push({ ...event, of: name }),
        }),
    );
    onTestFinished(() => {
      for (const node of this.nodes) node.close();
    });
  }

  node(name: string): SimulatedNode {
    const found = this.nodes.find((node) => node.name === name);
    if (found === undefined) throw new Error(`no node ${name}`);
    return found;
  }

  advance(ms: number): Promise<void> {
    return this.universe.advance(ms);
  }

  /** Read by these nodes; by all that are up, if none is named. */
  announce(title: string, by: readonly SimulatedNode[] = this.nodes, isStamped = true): void {
    const detectedTimestampUs = Math.round((Date.UTC(2026, 0, 1) + this.universe.truthMs) * 1000);
    const frame: AnnouncementFrame = {
      ...{ kind: 'announcement', type: 'announcement', test: false, abnormal: false, extra: {}, title },
      ...{ ticker: 'ABC', publisher: 'upbit', listingType: 'spot_listing' },
      detectedTimestampUs: isStamped ? detectedTimestampUs : undefined,
      ...{ publishTimestampUs: undefined, dispatchTimestampUs: undefined },
    };
    for (const node of by) node.accept(frame, () => undefined);
  }

  /** By title, the destinations that got it, in order. */
  got(title: string): readonly string[] {
    return this.taken
      .filter((one) => one.title === title && one.acted)
      .map(({ destination }) => destination)
      .sort();
  }

  /** Who holds what, as the database has it. */
  holders(): readonly (string | undefined)[] {
    return this.model.tables.view(this.model.nowMs()).leases.map(({ node }) => node);
  }

  holderOf(destination: string): SimulatedNode {
    return this.node(this.holders()[partitionFor(destination)] ?? '');
  }

  kinds(): readonly string[] {
    return this.events.map(({ of, kind }) => `${of} ${kind}`);
  }
}

/** All of them are up and hold what they should. */
export async function settled(
  names: readonly string[],
  digestOf?: (name: string) => string,
  options?: Pick<MachineDeps, 'config'>,
): Promise<Scene> {
  const scene = new Scene(names, digestOf, options);
  for (const node of scene.nodes) node.start();
  await scene.advance(SETTLED_MS);
  return scene;
}
