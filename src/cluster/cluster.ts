/** A bridge as a node of a cluster, to whoever starts it (`join.ts`). */
import type { AlertContent } from '../delivery/content.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { BridgeEvent, BridgeEventOf } from '../events/bridge-event.ts';
import type { ClusterEvent } from '../events/cluster-event.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Clock } from '../platform/clock.ts';
import type { Redactor } from '../platform/secret.ts';
import type { LocalMutes } from './mute-registers.ts';
import type { ClusterNode } from './node.ts';
import type { NodeCard, Shared } from './shared.ts';
import type { Tenures } from './tenures.ts';

export interface ClusterDeps {
  readonly pipeline: Pipeline;
  readonly shared: Shared;
  /** Those that the pipeline was made with. */
  readonly tenures: Tenures;
  readonly clock: Clock;
  readonly card: () => NodeCard;
  /** Of this node. */
  readonly mutes: LocalMutes;
  /** Of what others get to read. */
  readonly redact: Redactor;
  /** How far back a new holder looks: as long as a delivery may wait, a rate counts or a cooldown lasts. In ms. */
  readonly spanMs: () => number;
  /** Also ends of deliveries that no lane of this node has had. */
  readonly report: (event: ClusterEvent | BridgeEventOf<'delivery.ended'>) => void;
  /** All that has happened has been heard when it returns: an end that is not told is sent again. Absent: it is heard at once. */
  readonly catchUp?: () => void;
  /** Before this node tells a database what it knows: nothing leaves of which that does not hear. */
  readonly met?: () => Promise<void>;
  /** Questions of other nodes may be there, or answers. */
  readonly asked?: () => void;
}

export interface Cluster {
  readonly node: ClusterNode;
  /** For the bus of the pipeline. */
  readonly hear: (event: BridgeEvent) => void;
  /** An alert of this node, to destinations that others hold; `sameAs`: of all nodes that say the same, one. */
  readonly alert: (content: AlertContent, deliveries: readonly Delivery[], sameAs?: string) => void;
  /** Something was queued by hand in these; if this node does not hold them any more, it ends here, as handed over. */
  readonly passOn: (partitions: readonly number[]) => void;
  /** Hands over what it holds, and is gone. Nothing is on the wire any more. `patience`: see `ClusterNode.leave`. */
  leave(patience?: AbortSignal): Promise<void>;
  /** As the end of the process does. */
  stop(): void;
}
