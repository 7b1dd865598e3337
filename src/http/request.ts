/** One request, and what can become of it. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Deadline } from '../platform/deadline.ts';

export interface HttpRequest {
  readonly method: string;
  /** With the query. It may carry a token: never shown. */
  readonly path: string;
  /** By name, or as `headerList` gives them. */
  readonly headers: Readonly<Record<string, string>> | readonly string[];
  readonly body: string;
  readonly signal: Deadline;
  /** Monotonic ms; nothing is written from then on. */
  readonly expiresAtMs: number | undefined;
  /** Called in the tick in which the bytes go to the socket, before they do. False: nothing may be written. */
  readonly leaving?: (() => boolean | undefined) | undefined;
  /** The status says it all: the body is waited for a moment, and no longer. */
  readonly statusDecides?: boolean;
}

/**
 * Names and values in turn: what undici sends without looking for them again, so that a sender can keep those that are
 * the same in each request. Answers are asked for unpacked, unless the headers say otherwise.
 */
export const headerList = (headers: Readonly<Record<string, string>>): string[] =>
  Object.entries({ 'accept-encoding': 'identity', ...headers }).flat();

/** The status line and headers came. */
export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As much as came, at most 64 KiB. */
  readonly bodyText: string;
  /** Why the body ends too soon; absent when it is whole. */
  readonly bodyFault: string | undefined;
  readonly writtenMs: number;
  /** It had to wait for its connection to be made. */
  readonly connected: boolean;
}

/** Nothing was written: the server cannot have acted. */
export interface HttpUnreachable {
  readonly kind: 'unreachable';
  readonly detail: string;
  /** The system's (`ECONNREFUSED`) or our own word for it, if there is one. */
  readonly code?: string | undefined;
}

/** It was written, and then: no answer in time, the connection broke, or it was not HTTP that came back. */
export interface HttpLost {
  readonly kind: 'lost';
  readonly reason: 'timeout' | 'connection_lost' | 'answer_unreadable';
  readonly detail: string;
  readonly code?: string | undefined;
  readonly writtenMs: number;
  readonly connected: boolean;
}

export type HttpResult = HttpAnswer | HttpUnreachable | HttpLost;
