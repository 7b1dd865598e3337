/** One small life of a cluster, from a seed: what happens to it, and what must be true of it. */
import { LEASE_MS } from '../../../src/cluster/shared.ts';
import type { BridgeEvent } from '../../../src/events/bridge-event.ts';
import type { AnnouncementFrame } from '../../../src/feeds/cryptolisting/frames.ts';
import type { Random } from '../../../src/platform/random.ts';
import { SharedModel } from '../../support/cluster/model.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { partitionFor } from './config.ts';
import { DOWN_TAIL_MS, judged, keyOf, PATIENCE_MS, type Past } from './judge.ts';
import { SimulatedNode } from './node.ts';
import type { Taken } from './receivers.ts';
import { trueClock, Universe } from './universe.ts';

const HOUR = 3_600_000;

/** Between two times that another database is in the place of the one. */
const REPLACED_MS = 20_000;

/** Which kinds of faults this life has. */
type Kind =
  | 'kill'
  | 'stop'
  | 'cut'
  | 'down'
  | 'slow'
  | 'slow for all'
  | 'replace'
  | 'reload'
  | 'jump'
  | 'end'
  | 'drain'
  | 'wrong'
  | 'differ';

const KINDS: readonly Kind[] = [
  'kill',
  'stop',
  'cut',
  'down',
  'slow',
  'slow for all',
  'replace',
  'reload',
  'jump',
  'end',
  'drain',
  'wrong',
  'differ',
];

class ClusterLife {
  readonly universe = new Universe();
  readonly model = new SharedModel(trueClock(this.universe));
  readonly nodes: SimulatedNode[] = [];
  readonly past: Past;
  readonly #kinds: readonly Kind[];
  readonly #plot: Random;
  readonly #random: Random;
  /** By partition and life: until when it may send, by the true clock. */
  readonly #leases = new Map<string, Map<string, number>>();
  /** Partition and life. */
  readonly #leaving = new Set<string>();
  #digest = 'same';

  constructor(seed: number) {
    this.#plot = seededRandom(seed ^ 0x5eed);
    this.#random = seededRandom(seed ^ 0xc1a55);
    const plot = this.#plot;
    const kinds = plot() < 0.1 ? [] : KINDS.filter(() => plot() < 0.3);
    this.#kinds = kinds;
    this.past = {
      ...{ taken: [], troubles: [], read: [], ended: new Map(), kinds, violations: [], nodeOf: new Map() },
    };
    const faults = plot() < 0.5 ? { refuses: 0, hangs: 0 } : { refuses: plot() * 0.2, hangs: plot() * 0.05 };
    this.model.extended = (life, partitions, how) => this.#extend(life, partitions, how);
    this.model.released = (life, partitions) => this.#release(life, partitions);
    const count = 1 + Math.floor(plot() * 3);
    for (let n = 0; n < count; n++)
      this.nodes.push(
        new SimulatedNode({
          ...{ name: `node ${n}`, universe: this.universe, reads: n === 0 || plot() < 0.7 },
          receivers: {
            ...{
              universe: this.universe,
              random: this.#random,
              faults,
              arrives: (taken) => this.#arrives(taken),
            },
          },
          connect: () => this.#connect(),
          watch: {
            released: (partition, life) => this.#giveBack(partition, life),
          },
          hear: (event, life) => this.#hear(event, life),
          digest: () => (this.#digest === 'same' ? 'same' : `${n}`),
        }),
      );
  }

  #connect() {
    const link = this.model.connect();
    link.tripMs = 1;
    return link;
  }

