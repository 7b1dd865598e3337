/**
 * Everything that the bridge reports about its work, as values: each part declares its own beside its code. Log,
 * metrics, status and alerts listen to this one stream. `kind` is `noun.verb` and is also the name of the log line.
 */
import type { DeliveryEvent } from '../delivery/events.ts';
import type { DestinationEvent } from '../destinations/events.ts';
import type { FeedEvent } from '../feeds/events.ts';
import type { StoreEvent } from '../outbox/events.ts';
import type { ClusterEvent } from './cluster-event.ts';
import type { IntakeEvent } from './intake-events.ts';
import type { ProcessEvent } from './process-event.ts';

export type BridgeEvent =
  | FeedEvent
  | IntakeEvent
  | StoreEvent
  | DeliveryEvent
  | DestinationEvent
  | ClusterEvent
  | ProcessEvent;

export type BridgeEventOf<Kind extends BridgeEvent['kind']> = Extract<BridgeEvent, { kind: Kind }>;
