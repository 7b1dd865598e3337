/**
 * A destination that can be handed to its lane before its platform's library is loaded: the feed must not
 * wait half a second for a chat library. Sends wait for it; once it is open they go straight through.
 */
import type { Destination } from './destination.ts';

export function openDestination(
  open: () => Promise<Destination<unknown>>,
  failed: (error: unknown) => void,
): Destination<unknown> {
  let opened: Destination<unknown> | undefined;
  const opening = open().then((destination) => {
    opened = destination;
    return destination;
  });
  opening.catch(failed);
  return {
    send: (message, context) =>
      opened === undefined
        ? opening.then((destination) => destination.send(message, context))
        : opened.send(message, context),
    close: () => opening.then((destination) => destination.close()).catch(() => undefined),
  };
}
