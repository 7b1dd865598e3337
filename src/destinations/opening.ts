/**
 * A destination that can be handed to its lane before its platform's library is loaded: the feed must not
 * wait half a second for a chat library. It is opened when its `turn` comes, or when something is to be sent
 * before that; sends wait for it, and once it is open they go straight through.
 */
import type { Destination } from './destination.ts';

export function openDestination(
  open: () => Promise<Destination<unknown>>,
  failed: (error: unknown) => void,
  turn: Promise<void> = Promise.resolve(),
): Destination<unknown> {
  let opened: Destination<unknown> | undefined;
  let opening: Promise<Destination<unknown>> | undefined;
  let isClosed = false;
  let isTold = false;
  const opens = (): Promise<Destination<unknown>> => {
    if (opening === undefined) {
      opening = open().then((destination) => {
        opened = destination;
        return destination;
      });
      opening.catch((error) => {
        // The next send tries again: it may have been a moment without free file handles.
        opening = undefined;
        if (!isTold) failed(error);
        isTold = true;
      });
    }
    return opening;
  };
  void turn.then(() => {
    if (!isClosed) void opens().catch(() => undefined);
  });
  return {
    send: (message, context) =>
      opened === undefined
        ? opens().then((destination) => destination.send(message, context))
        : opened.send(message, context),
    close: async () => {
      isClosed = true;
      await opening?.then((destination) => destination.close()).catch(() => undefined);
    },
  };
}
