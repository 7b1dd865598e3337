/**
 * Claims before the send: of what must not be sent twice whatever happens (`onAmbiguous: drop`), and of everything while nodes differ
 * in config or version. Only these wait for the database. Without a claim nothing of them leaves, so whoever takes over finds all
 * that may have left; and a claim is taken back as soon as it is known that nothing has arrived.
 */

import { type Delivery, type PendingDelivery, UNDER_WAY } from '../delivery/delivery.ts';
import { isHold } from '../delivery/health-signal.ts';
import type { AttemptResult } from '../delivery/outcome.ts';
import type { Claim, Claimed, Claims } from '../delivery/tenure.ts';
import { type Clock, wait } from '../platform/clock.ts';
import { ClaimCalls } from './claim-calls.ts';
import type { Holdings } from './holdings.ts';
import type { LogWriter } from './log-writer.ts';
import type { Settling } from './settling.ts';
import { CLAIMS_OF_A_LIFE, type Shared, SharedError } from './shared.ts';

/** Between two tries while the database cannot be reached. */
const AGAIN_MS = 250;

/** The number of a claim has room for the seconds of a century after it. */
const FIRST_MS = Date.UTC(2026, 0, 1);

/** News is heard of by then, and on its way into the log. */
const NAMING_MS = 5;

/** Claims of which the answer was lost. Those beyond stay claimed, and nobody sends them. */
const MOST_UNSURE = 10_000;

export interface ClaimingDeps {
  readonly shared: Pick<Shared, 'begin'>;
  readonly clock: Clock;
  readonly settling: Settling;
  readonly writer: LogWriter;
  readonly holdings: Holdings;
  differs(): boolean;
  partitionOf(destination: string): number | undefined;
}

/** A claim that may be in the database. */
interface Made {
  readonly delivery: Delivery;
  readonly partition: number;
  readonly epoch: number;
  readonly claim: number;
}

export class Claiming implements Claims {
  readonly #deps: ClaimingDeps;
  readonly #calls: ClaimCalls;
  #claims: number;
  /** By delivery: claims without an answer. Nothing left under them, so the next try goes on with the same. */
  readonly #unsure = new Map<string, Made>();
  /** By delivery: those that are under way. */
  readonly #underWay = new Map<string, Promise<Claimed>>();

  constructor(deps: ClaimingDeps) {
    this.#deps = deps;
    this.#calls = new ClaimCalls(deps.shared);
    // A life begins in another second than those before.
    const second = Math.max(0, Math.floor((deps.clock.monotonicMs() - FIRST_MS) / 1000));
    this.#claims = second * CLAIMS_OF_A_LIFE;
  }

  areNeeded({ onAmbiguous }: { readonly onAmbiguous: 'resend' | 'drop' }): boolean {
    return onAmbiguous === 'drop' || this.#deps.differs();
  }

  claim(pending: PendingDelivery, options: { readonly onAmbiguous: 'resend' | 'drop' }): Promise<Claimed> {
    const { id, content } = pending.delivery;
    // An alert: nobody else knows of it.
    if (content.kind !== 'news') return Promise.resolve(UNSHARED);
    // One at a time, so that their numbers rise.
    const before = this.#underWay.get(id);
    const claimed = Promise.resolve(before).then(() =>
      this.#claim(pending, options.onAmbiguous === 'resend'),
    );
    this.#underWay.set(id, claimed);
    void claimed.finally(() => {
      if (this.#underWay.get(id) === claimed) this.#underWay.delete(id);
    });
    return claimed;
  }

  /** Nothing of these is on the wire: whatever was claimed, and has not left, is the next holder's. Resolves when it is queued. */
  async handBack(partitions: ReadonlySet<number>): Promise<void> {
    await Promise.all(this.#underWay.values());
    for (const made of this.#unsure.values()) if (partitions.has(made.partition)) this.#takeBack(made, 0);
  }

  async #claim({ delivery, attempts, byHandMs }: PendingDelivery, isRepeatable: boolean): Promise<Claimed> {
    const { clock, settling, holdings, partitionOf } = this.#deps;
    const partition = partitionOf(delivery.destination);
    if (partition === undefined) return 'later';
    const epoch = holdings.epochOf(partition);
    const before = this.#unsure.get(delivery.id);
    const claim = before?.epoch === epoch ? before.claim : ++this.#claims;
    const made: Made = { delivery, partition, epoch, claim };
    this.#unsure.delete(delivery.id);
    if (!(await this.#isNamed(delivery))) return 'later';
    const nowMs = clock.monotonicMs();
    const begun = settling.endOf({
      ...{ delivery, partition, epoch, claim, state: 'begun', reason: UNDER_WAY, attempts },
      ...{ endedMs: nowMs, writtenMs: nowMs },
    });
    try {
      const isMine = await this.#calls.begin({
        ...begun,
        claim,
        isRepeatable,
        isByHand: byHandMs !== undefined,
      });
      if (!isMine) return holdings.epochOf(partition) === epoch ? 'elsewhere' : 'later';
      return { takeBack: (result) => this.#takeBack(made, attempts, result) };
    } catch (error) {
      if (!(error instanceof SharedError)) throw error;
      this.#unsure.set(delivery.id, made);
      const [oldest] = this.#unsure.keys();
      if (oldest !== undefined && this.#unsure.size > MOST_UNSURE) this.#unsure.delete(oldest);
      await wait(clock, AGAIN_MS);
      return 'later';
    }
  }

  /** Claimed under a name that only this node gives it, it would be another's as well. */
  async #isNamed(delivery: Delivery): Promise<boolean> {
    const { content, id } = delivery;
    const { clock, writer } = this.#deps;
    if (writer.isNamed(content, id)) return true;
    // Perhaps it is being read in this very tick.
    await wait(clock, NAMING_MS);
    await writer.name([delivery]).catch(() => wait(clock, AGAIN_MS));
    return writer.isNamed(content, id);
  }

  /** `attempts`: before this one. */
  #takeBack({ delivery, claim, epoch }: Made, attempts: number, result?: AttemptResult): void {
    this.#unsure.delete(delivery.id);
    const wasMade = result !== undefined && !isHold(result);
    this.#deps.settling.add({
      ...{ delivery, claim, epoch, state: 'free', attempts: attempts + (wasMade ? 1 : 0) },
      reason: result === undefined || result.outcome.kind === 'delivered' ? undefined : result.outcome.reason,
      endedMs: this.#deps.clock.monotonicMs(),
      writtenMs: result?.writtenMs,
    });
  }
}

/** No other node can send it. */
const UNSHARED: Claim = { takeBack: () => undefined };
