/** What the feed server writes down about its clients for whoever runs it, and what they may bend. Times are monotonic. */
import type { AnnouncementFrame } from './feed-frames.ts';

/** One handshake, let in (101) or refused. Keys are not kept: a user may try the simulator with a real one. */
export interface Handshake {
  readonly atMs: number;
  readonly status: number;
  /** The word of a refusal. */
  readonly error: string | undefined;
  readonly cex: readonly string[] | undefined;
}

export interface FeedClient {
  readonly id: number;
  readonly atMs: number;
  readonly cex: readonly string[] | undefined;
}

export interface ClientMessage {
  readonly client: number;
  readonly atMs: number;
  readonly text: string;
}

export interface ClientClose {
  readonly client: number;
  readonly atMs: number;
  readonly code: number;
  readonly reason: string;
}

export interface Announced {
  /** As it was sent (the first, where a fault made several). */
  readonly frame: AnnouncementFrame;
  /** How many got it. */
  readonly clients: number;
}

/** Faults of the handshake; change at any time. */
export interface FeedBehaviour {
  handshakeDelayMs: number;
  welcomeDelayMs: number;
  /** False: connects and says nothing. */
  sendsWelcome: boolean;
}
