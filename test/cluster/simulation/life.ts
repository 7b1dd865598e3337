/** One small life of a cluster, from a seed: what happens to it, and what must be true of it. */
import type { Outcome } from '../../../src/delivery/outcome.ts';
import type { BridgeEvent } from '../../../src/events/bridge-event.ts';
import type { AnnouncementFrame } from '../../../src/feeds/cryptolisting/frames.ts';
import type { Random } from '../../../src/platform/random.ts';
import { SharedModel } from '../../support/cluster/model.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { judged, keyOf, type Past } from './judge.ts';
import { MoreTroubles, OTHER_KINDS, type OtherKind } from './more-troubles.ts';
import { SimulatedNode } from './node.ts';
import type { Taken } from './receivers.ts';
import { HOUR, KINDS, type Kind, Troubles } from './troubles.ts';
import { TrueLeases } from './true-leases.ts';
import { trueClock, Universe } from './universe.ts';

class ClusterLife {
  readonly universe = new Universe();
  readonly model = new SharedModel(trueClock(this.universe));
  readonly nodes: SimulatedNode[] = [];
  readonly past: Past;
  readonly #kinds: readonly Kind[];
  readonly #otherKinds: readonly OtherKind[];
  readonly #plot: Random;
  readonly #random: Random;
  /** For what came into these lives later: those that have nothing of it are as they were. */
  readonly #more: Random;
  readonly #leases = new TrueLeases(() => this.universe.truthMs);
  readonly #troubles: Troubles;
  readonly #moreTroubles: MoreTroubles;

  constructor(seed: number) {
    this.#plot = seededRandom(seed ^ 0x5eed);
    this.#random = seededRandom(seed ^ 0xc1a55);
    this.#more = seededRandom(seed ^ 0x03573);
    const plot = this.#plot;
    const more = this.#more;
    const kinds = plot() < 0.1 ? [] : KINDS.filter(() => plot() < 0.3);
    this.#kinds = kinds;
    this.#otherKinds = more() < 0.5 ? [] : OTHER_KINDS.filter(() => more() < 0.3);
    this.past = {
      ...{ taken: [], troubles: [], read: [], ended: new Map(), violations: [], nodeOf: new Map() },
      ...{ kinds: [...kinds, ...this.#otherKinds], muted: [], pauses: [], refusing: new Set() },
      ...{ goneSince: new Map(), thereSince: new Map() },
    };
    const { universe, model, nodes, past } = this;
    const start = (node: SimulatedNode) => this.#start(node);
    const faults = plot() < 0.5 ? { refuses: 0, hangs: 0 } : { refuses: plot() * 0.2, hangs: plot() * 0.05 };
    this.#troubles = new Troubles({ universe, model, nodes, past, plot, start });
    this.#moreTroubles = new MoreTroubles({
      ...{ universe, model, nodes, past, plot: more, start, isSound: faults.refuses === 0 },
      renewedMs: (life) => this.#leases.renewedMs(life),
      wasSetBack: () => {
        this.#leases.setBackMs = universe.truthMs;
      },
    });
    model.extended = this.#leases.extended;
    model.released = this.#leases.released;
    const count = 1 + Math.floor(plot() * 3);
    for (let n = 0; n < count; n++) nodes.push(this.#create(n, count, faults));
  }

  #create(n: number, count: number, faults: { refuses: number; hangs: number }): SimulatedNode {
    const { universe } = this;
    const more = this.#more;
    return new SimulatedNode({
      ...{ name: `node ${n}`, universe, reads: n === 0 || this.#plot() < 0.7 },
      // Somebody has to deliver.
      delivers: !this.#otherKinds.includes('roles') || n === count - 1 || more() < 0.5,
      receivers: {
        ...{ universe, random: this.#random, faults, arrives: (taken) => this.#arrives(taken) },
        moodOf: (destination) => this.#moreTroubles.moodOf(destination),
        answered: (destination, life, { outcome }) => this.#answered(destination, life, outcome),
      },
      connect: () => this.#connect(),
      watch: {
        released: (partition, life) => this.#leases.givenBack(partition, life),
        dead: (life) => this.#leases.dead(life),
      },
      hear: (event, life) => this.#hear(event, life),
      digest: () => this.#troubles.digestOf(n),
    });
  }

  #connect() {
    const link = this.model.connect();
    link.tripMs = 1;
    return link;
  }

  #arrives(taken: Taken): void {
    const { past } = this;
    past.taken.push(taken);
    past.violations.push(...this.#leases.wrong(taken.life, taken.destination, taken.id));
  }

  #answered(what: string, life: string, outcome: Outcome): void {
    if (outcome.kind !== 'retry' || outcome.afterMs === undefined) return;
    const from = this.universe.truthMs;
    this.past.pauses.push({ node: life, what, from, until: from + outcome.afterMs });
  }

