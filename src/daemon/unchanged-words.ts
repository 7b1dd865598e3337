/** Why a delivery was not queued again, or not cancelled, for people. */
import type { Unchanged } from './delivery-operator.ts';

/** `late`: what sends one that is too old all the same. */
export function unchangedInWords(one: Unchanged, late: string): string {
  switch (one.why) {
    case 'delivered':
      return 'it was delivered, and is not sent again';
    case 'under_way':
      return 'it is on the wire, or was when the bridge ended; wait for the answer, or start the bridge, and then retry';
    case 'too_old':
      return `it is older than the maxAge of its destination; ${late} sends it anyway`;
    case 'destination_removed':
      return `the config has no destination ${one.destination} any more; there is: ${one.known.join(', ')}`;
    case 'ended':
      return `it is ${one.state}: only pending deliveries can be discarded`;
    case 'unknown':
      return 'there is no such delivery';
    case 'is_announcement': {
      const parts = one.deliveries.map(
        ({ delivery, state }) => `${delivery.id} to ${delivery.destination}, ${state}`,
      );
      return `this is an announcement; its deliveries: ${parts.join('; ')}`;
    }
    default:
      return one satisfies never;
  }
}
