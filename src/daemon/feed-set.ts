/**
 * The feeds of the running config, by name. All share the gates that keep within the service's limits, also
 * over a reload: a feed with a new key connects at once, one with the old key waits for its cooldown.
 */
import { ConnectGate, SelfTestGate } from '../feed/connect-gate.ts';
import type { Expectations } from '../feed/evidence.ts';
import type { FeedStatus } from '../feed/health.ts';
import type { FeedOptions } from '../feed/options.ts';
import type { Difference } from './difference.ts';
import { FeedSlot, type Shared, type Wanted } from './feed-slot.ts';

export type FeedSetParts = Omit<Shared, 'connectGate' | 'selfTestGate'>;

export class FeedSet {
  readonly #shared: Shared;
  /** In the order of the config. */
  #slots = new Map<string, FeedSlot>();

  constructor(parts: FeedSetParts) {
    this.#shared = { ...parts, connectGate: new ConnectGate(), selfTestGate: new SelfTestGate() };
  }

  get clients(): readonly { readonly options: FeedOptions; readonly status: FeedStatus }[] {
    return [...this.#slots.values()];
  }

  /**
   * Unchanged feeds stay connected, and so does one whose name alone has changed. `authorities`: the text of
   * `tls.ca`, by feed.
   */
  apply(
    feeds: readonly FeedOptions[],
    authorities: ReadonlyMap<string, string>,
    expectations: Expectations,
  ): Difference {
    const before = this.#slots;
    const names = new Set(feeds.map(({ name }) => name));
    const gone = new Map([...before].filter(([name]) => !names.has(name)));
    const removed = [...gone.keys()];
    const added: string[] = [];
    const changed: string[] = [];
    this.#slots = new Map();
    for (const options of feeds) {
      const { name } = options;
      const wanted = { options, ca: authorities.get(name) };
      const own = before.get(name);
      const slot = own ?? taken(gone, wanted) ?? new FeedSlot(wanted, expectations, this.#shared);
      this.#slots.set(name, slot);
      const isDifferent = slot.change(wanted, expectations);
      if (own === undefined) added.push(name);
      else if (isDifferent) changed.push(name);
    }
    for (const slot of gone.values()) slot.stop();
    return { added, changed, removed };
  }

  stop(): void {
    for (const slot of this.#slots.values()) slot.stop();
  }
}

/** One that is no more under its name and has the connection that is wanted. */
function taken(gone: Map<string, FeedSlot>, wanted: Wanted): FeedSlot | undefined {
  for (const [name, slot] of gone)
    if (slot.fits(wanted)) {
      gone.delete(name);
      return slot;
    }
  return undefined;
}
