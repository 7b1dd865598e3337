/** The contract between a lane and the destination that it sends to. */
import type { Deadline } from '../platform/deadline.ts';
import type { AttemptResult } from './outcome.ts';

export interface SendContext {
  /** The same on every attempt of one delivery. */
  readonly deliveryId: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** The platform refused the rich form: send the plain minimal one. */
  readonly plain: boolean;
  /** From the command line, not from a feed: marked as such where the receiver can see it. */
  readonly sample?: true;
  /** Monotonic ms; `undefined` = never. Nothing is written from then on, whatever the signal says. */
  readonly expiresAtMs: number | undefined;
  /** Aborted when the attempt's time is up or the bridge stops; the sender must then settle at once. */
  readonly signal: Deadline;
  /** To be called in the tick in which the bytes go to the socket, before they do. False: nothing may be written. Never throws. */
  readonly leaving: () => boolean | undefined;
}

/** `send` never throws for anything that the receiver or the network can do. */
export interface Sender<Message> {
  /** So many messages can be under way now; what comes beyond would wait in the order in which it came. Absent: as many as the config says. */
  readonly atOnce?: number;
  send(message: Message, context: SendContext): Promise<AttemptResult>;
}