  #leasesOf(partition: number): Map<string, number> {
    const key = String(partition);
    const leases = this.#leases.get(key) ?? new Map<string, number>();
    this.#leases.set(key, leases);
    return leases;
  }

  #extend(life: string, partitions: Iterable<number>, how: 'renewed' | 'claimed'): void {
    for (const partition of partitions) {
      const isLeaving = this.#leaving.has(`${partition} ${life}`) && how === 'renewed';
      if (!isLeaving) this.#leasesOf(partition).set(life, this.universe.truthMs + LEASE_MS);
      if (how === 'claimed') this.#leaving.delete(`${partition} ${life}`);
    }
  }

  /** It says so: from now on it sends nothing, though the database does not know yet. */
  #giveBack(partition: number, life: string): void {
    this.#leaving.add(`${partition} ${life}`);
    this.#leasesOf(partition).delete(life);
  }

  #release(life: string, partitions: Iterable<number>): void {
    for (const partition of partitions) {
      this.#leaving.delete(`${partition} ${life}`);
      this.#leasesOf(partition).delete(life);
    }
  }

  #arrives(taken: Taken): void {
    const { past, universe } = this;
    past.taken.push(taken);
    const leases = this.#leasesOf(partitionFor(taken.destination));
    const nowMs = universe.truthMs;
    if ((leases.get(taken.life) ?? 0) <= nowMs)
      past.violations.push(
        `${taken.life} sends ${taken.id} to ${taken.destination} at ${nowMs} and does not hold it`,
      );
    for (const [life, untilMs] of leases)
      if (life !== taken.life && untilMs > nowMs)
        past.violations.push(`${life} and ${taken.life} hold ${taken.destination} at ${nowMs}`);
  }

  #hear(event: BridgeEvent, _life: string): void {
    if (event.kind !== 'delivery.ended' || event.state === 'delivered') return;
    if (event.reason === 'sent_elsewhere') return;
    const { content, destination } = event.delivery;
    if (content.kind !== 'news') return;
    const key = keyOf({ title: content.announcement.title, destination });
    this.past.ended.set(key, `${event.state} ${event.reason}`);
  }

  #trouble(node: SimulatedNode | undefined, what: string, forMs: number): void {
    const from = this.universe.truthMs;
    this.past.troubles.push({ node: node?.name, what, from, until: from + forMs });
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
      for (const kind of this.#kinds) if (plot() < 0.12) await this.#befall(kind);
      await universe.advance(plot() < 0.4 ? plot() * 50 : plot() * 3000);
    }
    await this.#heal();
  }

  async #befall(kind: Kind): Promise<void> {
    const plot = this.#plot;
    const node = this.nodes[Math.floor(plot() * this.nodes.length)];
    const forMs = plot() < 0.5 ? plot() * 2000 : plot() * 10_000;
    this.#befallAll(kind, forMs);
    if (node !== undefined) await this.#befallOne(kind, node, forMs);
  }

  /** Troubles of the database, or of all nodes. */
  #befallAll(kind: Kind, forMs: number): void {
    const plot = this.#plot;
    const { universe, model } = this;
    const { truthMs } = universe;
    switch (kind) {
      case 'down':
        if (model.isDown) return;
        this.#trouble(undefined, kind, forMs + DOWN_TAIL_MS);
        model.isDown = true;
        universe.at(truthMs + forMs, () => {
          model.isDown = false;
        });
        return;
      case 'replace':
        if (this.#wasReplaced()) return;
        this.#trouble(undefined, kind, 6000);
        model.replace();
        return;
      case 'slow for all': {
        this.#trouble(undefined, kind, forMs + 12_000);
        for (const { link } of this.nodes) link.tripMs = plot() * 700;
        universe.at(truthMs + forMs, () => {
          for (const { link } of this.nodes) link.tripMs = 1;
        });
        return;
      }
      case 'jump':
        this.#trouble(undefined, kind, 6000);
        model.aheadMs += (plot() - 0.5) * 4 * HOUR;
        return;
      case 'differ':
        this.#digest = 'other';
        return;
    }
  }

  /** A moment ago: two within one take-over are more than is promised. */
  #wasReplaced(): boolean {
    const { past, universe } = this;
    return past.troubles.some(
      ({ what, from }) => what === 'replace' && universe.truthMs - from < REPLACED_MS,
    );
  }

  async #befallOne(kind: Kind, node: SimulatedNode, forMs: number): Promise<void> {
    const plot = this.#plot;
    const { universe } = this;
    const { truthMs } = universe;
    switch (kind) {
      case 'kill': {
        if (!node.isUp) return;
        this.#trouble(node, kind, forMs);
        node.kill();
        universe.at(truthMs + forMs, () => {
          if (!node.isUp) this.#start(node);
        });
        return;
      }
      case 'stop': {
        const { process } = node;
        if (process === undefined || process.isStopped) return;
        this.#trouble(node, kind, forMs);
        process.stop();
        universe.at(truthMs + forMs, () => process.goOn());
        return;
      }
      case 'cut': {
        const { link } = node;
        if (link.fault !== undefined) return;
        link.fault = (['cut', 'silent', 'mute'] as const)[Math.floor(plot() * 3)] ?? 'cut';
        // Whatever was asked during it ends later.
        this.#trouble(node, `${kind} ${link.fault}`, forMs + 11_000);
        universe.at(truthMs + forMs, () => {
          link.fault = undefined;
        });
        return;
      }
      case 'slow': {
        const { link } = node;
        this.#trouble(node, kind, forMs + 12_000);
        link.tripMs = plot() * 700;
        universe.at(truthMs + forMs, () => {
          link.tripMs = 1;
        });
        return;
      }
      case 'reload':
        if (node.isUp && !node.process?.isStopped) node.reload();
        return;
      case 'end': {
        if (!node.isUp || node.process?.isStopped) return;
        // Without patience it cuts what is on the wire.
        const graceMs = plot() < 0.5 ? 0 : PATIENCE_MS;
        this.#trouble(node, graceMs === 0 ? 'hurried end' : kind, forMs + graceMs);
        await node.end((ms) => universe.advance(ms), graceMs);
        universe.at(universe.truthMs + forMs, () => {
          if (!node.isUp) this.#start(node);
        });
        return;
      }
      case 'drain': {
        const { cluster } = node;
        void cluster?.node.drain();
        universe.at(truthMs + forMs, () => cluster?.node.undrain());
        return;
      }
    }
  }

  /** Everything works again, and nothing waits any more. */
  async #heal(): Promise<void> {
    const { universe } = this;
    await universe.advance(12_000);
    for (const node of this.nodes) if (!node.isUp) this.#start(node);
    for (let n = 0; n < 12; n++) {
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
