/**
 * One feed of the config, over its changes: what needs another connection is reconnected first, and the old
 * connection is let go when the new one was proven. If that one is refused, the old one stays, and it is reported.
 *
 *   running ──options changed──▶ running + next ──proven──▶ next runs, the old one is closed
 *                                      ├──refused for good──▶ running, and `change` says why
 *                                      └──no room for two──▶ next alone; refused for good: the old options again
 */
import type { Expectations, Feed, FeedDeps, FeedEvents, OpenFeed } from '../feeds/feed.ts';
import type { FeedStatus } from '../feeds/health.ts';
import { type FeedOptions, feedTypeOf } from '../feeds/index.ts';
import { type Loss, lossText } from '../feeds/verdict.ts';
import { fingerprint } from '../platform/secret.ts';

/** A feed as a config describes it. */
export interface WantedFeed {
  readonly options: FeedOptions;
}

/** The dependencies shared by every feed of the set. */
export interface Shared extends Omit<FeedDeps, 'expectations'> {
  readonly open: OpenFeed<FeedOptions>;
}

interface Connected extends WantedFeed {
  readonly client: Feed<FeedOptions>;
}

export class FeedSlot {
  readonly #shared: Shared;
  #expectations: Expectations;
  #current: Connected;
  /** Connects beside the current one. */
  #next: Connected | undefined;
  /** The options that had to be given up before the current ones were proven. */
  #before: WantedFeed | undefined;
  #change: string | undefined;

  constructor(wanted: WantedFeed, expectations: Expectations, shared: Shared) {
    this.#shared = shared;
    this.#expectations = expectations;
    this.#current = this.#connect(wanted);
  }

  get options(): FeedOptions {
    return this.#current.client.options;
  }

  get status(): FeedStatus {
    return { ...this.#current.client.status, change: this.#change };
  }

  /** The same connection would do, and no other is under way. */
  fits(wanted: WantedFeed): boolean {
    return (
      this.#next === undefined &&
      this.#change === undefined &&
      connection(this.#current) === connection(wanted)
    );
  }

  /** It shares a mark (a key, an address): another name for it, and something changed. */
  isLike({ options }: WantedFeed): boolean {
    const marks = marksOf(this.#current.options);
    return marksOf(options).some((mark) => marks.includes(mark));
  }

  /** A reload. True if anything is different from what was wanted before. */
  change(wanted: WantedFeed, expectations: Expectations): boolean {
    this.#expectations = expectations;
    const isRefused = this.#change !== undefined && this.#next === undefined;
    const before = isRefused ? undefined : fingerprint((this.#next ?? this.#current).client.options);
    const hasMoved = this.#take(wanted);
    this.#current.client.expect(expectations);
    this.#next?.client.expect(expectations);
    return hasMoved || before !== fingerprint(wanted.options);
  }

  stop(): void {
    this.#next?.client.stop();
    this.#current.client.stop();
  }

  /** True if it takes another connection. */
  #take(wanted: WantedFeed): boolean {
    const { client: running } = this.#current;
    const { name } = wanted.options;
    // Its news meanwhile belongs to the feed that the rules know by the new name.
    if (running.options.name !== name) running.adjust({ ...running.options, name });
    if (this.#next !== undefined && connection(this.#next) === connection(wanted)) {
      this.#next.client.adjust(wanted.options);
      return false;
    }
    this.#next?.client.stop();
    this.#next = undefined;
    this.#change = undefined;
    if (connection(this.#current) === connection(wanted)) {
      this.#current.client.adjust(wanted.options);
      return false;
    }
    if (running.status.state === 'fatal') {
      running.stop();
      this.#current = this.#connect(wanted);
    } else {
      this.#change = 'not in force yet: reconnecting; the old connection stays until then';
      this.#next = this.#connect(wanted);
    }
    return true;
  }

  #connect(wanted: WantedFeed): Connected {
    const { events } = this.#shared;
    const isNext = () => this.#next?.client === client;
    const heard: FeedEvents = {
      ...events,
      live: (feed, live) => {
        if (isNext() && live.emptyBecause !== undefined) return this.#refused(live.emptyBecause);
        events.live(feed, live);
        this.#proven(client);
      },
      lost: (feed, loss, retryMs) => {
        if (isNext()) this.#delayed(loss, retryMs);
        else events.lost(feed, loss, retryMs);
      },
      fatal: (feed, loss) => {
        if (isNext()) return this.#refused(loss);
        events.fatal(feed, loss);
        if (this.#current.client === client) this.#restore(loss);
      },
    };
    const { open, ...deps } = this.#shared;
    const client = open(wanted.options, {
      ...deps,
      expectations: this.#expectations,
      events: heard,
    });
    // Nothing happens before the caller has put it into its place.
    client.start();
    return { ...wanted, client };
  }

  #proven(client: Feed<FeedOptions>): void {
    this.#before = undefined;
    if (this.#next?.client !== client) return;
    this.#current.client.stop();
    this.#current = this.#next;
    this.#next = undefined;
    this.#change = undefined;
  }

  #delayed(loss: Loss, retryMs: number): void {
    const { name } = this.#current.client.options;
    this.#change = `not in force yet; the connection with the old options stays: ${lossText(loss)}`;
    this.#shared.events.changeFailed(name, loss, retryMs);
    if (loss.noRoom !== true || this.#next === undefined) return;
    this.#before = { options: this.#current.client.options };
    this.#current.client.stop();
    this.#current = this.#next;
    this.#next = undefined;
    this.#change = undefined;
  }

  #refused(loss: Loss): void {
    this.#next?.client.stop();
    this.#next = undefined;
    this.#change = `refused; the connection with the old options stays: ${lossText(loss)}`;
    this.#shared.events.changeFailed(this.#current.client.options.name, loss, undefined);
  }

  /** There was no room for two, and now the new one is refused for good. */
  #restore(loss: Loss): void {
    if (this.#before === undefined) return;
    const before = this.#before;
    this.#before = undefined;
    this.#current.client.stop();
    this.#current = this.#connect(before);
    this.#change = `refused; the old options are in force again: ${lossText(loss)}`;
    this.#shared.events.changeFailed(before.options.name, loss, undefined);
  }
}

/** The options that a connection is made from: all but those that `Feed.adjust` can change on a running one. */
function connection({ options }: WantedFeed): string {
  return fingerprint([options.type, feedTypeOf(options).connection(options)]);
}

/** Those of two types have nothing in common. */
const marksOf = (options: FeedOptions): readonly string[] =>
  feedTypeOf(options)
    .marks(options)
    .map((mark) => `${options.type} ${mark}`);
