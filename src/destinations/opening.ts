/**
 * A destination that can be handed to its lane before its platform's library is loaded: the feed must not
 * wait half a second for a chat library. It is opened when its `turn` comes, or when something is to be sent
 * before that; a send waits for it, and once it is open they go straight through (`nowOpen`). While it cannot be opened
 * nothing can have been sent: each send says so and why, and tries to open it again.
 */
import type { AttemptResult } from '../delivery/outcome.ts';
import type { SendContext } from '../delivery/sender.ts';
import type { Deadline } from '../platform/deadline.ts';
import { messageOf } from '../platform/message-of.ts';
import { printable } from '../platform/printable.ts';
import type { Redactor } from '../platform/secret.ts';
import type { Destination } from './destination.ts';

/** Maximum length of a reported fault; the library's own words can be long. */
const MOST_CHARS = 200;

export function openDestination(
  open: () => Promise<Destination<unknown>>,
  failed: (error: unknown) => void,
  redact: Redactor,
  turn: Promise<void> = Promise.resolve(),
  nowOpen: () => void = () => undefined,
): Destination<unknown> {
  let opened: Destination<unknown> | undefined;
  let opening: Promise<Destination<unknown>> | undefined;
  let isClosed = false;
  let isTold = false;
  const opens = (): Promise<Destination<unknown>> => {
    if (opening === undefined) {
      opening = open().then((destination) => {
        opened = destination;
        // Once the first one is on its way.
        queueMicrotask(nowOpen);
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
  const notSent = (why: string): AttemptResult => ({
    outcome: { kind: 'retry', reason: 'unreachable' },
    detail: `the destination could not be opened, so nothing was sent: ${printable(redact(why)).slice(0, MOST_CHARS)}`,
    advice:
      'The destination could not be opened, so nothing was sent. The bridge tries again; see the log for why.',
  });
  const sendOnceOpen = async (message: unknown, context: SendContext): Promise<AttemptResult> => {
    try {
      await Promise.race([opens(), aborted(context.signal)]);
    } catch (error) {
      return notSent(messageOf(error));
    }
    return opened === undefined ? notSent('it took too long') : opened.send(message, context);
  };
  void turn.then(() => {
    if (!isClosed) void opens().catch(() => undefined);
  });
  return {
    // Whatever waits for it to open would then go in the order in which it came.
    get atOnce() {
      return opened === undefined ? 1 : (opened.atOnce ?? Number.POSITIVE_INFINITY);
    },
    send: (message, context) =>
      opened === undefined ? sendOnceOpen(message, context) : opened.send(message, context),
    close: async () => {
      isClosed = true;
      await opening?.then((destination) => destination.close()).catch(() => undefined);
    },
  };
}

function aborted(signal: Deadline): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
