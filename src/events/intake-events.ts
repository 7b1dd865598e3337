/** The events of intake. */
import type { Announcement } from '../announcement.ts';
import type { First } from '../dedupe.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { DeliveryEvent } from '../delivery/events.ts';
import type { IntakeEvents } from '../intake.ts';

export type IntakeEvent =
  | {
      readonly kind: 'announcement.received';
      readonly announcement: Announcement;
      readonly deliveries: readonly Delivery[];
      /** Every rule that matched, also one that sends nothing. */
      readonly rules: readonly string[];
    }
  | {
      readonly kind: 'announcement.duplicate';
      readonly announcement: Announcement;
      /** The copy that won. */
      readonly first: First;
    };

export const intakeEvents = (publish: (event: IntakeEvent | DeliveryEvent) => void): IntakeEvents => ({
  received: (announcement, deliveries, rules) =>
    publish({ kind: 'announcement.received', announcement, deliveries, rules }),
  duplicate: (announcement, first) => publish({ kind: 'announcement.duplicate', announcement, first }),
  skipped: (held, endedMs) => publish({ kind: 'delivery.ended', state: 'skipped', ...held, endedMs }),
});
