/**
 * The contract of a feed: a source of news that proves itself. A type of feed is one folder, and its line in `index.ts`;
 * `test/feeds/conformance.ts` then holds it to what is promised of all of them. No frame leaves the folder of its type.
 */
import type { LookupFunction } from 'node:net';
import type { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { Redactor } from '../platform/secret.ts';
import type { CommonFeedOptions } from './common-options.ts';
import type { FeedStatus } from './health.ts';
import type { News, Reading } from './news.ts';
import type { UncoveredPublishers } from './uncovered-publishers.ts';
import type { Loss } from './verdict.ts';
import type { Warning } from './warning.ts';

/** A source under one set of options. Nothing that a source sends makes it throw. */
export interface Feed<Options extends CommonFeedOptions = CommonFeedOptions> {
  readonly options: Options;
  readonly status: FeedStatus;
  /** Connects, and connects again for ever. A second call does nothing. */
  start(): void;
  /** For good: closes the connection and leaves no timer. A second call does nothing. */
  stop(): void;
  /** A reload changed what is expected of all feeds, and not this one. */
  expect(expectations: Expectations): void;
  /** Takes over options that need no other connection (`FeedType.connection`). */
  adjust(options: Options): void;
}

/** The config's expectations of the feeds; a reload may change them. */
export interface Expectations {
  readonly keyExpiresWithinMs: number;
  readonly coverage: UncoveredPublishers;
}

export const KEY_EXPIRES_WITHIN_MS = 3 * 86_400_000;

/** The events of a feed, emitted in the middle of its work: no listener may wait or throw. */
export interface FeedEvents {
  news(news: News): void;
  /** Nothing more is coming together with the news so far: one read of the socket has been taken apart. */
  readEnds(): void;
  /** Once a connection: it is proven. */
  live(feed: string, live: Live): void;
  /** Frames that are no news, and worth a line. */
  odd(feed: string, frame: OddFrame): void;
  lost(feed: string, loss: Loss, retryMs: number): void;
  fatal(feed: string, loss: Loss): void;
  /** The connection with changed options is refused; the one with the old options stays. `retryMs`: until it is tried again; `undefined`: not before the next reload. */
  changeFailed(feed: string, loss: Loss, retryMs: number | undefined): void;
  selfTest(feed: string, result: { readonly roundTripMs: number } | 'unanswered'): void;
  warning(warning: Warning): void;
}

export interface Live {
  /** For the log: the source's statements about itself. */
  readonly facts: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Asked for, and not granted: nothing of it will ever come. */
  readonly missing: readonly string[];
  /** Set: such a connection would be alive for ever and bring nothing, and this is why. */
  readonly emptyBecause?: Loss | undefined;
}

/** The part of a frame that may be reported: `news` is an excerpt, where it mentions a listing. */
export type OddFrame =
  | { readonly kind: 'garbage'; readonly reason: string; readonly news: string | undefined }
  | {
      readonly kind: 'unknown';
      readonly type: string;
      readonly keys: readonly string[];
      readonly news: string | undefined;
    }
  | { readonly kind: 'error'; readonly code: string; readonly retryAfterSecs: number | undefined };

export interface FeedDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: FeedEvents;
  /** Redacts the source's words about a refusal. */
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

export type OpenFeed<Options extends CommonFeedOptions> = (options: Options, deps: FeedDeps) => Feed<Options>;

export interface FeedType<Options extends CommonFeedOptions> {
  /** For `docs/configuration.md`: what it is, before its keys, and what else there is to say, behind them. */
  readonly about: string;
  readonly more?: string;
  /** Where a person gets the value of an option, in a sentence; by option. */
  readonly whereToGet?: Readonly<Record<string, string>>;
  /** Of the options, with `type` as a literal. */
  readonly schema: z.ZodType<Options>;
  /** All that a connection is made of: two options that agree in it can share one. */
  connection(options: Options): unknown;
  /** Values of which a feed under another name shares one when it is the same that was renamed and changed. Never shown. */
  marks(options: Options): readonly string[];
  /** The publishers that it can bring, in lower case; `undefined`: any. */
  publishers(options: Options): readonly string[] | undefined;
  /** The words for the ends of its connections; each has a row in docs/troubleshooting.md. */
  readonly reasons: readonly string[];
  /** Those that pass by themselves within seconds, so that one more try is worth waiting for; absent: none. */
  readonly passing?: readonly string[];
  /** Called once for the life of the process, so that its feeds can share the limits of a service, also over a reload. */
  opener(): OpenFeed<Options>;
  /** A feed under these options, and its source inside this process at `url`. */
  rehearsed(options: Options, url: string): RehearsedFeed<Options>;
}

/** For a rehearsal (`rehearsal/rehearsal.ts`): its announcements go the way of the real ones. */
export interface RehearsedFeed<Options extends CommonFeedOptions> {
  /** As they are, but for the source; none of its secrets. */
  readonly options: Options;
  /** The first words of the source, which prove the connection. */
  greeting(wallUs: number): readonly string[];
  /** An announcement, as the source writes it; `undefined`: none that could be read as one is known. */
  frame(reading: Reading): string | undefined;
}