  #hear(event: BridgeEvent, _life: string): void {
    if (event.kind !== 'delivery.ended' || event.state === 'delivered') return;
    if (event.reason === 'sent_elsewhere') return;
    const { content, destination } = event.delivery;
    if (content.kind !== 'news') return;
    const key = keyOf({ title: content.announcement.title, destination });
    this.past.ended.set(key, `${event.state} ${event.reason}`);
  }

  #start(node: SimulatedNode): void {
    node.start();
    this.past.nodeOf.set(node.life, node.name);
  }

  #announce(ordinal: number): void {
    const { universe, past } = this;
    const plot = this.#plot;
    const title = `announcement ${ordinal}`;
    const detectedTimestampUs = Math.round((Date.UTC(2026, 0, 1) + universe.truthMs) * 1000);
    const frame: AnnouncementFrame = {
      ...{ kind: 'announcement', type: 'announcement', test: false, abnormal: false, extra: {}, title },
      ...{ ticker: 'ABC', publisher: 'upbit', listingType: 'spot_listing', detectedTimestampUs },
      ...{ publishTimestampUs: undefined, dispatchTimestampUs: undefined },
    };
    const readers = this.nodes.filter(({ reads }) => reads);
    const first = Math.floor(plot() * readers.length);
    for (const [n, node] of readers.entries()) {
      if (n !== first && plot() < 0.3) continue;
      const delayMs = plot() < 0.2 ? plot() * 2000 : plot() * 30;
      universe.at(universe.truthMs + delayMs, () =>
        node.accept(frame, () => past.read.push({ title, node: node.name, at: universe.truthMs })),
      );
    }
  }

  async run(): Promise<void> {
    const plot = this.#plot;
    const { universe, past } = this;
    for (const node of this.nodes) {
      if (past.kinds.includes('wrong') && plot() < 0.5) node.wallAheadMs = (plot() - 0.5) * 10 * HOUR;
      universe.at(plot() < 0.7 ? 0 : plot() * 15_000, () => {
        if (!node.isUp) this.#start(node);
      });
    }
    const count = 4 + Math.floor(plot() * 12);
    await universe.advance(plot() * 6000);
    for (let n = 0; n < count; n++) {
      this.#announce(n);
      if (plot() < 0.5) await universe.advance(plot() * 40);
      await this.#befall();
      await universe.advance(plot() < 0.4 ? plot() * 50 : plot() * 3000);
    }
    await this.#heal();
  }

  async #befall(): Promise<void> {
    for (const kind of this.#kinds) if (this.#plot() < 0.12) await this.#troubles.befall(kind);
    if (this.#otherKinds.includes('set back')) this.#moreTroubles.remember();
    for (const kind of this.#otherKinds) if (this.#more() < 0.12) this.#moreTroubles.befall(kind);
  }

  /** Everything works again, and nothing waits any more. */
  async #heal(): Promise<void> {
    const { universe } = this;
    await universe.advance(12_000);
    for (const node of this.nodes) if (!node.isUp) this.#start(node);
    // A suspension looks for the receiver less and less often.
    const most = this.past.refusing.size > 0 ? 40 : 12;
    for (let n = 0; n < most; n++) {
      await universe.advance(10_000);
      if (n > 1 && this.nodes.every((node) => node.pending() === 0)) return;
    }
  }
}

export async function live(seed: number): Promise<{ found: string[]; past: Past; life: ClusterLife }> {
  const life = new ClusterLife(seed);
  await life.run();
  const found = [...life.past.violations, ...judged(life.past)];
  for (const node of life.nodes) {
    if (node.pending() > 0) found.push(`${node.name} still has ${node.pending()} pending`);
  }
  return { found, past: life.past, life };
}
