/**
 * The feeds of the running config, by name. All share the gates that keep within the service's limits, also
 * over a reload: a feed with a new key connects at once, one with the old key waits for its cooldown.
 */
import { FeedClient } from '../feed/client.ts';
import type { FeedEvents, FeedParts } from '../feed/client-parts.ts';
import { ConnectGate, SelfTestGate } from '../feed/connect-gate.ts';
import type { Expectations } from '../feed/evidence.ts';
import type { FeedOptions } from '../feed/options.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { fingerprint, type Redactor } from '../platform/secret.ts';
import type { Difference } from './difference.ts';

export interface FeedSetParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: FeedEvents;
  readonly redact: Redactor;
}

interface Running {
  readonly client: FeedClient;
  readonly print: string;
}

export class FeedSet {
  readonly #parts: FeedSetParts;
  readonly #connectGate = new ConnectGate();
  readonly #selfTestGate = new SelfTestGate();
  readonly #running = new Map<string, Running>();

  constructor(parts: FeedSetParts) {
    this.#parts = parts;
  }

  get clients(): readonly FeedClient[] {
    return [...this.#running.values()].map(({ client }) => client);
  }

  /** Unchanged feeds stay connected. `authorities`: the text of `tls.ca`, by feed. */
  apply(
    feeds: readonly FeedOptions[],
    authorities: ReadonlyMap<string, string>,
    expectations: Expectations,
  ): Difference {
    const prints = new Map(
      feeds.map((options) => [options.name, fingerprint([options, authorities.get(options.name)])]),
    );
    const added: string[] = [];
    const changed: string[] = [];
    const removed: string[] = [];
    for (const [name, { client, print }] of this.#running) {
      if (prints.get(name) === print) continue;
      client.stop();
      this.#running.delete(name);
      (prints.has(name) ? changed : removed).push(name);
    }
    for (const { client } of this.#running.values()) client.expect(expectations);
    for (const options of feeds) {
      if (this.#running.has(options.name)) continue;
      if (!changed.includes(options.name)) added.push(options.name);
      const start = { options, ca: authorities.get(options.name), expectations };
      this.#start(start, prints.get(options.name) ?? '');
    }
    return { added, changed, removed };
  }

  stop(): void {
    for (const { client } of this.#running.values()) client.stop();
  }

  #start(start: Pick<FeedParts, 'options' | 'ca' | 'expectations'>, print: string): void {
    const { clock, random, events, redact } = this.#parts;
    const gates = { connectGate: this.#connectGate, selfTestGate: this.#selfTestGate };
    const client = new FeedClient({ ...start, ...gates, clock, random, events, redact });
    this.#running.set(start.options.name, { client, print });
    client.start();
  }
}
