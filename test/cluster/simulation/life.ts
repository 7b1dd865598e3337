/** One small life of a cluster, from a seed: what happens to it, and what must be true of it. */
import { LEASE_MS } from '../../../src/cluster/shared.ts';
import type { BridgeEvent } from '../../../src/events/bridge-event.ts';
import type { AnnouncementFrame } from '../../../src/feeds/cryptolisting/frames.ts';
import type { Random } from '../../../src/platform/random.ts';
import { SharedModel } from '../../support/cluster/model.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { LIMIT, PLANS, partitionFor } from './config.ts';
import { SimulatedNode } from './node.ts';
import type { Taken } from './receivers.ts';
import { trueClock, Universe } from './universe.ts';

const HOUR = 3_600_000;
const FOREVER = Number.POSITIVE_INFINITY;

/** Something that the promises know of. `node`: absent, all of them. */
export interface Trouble {
  readonly node: string | undefined;
  readonly what: string;
  readonly from: number;
  until: number;
}

/** Which kinds of faults this life has. */
type Kind =
  | 'kill'
  | 'stop'
  | 'cut'
  | 'down'
  | 'slow'
  | 'replace'
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
  'replace',
  'jump',
  'end',
  'drain',
  'wrong',
  'differ',
];

export interface Past {
  readonly taken: Taken[];
  readonly troubles: Trouble[];
  readonly read: { readonly title: string; readonly node: string; readonly at: number }[];
  readonly ended: Map<string, string>;
  readonly kinds: readonly Kind[];
  readonly violations: string[];
  readonly nodeOf: Map<string, string>;
}

class ClusterLife {
  readonly universe = new Universe();
  readonly model = new SharedModel(trueClock(this.universe));
  readonly nodes: SimulatedNode[] = [];
  readonly past: Past;
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
          ...{ name: `node ${n}`, universe: this.universe },
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
    this.past.ended.set(event.delivery.id, `${event.state} ${event.reason}`);
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
    const first = Math.floor(plot() * this.nodes.length);
    for (const [n, node] of this.nodes.entries()) {
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
      for (const kind of past.kinds) if (plot() < 0.12) await this.#befall(kind);
      await universe.advance(plot() < 0.4 ? plot() * 50 : plot() * 3000);
    }
    await this.#heal();
  }

  async #befall(kind: Kind): Promise<void> {
    const plot = this.#plot;
    const { universe, model } = this;
    const node = this.nodes[Math.floor(plot() * this.nodes.length)];
    if (node === undefined) return;
    const forMs = plot() < 0.5 ? plot() * 2000 : plot() * 10_000;
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
      case 'down':
        if (model.isDown) return;
        this.#trouble(undefined, kind, forMs + 2000);
        model.isDown = true;
        universe.at(truthMs + forMs, () => {
          model.isDown = false;
        });
        return;
      case 'slow': {
        const { link } = node;
        this.#trouble(node, kind, forMs + 12_000);
        link.tripMs = plot() * 700;
        universe.at(truthMs + forMs, () => {
          link.tripMs = 1;
        });
        return;
      }
      case 'replace':
        this.#trouble(undefined, kind, 6000);
        model.replace();
        return;
      case 'jump':
        this.#trouble(undefined, kind, 6000);
        model.aheadMs += (plot() - 0.5) * 4 * HOUR;
        return;
      case 'end':
        if (!node.isUp || node.process?.isStopped) return;
        this.#trouble(node, kind, forMs);
        await node.end((ms) => universe.advance(ms));
        universe.at(universe.truthMs + forMs, () => {
          if (!node.isUp) this.#start(node);
        });
        return;
      case 'drain': {
        const { cluster } = node;
        void cluster?.node.drain();
        universe.at(truthMs + forMs, () => cluster?.node.undrain());
        return;
      }
      case 'differ':
        this.#digest = 'other';
        return;
      case 'wrong':
        return;
      default:
        return kind satisfies never;
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
  const found = [
    ...life.past.violations,
    ...lostOf(life.past),
    ...repeatsOf(life.past),
    ...aboveLimit(life.past),
  ];
  for (const node of life.nodes) {
    if (node.pending() > 0) found.push(`${node.name} still has ${node.pending()} pending`);
  }
  return { found, past: life.past, life };
}

const keyOf = ({ title, destination }: { readonly title: string; readonly destination: string }) =>
  `${title} → ${destination}`;

