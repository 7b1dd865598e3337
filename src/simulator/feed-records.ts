/** The feed server's records of its clients, and the behaviour that a test may change. Times are monotonic. */
import type { OutgoingAnnouncement, WelcomeFields } from './feed-frames.ts';

/** One handshake, let in (101) or refused. Keys are not kept: a user may try the simulator with a real one. */
export interface Handshake {
  readonly atMs: number;
  readonly status: number;
  /** The word of a refusal. */
  readonly error: string | undefined;
  readonly cex: readonly string[] | undefined;
}

export interface ConnectedClient {
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
  readonly frame: OutgoingAnnouncement;
  /** How many got it. */
  readonly clients: number;
}

/** In fragments: each message in several frames. */
export type FrameForm = 'binary' | 'text' | 'fragments';

/** Deviations of the server from the correct behaviour; change at any time. */
export interface FeedBehaviour {
  handshakeDelayMs: number;
  welcomeDelayMs: number;
  /** False: connects and says nothing. */
  sendsWelcome: boolean;
  /** Of the next welcomes, over those of the options. */
  welcome: WelcomeFields;
  /** How messages are framed; `undefined` = as the options say. */
  form: FrameForm | undefined;
  /** Insists on permessage-deflate, offered or not. */
  compresses: boolean;
  sendsHeartbeats: boolean;
  sendsPings: boolean;
  answersTests: boolean;
  /** Stamps of heartbeats and announcements are later than true by this much. */
  clockAheadMs: number;
}

export const GOOD_BEHAVIOUR: FeedBehaviour = {
  handshakeDelayMs: 0,
  welcomeDelayMs: 0,
  sendsWelcome: true,
  welcome: {},
  form: undefined,
  compresses: false,
  sendsHeartbeats: true,
  sendsPings: true,
  answersTests: true,
  clockAheadMs: 0,
};
