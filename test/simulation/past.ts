/** The true history of a world: the invariants are checked against it. */
import type { Delivery } from '../../src/delivery/delivery.ts';
import { newsIn } from '../support/contents.ts';
import type { InForce } from './config.ts';
import type { Sent } from './sent.ts';
import type { LaneName } from './story.ts';

export interface Life {
  readonly at: number;
  /** By the wall clock nobody can tell how long the process was away. */
  readonly hasJumped: boolean;
  endedAt: number | undefined;
}

/** A delivery that was recorded, or would have been on a disk that worked. */
export interface Owed {
  readonly delivery: Delivery;
  readonly at: number;
  /** When the news was new. */
  readonly bornAt: number;
  readonly life: number;
  ended: { readonly state: string; readonly reason: string | undefined; readonly at: number } | undefined;
  /** It has failed before, perhaps before there was anything to send it with. */
  isTried: boolean;
  readonly sent: Sent[];
}

/** Asked for again by hand. */
interface Retried {
  readonly at: number;
  /** Also after its `maxAge`, which counts again then. */
  readonly isLate: boolean;
  readonly life: number;
  /** And later once more, without that. */
  isAsItWas: boolean;
  /** When the bridge noticed: before it, it cannot know. */
  toldAt: number | undefined;
}

export interface Configured {
  readonly at: number;
  readonly config: ReadonlyMap<LaneName, InForce>;
}

export class Past {
  readonly sent: Sent[] = [];
  readonly lives: Life[] = [];
  readonly configs: Configured[] = [];
  /** Whether it takes anything, from then on. */
  readonly disk: { readonly at: number; readonly isBroken: boolean }[] = [];
  readonly owed = new Map<string, Owed>();
  /** When each title was read first and last. */
  readonly read = new Map<string, { readonly first: number; readonly last: number }>();
  /** Read while the disk was broken, and the process died before it was repaired: nobody can know of these. */
  readonly lost = new Set<string>();
  readonly discarded = new Map<string, number>();
  /** Destinations; in force from a moment after they were made. */
  readonly muted: {
    readonly destination: string;
    readonly madeAt: number;
    readonly from: number;
    readonly until: number;
  }[] = [];
  /** Latest, by delivery. */
  readonly retried = new Map<string, Retried>();
  /** Suspensions and ends of suspensions that were reported twice. */
  readonly saidTwice: string[] = [];
  readonly #waiting = new Map<string, Set<Owed>>();
  readonly #sentTo = new Map<string, Sent[]>();
  #wallAheadMs = 0;
  #wasBehind = false;

  get isAlive(): boolean {
    const life = this.lives.at(-1);
    return life !== undefined && life.endedAt === undefined;
  }

  /** `behindMs`: so far the wall clock is behind what the store ends with. */
  starts(at: number, wallAheadMs: number, behindMs: number): void {
    const hasJumped = wallAheadMs !== this.#wallAheadMs || behindMs > 0 || this.#wasBehind;
    this.#wasBehind = behindMs > 0;
    this.lives.push({ at, hasJumped, endedAt: undefined });
    this.#wallAheadMs = wallAheadMs;
  }

  dies(at: number, forgets: (sent: Sent) => boolean): void {
    const life = this.lives.at(-1);
    if (life !== undefined) life.endedAt = at;
    for (const sent of this.sent)
      if (sent.life === this.lives.length - 1 && forgets(sent)) sent.isForgotten = true;
  }

  /** Only these are stored. */
  loses(stored: ReadonlySet<string>): void {
    for (const title of this.read.keys()) if (!stored.has(title)) this.lost.add(title);
  }

  reads(title: string, at: number): void {
    this.read.set(title, { first: this.read.get(title)?.first ?? at, last: at });
  }

  received(deliveries: readonly Delivery[], at: number): void {
    for (const delivery of deliveries) {
      const owed: Owed = {
        ...{ delivery, at, life: this.lives.length - 1, ended: undefined, isTried: false, sent: [] },
        bornAt: at - newsIn(delivery).ageAtReceiptMs,
      };
      const waiting = this.#waiting.get(delivery.destination) ?? new Set();
      // An earlier life read it too, and could not write it down.
      const before = this.owed.get(delivery.id);
      if (before !== undefined) waiting.delete(before);
      this.owed.set(delivery.id, owed);
      this.#waiting.set(delivery.destination, waiting.add(owed));
    }
  }

  configures(config: ReadonlyMap<LaneName, InForce>, at: number): void {
    this.configs.push({ at, config: new Map(config) });
  }

  /** The open deliveries of one destination, as far as this life or the ones before have reported. */
  waiting(destination: string): Iterable<Owed> {
    return this.#waiting.get(destination) ?? [];
  }

  /** The destination as the config had it then. */
  inForceAt(name: string, at: number): InForce | undefined {
    return this.configs.findLast((one) => one.at <= at)?.config.get(name as LaneName);
  }

  attempted(id: string): void {
    const owed = this.owed.get(id);
    if (owed !== undefined) owed.isTried = true;
  }

  ended(
    id: string,
    { state, reason }: { readonly state: string; readonly reason: string | undefined },
    at: number,
  ): void {
    const owed = this.owed.get(id);
    if (owed === undefined) return;
    owed.ended = { state, reason, at };
    this.#waiting.get(owed.delivery.destination)?.delete(owed);
  }

  retries(id: string, isLate: boolean, at: number): void {
    const owed = this.owed.get(id);
    if (owed === undefined) return;
    const before = this.retried.get(id);
    // A delivery requested with `--late` before may be sent until its new end.
    if (before?.isLate && !isLate) Object.assign(before, { isAsItWas: true, toldAt: undefined });
    else
      this.retried.set(id, {
        ...{ at, isLate, life: this.lives.length - 1 },
        ...{ isAsItWas: false, toldAt: undefined },
      });
    owed.ended = undefined;
    this.#waiting.get(owed.delivery.destination)?.add(owed);
  }

  tellsOfRetries(ids: readonly string[], at: number): void {
    for (const retried of ids.map((id) => this.retried.get(id))) if (retried) retried.toldAt = at;
  }

  sends(sent: Sent): void {
    this.sent.push(sent);
    this.sentTo(sent.destination);
    this.#sentTo.get(sent.destination)?.push(sent);
    this.owed.get(sent.deliveryId)?.sent.push(sent);
  }

  isDiskBroken(at: number): boolean {
    return this.disk.findLast((one) => one.at <= at)?.isBroken === true;
  }

  /** At any moment of these, their ends among them. */
  isDiskBrokenWithin(from: number, until: number): boolean {
    return (
      this.isDiskBroken(from) ||
      this.disk.some(({ at, isBroken }, index) => {
        const endAt = this.disk[index + 1]?.at ?? Number.POSITIVE_INFINITY;
        return isBroken && at <= until && endAt >= from;
      })
    );
  }

  /** Grows. */
  sentTo(destination: string): readonly Sent[] {
    const sent = this.#sentTo.get(destination) ?? [];
    this.#sentTo.set(destination, sent);
    return sent;
  }

  lastOf(deliveryId: string): Sent | undefined {
    return this.owed.get(deliveryId)?.sent.at(-1);
  }

  titleOf(deliveryId: string): string {
    const owed = this.owed.get(deliveryId);
    return owed === undefined ? '' : newsIn(owed.delivery).title;
  }

  /** A life began with the wall clock set, after `from` and until `until`: no clock of the bridge tells how long that was. */
  hasJumpedBetween(from: number, until: number): boolean {
    return this.lives.some(({ at, hasJumped }) => hasJumped && from < at && at <= until);
  }
}