function byDelivery(taken: readonly Taken[]): Map<string, Taken[]> {
  const all = new Map<string, Taken[]>();
  for (const one of taken) all.set(keyOf(one), [...(all.get(keyOf(one)) ?? []), one]);
  return all;
}

function lostOf(past: Past): string[] {
  const acted = byDelivery(past.taken.filter((one) => one.acted));
  const named = byDelivery(past.taken);
  const found: string[] = [];
  for (const title of new Set(past.read.map((one) => one.title)))
    for (const destination of Object.keys(PLANS)) {
      const key = keyOf({ title, destination });
      if (acted.has(key)) continue;
      const ids = [...past.ended].filter(([id]) => (named.get(key) ?? []).some((one) => one.id === id));
      const reasons = ids.map(([, why]) => why).join(', ');
      // It may have ended without a request: too old; or an order that its holder may have sent.
      if (destination === 'short') continue;
      if (destination === 'order' && mayHaveLeft(named.get(key) ?? [], past)) continue;
      found.push(`${key} is lost (${reasons})`);
    }
  return found;
}

/** Troubles under which a node claims, and then does not know whether it was given, or cannot say that nothing left. */
const CLAIMS_LOST = ['kill', 'stop', 'cut', 'slow', 'down', 'replace'];

/** An order that was refused and known to be is tried again, whoever holds it then; so is one that nobody has claimed. */
const mayHaveLeft = (orders: readonly Taken[], { troubles }: Past): boolean =>
  troubles.some(({ what }) => CLAIMS_LOST.includes(what.split(' ')[0] ?? '')) ||
  orders.some(({ isAnswered, answeredAt }) => !isAnswered || answeredAt === undefined) ||
  (orders.length > 0 && troubles.some(({ what }) => what === 'end'));

function repeatsOf(past: Past): string[] {
  const found: string[] = [];
  for (const [key, all] of byDelivery(past.taken)) {
    const ids = new Set(all.map(({ id }) => id));
    if (ids.size > 1) found.push(`${key} has ${ids.size} ids: ${[...ids].join(', ')}`);
    const acted = all.filter((one) => one.acted);
    if (acted.length < 2) continue;
    if (acted[0]?.destination === 'order') found.push(`${key} was ordered ${acted.length} times`);
    for (const [n, one] of acted.entries()) {
      const next = acted[n + 1];
      if (next === undefined || !one.isAnswered) continue;
      if (!mayRepeat(one, next, past)) found.push(`${key} was repeated: ${told(one)}, then ${told(next)}`);
    }
  }
  return found;
}

const told = ({ life, writtenAt, answeredAt }: Taken) => `${life} ${writtenAt}–${answeredAt}`;

/** Promised: in flight or ended in the last 50 ms before the death of its holder, or while that could not tell the others. */
function mayRepeat(one: Taken, next: Taken, { troubles, nodeOf }: Past): boolean {
  const endedAt = one.answeredAt ?? FOREVER;
  const node = nodeOf.get(one.life);
  return troubles.some(({ node: whose, what, from, until }) => {
    if (whose !== undefined && whose !== node) return false;
    if (what === 'replace' && from > one.writtenAt && from < next.writtenAt)
      // The ends go with the database; the node tells the new one, if it lives and is not cut off.
      return troubles.some((other) => other.node === node && other.from < from + 8000 && other.until > from);
    return from <= endedAt + 60 && until >= one.writtenAt;
  });
}

function aboveLimit({ taken, troubles }: Past): string[] {
  const limited = taken.filter(({ destination }) => destination === 'limited');
  // Of one that is repeated, as is promised of a holder that was cut off, the first request is the one that all know of.
  const isRepeat = ({ id }: Taken, n: number) =>
    limited.slice(0, n).some((one) => one.id === id && one.acted);
  const at = limited
    .filter((one, n) => !isRepeat(one, n))
    .map(({ writtenAt }) => writtenAt)
    .sort((a, b) => a - b);
  for (const [n, last] of at.entries()) {
    const first = at[n - LIMIT.limit];
    // Ages are the database's: when its clock jumps within the window, nobody knows what was in it.
    const jumps = troubles.some(
      ({ what, from }) => what === 'jump' && from >= (first ?? last) && from <= last,
    );
    if (first !== undefined && last - first < LIMIT.perMs - 1 && !jumps)
      return [`limited got ${LIMIT.limit + 1} requests in ${last - first} ms at ${last}`];
  }
  return [];
}
