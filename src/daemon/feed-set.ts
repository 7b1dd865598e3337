/**
 * The feeds of the running config, by name. Those of one type share what keeps within the limits of its service, also
 * over a reload.
 */
import type { Expectations } from '../feeds/feed.ts';
import type { FeedStatus } from '../feeds/health.ts';
import { type FeedOptions, feedOpener } from '../feeds/index.ts';
import type { Difference } from './difference.ts';
import { FeedSlot, type Shared, type WantedFeed } from './feed-slot.ts';

export interface FeedSetDeps extends Omit<Shared, 'open'> {
  /** False: whatever the config names, none is connected. */
  readonly reads?: boolean | undefined;
}

export class FeedSet {
  readonly #shared: Shared;
  readonly #reads: boolean;
  /** In the order of the config. */
  #slots = new Map<string, FeedSlot>();
  #isListening = false;

  constructor({ reads = true, ...deps }: FeedSetDeps) {
    this.#reads = reads;
    this.#shared = { ...deps, open: feedOpener() };
  }

  /** From the first config on, until the bridge stops. */
  get isListening(): boolean {
    return this.#isListening;
  }

  get reports(): readonly FeedStatus[] {
    return [...this.#slots.values()].map(({ status }) => status);
  }

  /**
   * Unchanged feeds stay connected, and so does one whose name alone has changed; one that keeps its key or its
   * address under another name is changed like any other: reconnected before it is let go.   */
  apply(named: readonly FeedOptions[], expectations: Expectations): Difference {
    const feeds = this.#reads ? named : [];
    this.#isListening = true;
    const before = this.#slots;
    const names = new Set(feeds.map(({ name }) => name));
    const gone = new Map([...before].filter(([name]) => !names.has(name)));
    const removed = [...gone.keys()];
    const added: string[] = [];
    const changed: string[] = [];
    const wanted = feeds.map((options) => ({ options }));
    const found = new Map<WantedFeed, FeedSlot>();
    const find = (slotOf: (one: WantedFeed) => FeedSlot | undefined) => {
      for (const one of wanted) {
        const slot = found.has(one) ? undefined : slotOf(one);
        if (slot !== undefined) found.set(one, slot);
      }
    };
    find((one) => before.get(one.options.name));
    find((one) => taken(gone, (slot) => slot.fits(one)));
    // Renamed and changed at once, as by another address when the name is its host's.
    find((one) => taken(gone, (slot) => slot.isLike(one)));
    this.#slots = new Map();
    for (const one of wanted) {
      const { name } = one.options;
      const slot = found.get(one) ?? new FeedSlot(one, expectations, this.#shared);
      this.#slots.set(name, slot);
      const isDifferent = slot.change(one, expectations);
      if (!before.has(name)) added.push(name);
      else if (isDifferent) changed.push(name);
    }
    for (const slot of gone.values()) slot.stop();
    return { added, changed, removed };
  }

  stop(): void {
    this.#isListening = false;
    for (const slot of this.#slots.values()) slot.stop();
  }
}

/** One that is no more under its name. */
function taken(gone: Map<string, FeedSlot>, isIt: (slot: FeedSlot) => boolean): FeedSlot | undefined {
  for (const [name, slot] of gone)
    if (isIt(slot)) {
      gone.delete(name);
      return slot;
    }
  return undefined;
}
