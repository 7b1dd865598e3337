/** The other nodes, as far as a person should know: one of the same name, and those with another config or version. */
import type { ClusterEvent } from '../events/cluster-event.ts';
import type { NodeCard, View } from './shared.ts';

type Named = Pick<NodeCard, 'node' | 'life'>;

/** Of two processes of one name the one that started earlier goes on, and the other waits. */
export const isElder = (other: Named, { node, life }: Named): boolean =>
  other.node === node && other.life < life;

/** Partitions are shared among these. */
export const isTaker = ({ delivers, drains }: Pick<NodeCard, 'delivers' | 'drains'>): boolean =>
  delivers && !drains;

export class Company {
  readonly #report: (event: ClusterEvent) => void;
  #hasTwin = false;
  #differing = '';

  constructor(report: (event: ClusterEvent) => void) {
    this.#report = report;
  }

  /** Live nodes differ in config or version. */
  get differs(): boolean {
    return this.#differing !== '';
  }

  /** Reports what is new, once. */
  see({ members }: View, card: NodeCard): void {
    const live = members.filter(({ restMs }) => restMs > 0);
    this.#meetTwins(
      live.filter(({ node, life }) => node === card.node && life !== card.life),
      card,
    );
    const nodes = live
      .filter(({ digest, delivers, reads }) => digest !== card.digest && (delivers || reads))
      .map(({ node }) => node)
      .sort();
    const differing = nodes.join(' ');
    if (differing === this.#differing) return;
    this.#differing = differing;
    this.#report(nodes.length > 0 ? { kind: 'cluster.differs', nodes } : { kind: 'cluster.agrees' });
  }

  #meetTwins(twins: readonly Named[], card: NodeCard): void {
    const { node } = card;
    if (twins.length > 0 === this.#hasTwin) return;
    this.#hasTwin = twins.length > 0;
    const standsBy = twins.some((twin) => isElder(twin, card));
    this.#report(
      this.#hasTwin ? { kind: 'cluster.name_taken', node, standsBy } : { kind: 'cluster.name_free', node },
    );
  }
}
