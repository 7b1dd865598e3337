/** The troubles of a life: what befalls its nodes, their database and the ways between them. */
import type { Random } from '../../../src/platform/random.ts';
import type { SharedModel } from '../../support/cluster/model.ts';
import { DOWN_TAIL_MS, PATIENCE_MS, type Past } from './judge.ts';
import type { SimulatedNode } from './node.ts';
import type { Universe } from './universe.ts';

export const HOUR = 3_600_000;

/** Between two times that another database is in the place of the one. */
const REPLACED_MS = 20_000;

/** Which kinds of faults this life has. */
export type Kind =
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

export const KINDS: readonly Kind[] = [
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

export interface TroubleDeps {
  readonly universe: Universe;
  readonly model: SharedModel;
  readonly nodes: readonly SimulatedNode[];
  readonly past: Past;
  readonly plot: Random;
  readonly start: (node: SimulatedNode) => void;
}

/** On record, for the judge. `node`: absent, all of them. */
export function troubleOf(
  { universe, past }: Pick<TroubleDeps, 'universe' | 'past'>,
  node: SimulatedNode | undefined,
  what: string,
  forMs: number,
): void {
  const from = universe.truthMs;
  past.troubles.push({ node: node?.name, what, from, until: from + forMs });
}

export const pick = <Item>(items: readonly Item[], random: Random): Item | undefined =>
  items[Math.floor(random() * items.length)];

export class Troubles {
  readonly #deps: TroubleDeps;
  #digest = 'same';

  constructor(deps: TroubleDeps) {
    this.#deps = deps;
  }

  digestOf(n: number): string {
    return this.#digest === 'same' ? 'same' : `${n}`;
  }

  async befall(kind: Kind): Promise<void> {
    const { plot } = this.#deps;
    const node = pick(this.#deps.nodes, plot);
    const forMs = plot() < 0.5 ? plot() * 2000 : plot() * 10_000;
    this.#befallAll(kind, forMs);
    if (node !== undefined) await this.#befallOne(kind, node, forMs);
  }

  /** Troubles of the database, or of all nodes. */
  #befallAll(kind: Kind, forMs: number): void {
    const { plot } = this.#deps;
    const { universe, model } = this.#deps;
    const { truthMs } = universe;
    switch (kind) {
      case 'down':
        if (model.isDown) return;
        troubleOf(this.#deps, undefined, kind, forMs + DOWN_TAIL_MS);
        model.isDown = true;
        universe.at(truthMs + forMs, () => {
          model.isDown = false;
        });
        return;
      case 'replace':
        if (this.#wasReplaced()) return;
        troubleOf(this.#deps, undefined, kind, 6000);
        model.replace();
        return;
      case 'slow for all': {
        troubleOf(this.#deps, undefined, kind, forMs + 12_000);
        for (const { link } of this.#deps.nodes) link.tripMs = plot() * 700;
        universe.at(truthMs + forMs, () => {
          for (const { link } of this.#deps.nodes) link.tripMs = 1;
        });
        return;
      }
      case 'jump':
        troubleOf(this.#deps, undefined, kind, 6000);
        model.aheadMs += (plot() - 0.5) * 4 * HOUR;
        return;
      case 'differ':
        this.#digest = 'other';
        return;
    }
  }

  /** A moment ago: two within one take-over are more than is promised. */
  #wasReplaced(): boolean {
    const { past, universe } = this.#deps;
    return past.troubles.some(
      ({ what, from }) => what === 'replace' && universe.truthMs - from < REPLACED_MS,
    );
  }

  async #befallOne(kind: Kind, node: SimulatedNode, forMs: number): Promise<void> {
    const { plot } = this.#deps;
    const { universe } = this.#deps;
    const { truthMs } = universe;
    switch (kind) {
      case 'kill': {
        if (!node.isUp) return;
        troubleOf(this.#deps, node, kind, forMs);
        node.kill();
        universe.at(truthMs + forMs, () => {
          if (!node.isUp) this.#deps.start(node);
        });
        return;
      }
      case 'stop': {
        const { process } = node;
        if (process === undefined || process.isStopped) return;
        troubleOf(this.#deps, node, kind, forMs);
        process.stop();
        universe.at(truthMs + forMs, () => process.goOn());
        return;
      }
      case 'cut': {
        const { link } = node;
        if (link.fault !== undefined) return;
        link.fault = (['cut', 'silent', 'mute'] as const)[Math.floor(plot() * 3)] ?? 'cut';
        // Whatever was asked during it ends later.
        troubleOf(this.#deps, node, `${kind} ${link.fault}`, forMs + 11_000);
        universe.at(truthMs + forMs, () => {
          link.fault = undefined;
        });
        return;
      }
      case 'slow': {
        const { link } = node;
        troubleOf(this.#deps, node, kind, forMs + 12_000);
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
        troubleOf(this.#deps, node, graceMs === 0 ? 'hurried end' : kind, forMs + graceMs);
        await node.end((ms) => universe.advance(ms), graceMs);
        universe.at(universe.truthMs + forMs, () => {
          if (!node.isUp) this.#deps.start(node);
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
}
