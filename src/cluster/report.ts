/** The cluster as one of its nodes sees it, for people; pure. Spans in ms from now. */
import { type FeedStatus, unproven } from '../feeds/health.ts';
import { LEASE_MS, type NodeCard, type View } from './shared.ts';

export interface NodeReport {
  readonly node: string;
  readonly version: string;
  /** It is this one. */
  readonly here: boolean;
  readonly live: boolean;
  readonly reads: boolean;
  readonly delivers: boolean;
  readonly drains: boolean;
  /** Its config and version decide as those of this node. */
  readonly agrees: boolean;
  readonly digest: string;
  /** Held by it. */
  readonly partitions: number;
  /** Since it last told the database that it is there, in ms, when the view was seen. */
  readonly seenMs: number;
  /** Feeds that it reads, and that are proven healthy. */
  readonly feeds: readonly string[];
  /** Those that it is to read and that are not. */
  readonly ailing: readonly string[];
}

/** `joined`: one of several. `alone`: it sends from its own store, and no database knows of it. `silent`: it sends nothing. */
export interface Standing {
  readonly is: 'joined' | 'alone' | 'silent';
  /** A sentence, without its full stop. */
  readonly why?: string;
  /** The next step for a person. */
  readonly advice?: string;
  /** Of that reason, to look up. */
  readonly code?: string;
  /** Since it is alone. */
  readonly forMs?: number;
}

export interface ClusterReport {
  readonly node: string;
  readonly standing: Standing;
  /** The database answers. */
  readonly reached: boolean;
  /** Partitions for which this node sends at the moment. */
  readonly sends: number;
  /** Held by no live node. */
  readonly unheld: number;
  readonly nodes: readonly NodeReport[];
}

export interface ClusterSight {
  readonly standing: Standing;
  readonly card: NodeCard;
  readonly view: View | undefined;
  readonly isReached: boolean;
  readonly sends: number;
  readonly isDraining: boolean;
}

/** Nodes that have left stay in the view for a while; those of before a restart do not. */
export function clusterReport({
  card,
  standing,
  view,
  isReached,
  sends,
  ...now
}: ClusterSight): ClusterReport {
  const members = view?.members ?? [];
  const held = new Map<string, number>();
  let unheld = 0;
  for (const { life, restMs } of view?.leases ?? []) {
    if (life === undefined || restMs <= 0) unheld++;
    else held.set(life, (held.get(life) ?? 0) + 1);
  }
  const latest = new Map(members.map((member) => [member.node, member]));
  for (const member of members) if (member.restMs > 0) latest.set(member.node, member);
  const nodes = [...latest.values()]
    .map(({ node, life, version, reads, delivers, drains, digest, feeds, restMs }) => ({
      ...{ node, version, reads, delivers, digest },
      feeds: feeds.filter((feed) => !isAiling(feed)),
      ailing: feeds.filter(isAiling).map((feed) => feed.slice(AILING.length)),
      here: life === card.life,
      drains: life === card.life ? now.isDraining : drains,
      live: restMs > 0,
      seenMs: Math.max(0, LEASE_MS - restMs),
      agrees: digest === card.digest,
      partitions: life === card.life ? sends : (held.get(life) ?? 0),
    }))
    .sort((a, b) => (a.node < b.node ? -1 : 1));
  return { node: card.node, standing, reached: isReached, sends, unheld, nodes };
}

/** `read, deliver` */
export const rolesText = ({ reads, delivers }: Pick<NodeReport, 'reads' | 'delivers'>): string =>
  [...(reads ? ['read'] : []), ...(delivers ? ['deliver'] : [])].join(', ');

/** Before the name of a feed that is not healthy; no name begins so. */
const AILING = '! ';

const isAiling = (feed: string): boolean => feed.startsWith(AILING);

/** A feed, as the other nodes get to see it. */
export const feedOnCard = (feed: FeedStatus, nowMs: number): string =>
  unproven(feed, nowMs) === undefined ? feed.name : AILING + feed.name;
