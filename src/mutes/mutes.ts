/**
 * The mutes in force, as intake and the lanes evaluate them. A message for all tickers of an announcement is held back only when
 * every one of them is muted. Without a mute nobody evaluates anything (docs/decisions/mutes.md).
 */
import type { Announcement } from '../announcement.ts';
import type { Delivery, PendingDelivery } from '../delivery/delivery.ts';
import type { Brakes, Refused } from '../delivery/held-back.ts';
import { subjectOf } from '../routing/subject.ts';
import { type Mute, type MuteKind, tickerName } from './mute.ts';
import { shownInWords } from './shown.ts';

export class Mutes implements Brakes {
  areOn = false;
  readonly #byName: Readonly<Record<MuteKind, Map<string, Mute>>> = {
    ticker: new Map(),
    rule: new Map(),
    destination: new Map(),
  };

  /** Of muted tickers: most that are asked for begin with another letter, and need not be looked up. */
  #firstLetters = 0;

  /** From now on these, and no others. */
  take(mutes: readonly Mute[]): void {
    for (const byName of Object.values(this.#byName)) byName.clear();
    for (const mute of mutes) this.#byName[mute.kind].set(mute.name, mute);
    this.areOn = mutes.length > 0;
    this.#firstLetters = 0;
    for (const name of this.#byName.ticker.keys()) this.#firstLetters |= firstLetter(name);
  }

  /** Oldest first. */
  inForce(nowMs: number): readonly Mute[] {
    return Object.values(this.#byName)
      .flatMap((byName) => [...byName.values()])
      .filter(({ untilMs }) => nowMs < untilMs)
      .sort((one, other) => one.id - other.id);
  }

  hold(delivery: Delivery, nowMs: number): Refused | undefined {
    return refusedBy(this.#of(delivery, nowMs), nowMs);
  }

  /** As `hold`, of one that waits: a person who has requested it since then (`deliveries retry`) gets it. */
  holdWaiting({ delivery, byHandMs }: PendingDelivery, nowMs: number): Refused | undefined {
    if (!this.areOn) return undefined;
    const mute = this.#of(delivery, nowMs);
    if (mute !== undefined && byHandMs !== undefined && mute.sinceMs <= byHandMs) return undefined;
    return refusedBy(mute, nowMs);
  }

  #of({ content, destination, rule, ticker }: Delivery, nowMs: number): Mute | undefined {
    // The bridge reports its own faults all the same.
    if (content.kind !== 'news') return undefined;
    const { destination: destinations, rule: rules, ticker: tickers } = this.#byName;
    return (
      live(destinations.get(destination), nowMs) ??
      live(rules.get(rule), nowMs) ??
      (tickers.size === 0
        ? undefined
        : ticker === undefined
          ? this.#ofAllTickers(content.announcement, nowMs)
          : this.#ofTicker(tickerName(ticker), nowMs))
    );
  }

  #ofTicker(name: string, nowMs: number): Mute | undefined {
    if ((this.#firstLetters & firstLetter(name)) === 0) return undefined;
    return live(this.#byName.ticker.get(name), nowMs);
  }

  /** The one that ends first, when every ticker is muted. */
  #ofAllTickers(announcement: Announcement, nowMs: number): Mute | undefined {
    const { tickers } = subjectOf(announcement);
    // It has so many that not all were looked at.
    if (tickers.length < announcement.tickers.length) return undefined;
    let first: Mute | undefined;
    for (const { folded } of tickers) {
      const mute = this.#ofTicker(folded.toUpperCase(), nowMs);
      if (mute === undefined) return undefined;
      if (first === undefined || mute.untilMs < first.untilMs) first = mute;
    }
    return first;
  }
}

/** One of 32 bits; letters far apart may share one. */
const firstLetter = (name: string): number => 1 << (name.charCodeAt(0) & 31);

const live = (mute: Mute | undefined, nowMs: number): Mute | undefined =>
  mute !== undefined && nowMs < mute.untilMs ? mute : undefined;

const refusedBy = (mute: Mute | undefined, nowMs: number): Refused | undefined =>
  mute && { reason: 'muted', detail: muteInWords(mute, nowMs), heldBy: mute };

/** `ticker ABC is muted for another 58m (mute 3: a scam)`. */
export const muteInWords = (mute: Mute, nowMs: number): string =>
  shownInWords({ ...mute, leftMs: mute.untilMs - nowMs, inConfig: true });
