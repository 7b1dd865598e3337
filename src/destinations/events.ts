/** The events of destinations beside their deliveries, and the calls that become them. */
import { messageOf } from '../platform/message-of.ts';

export type DestinationEvent =
  /** A person should change the config. */
  | { readonly kind: 'destination.advice'; readonly destination: string; readonly advice: string }
  | { readonly kind: 'destination.open_failed'; readonly destination: string; readonly message: string };

export interface DestinationEvents {
  readonly advise: (destination: string, advice: string) => void;
  readonly openFailed: (destination: string, error: unknown) => void;
}

export const destinationEvents = (publish: (event: DestinationEvent) => void): DestinationEvents => ({
  advise: (destination, advice) => publish({ kind: 'destination.advice', destination, advice }),
  openFailed: (destination, error) =>
    publish({ kind: 'destination.open_failed', destination, message: messageOf(error) }),
});
