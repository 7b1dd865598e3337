/** What a feed needs and tells. */
import type { LookupFunction } from 'node:net';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { Redactor } from '../../platform/secret.ts';
import type { News } from '../news.ts';
import type { Warning } from '../warning.ts';
import type { ConnectGate, SelfTestGate } from './connect-gate.ts';
import type { Expectations } from './evidence.ts';
import type { Frame, WelcomeFrame } from './frames.ts';
import type { Loss } from './health.ts';
import type { FeedOptions } from './options.ts';

export interface FeedEvents {
  news(news: News): void;
  /** Once a connection. `missing`: exchanges that were asked for and that the key does not cover. */
  welcome(feed: string, frame: WelcomeFrame, missing: readonly string[]): void;
  /** Frames that are neither announcement, heartbeat nor welcome. */
  odd(feed: string, frame: Extract<Frame, { kind: 'garbage' | 'unknown' | 'error' }>): void;
  lost(feed: string, loss: Loss, retryMs: number): void;
  fatal(feed: string, loss: Loss): void;
  /** The connection with changed options is refused; the one with the old options stays. `retryMs`: until it is tried again; `undefined`: not before the next reload. */
  changeFailed(feed: string, loss: Loss, retryMs: number | undefined): void;
  selfTest(feed: string, result: { readonly roundTripMs: number } | 'unanswered'): void;
  warning(warning: Warning): void;
}

export interface FeedDeps {
  readonly options: FeedOptions;
  /** The text of `tls.ca`. */
  readonly ca: string | undefined;
  readonly connectGate: ConnectGate;
  readonly selfTestGate: SelfTestGate;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: FeedEvents;
  /** For what a far end said of a refusal. */
  readonly redact: Redactor;
  readonly expectations?: Expectations;
  /** When news can be sent; the first connection of a process is not finished sooner. */
  readonly ready?: Promise<void>;
  /** Each time when the request for the feed is on its way: until the answer comes there is nothing to do. */
  readonly asked?: () => void;
  /** How long what is read now may have waited in this process. */
  readonly heldUpMs?: (nowMs: number) => number;
  /** Name resolution; default: the system's. */
  readonly lookup?: LookupFunction;
}
