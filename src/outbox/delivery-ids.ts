/**
 * Names deliveries by what they are: which announcement (identity and the dedupe window in which it was detected), to which
 * destination, for which ticker. So two processes that read the same announcement name the same delivery, whoever of them
 * read it first and by whichever feed, and a receiver that acts once for each `webhook-id` acts once
 * (docs/decisions/delivery-ids.md). `<time><announcement>-<destination>[-<ticker>]`, in the digits of `ids.ts`. The row in the
 * store has a key of its own (`Delivery.key`), which rises with time.
 */
import { hash } from 'node:crypto';
import { type Announcement, detectedUs } from '../announcement.ts';
import { folded } from '../platform/fold.ts';
import { digits, idAt } from './ids.ts';

/** Upper digits of `idAt`, a step of 17 minutes: names that follow each other in time lie together in the index. */
const TIME_DIGITS = 6;
/** 60 bits, among what was announced within a dedupe window. */
const ANNOUNCEMENT_DIGITS = 12;
/** 50 bits, among the destinations of one announcement. */
const DESTINATION_DIGITS = 10;
/** 40 bits, among the tickers of one announcement. */
const TICKER_DIGITS = 8;

/** Windows begin at an odd time: exchanges announce on the hour, and two detections of one announcement must not lie on both sides. */
const OFFSET_MS = 1_043_000;

/** Destinations of which the digits are kept: a config has fewer, and a reload may bring others. */
const MOST_KEPT = 20_000;

/**
 * One announcement of these words. The same words after the window are another one. `windowMs` 0: each copy is one of its
 * own, as `dedupe` sees it. `identity`: as `identityOf` says.
 */
export function occurrenceOf(announcement: Announcement, identity: string, windowMs: number): string {
  if (!(windowMs > 0)) return announcement.id;
  const window = Math.floor((detectedUs(announcement) / 1000 + OFFSET_MS) / windowMs);
  const time = idAt(window * windowMs - OFFSET_MS).slice(0, TIME_DIGITS);
  return time + digitsOf(`${identity} ${windowMs} ${window}`, ANNOUNCEMENT_DIGITS);
}

/** Two endpoints detect one event on their own, so far apart at most. */
const DETECTED_APART_MS = 2000;

/**
 * Whether another machine that has read it for itself gives it the same name: not without a stamp of the service, since its clock is
 * another one, nor close to the edge of a window, since the other endpoint may have detected it on the other side.
 */
export function isNamedAlike(announcement: Announcement, windowMs: number): boolean {
  const { detectedTimestampUs, dispatchTimestampUs } = announcement;
  const us = detectedTimestampUs ?? dispatchTimestampUs;
  if (us === undefined || !(windowMs > 0)) return false;
  const intoMs = (((us / 1000 + OFFSET_MS) % windowMs) + windowMs) % windowMs;
  return Math.min(intoMs, windowMs - intoMs) > DETECTED_APART_MS;
}

/** The part of the name of a delivery that is the announcement's. */
export const occurrenceIn = (deliveryId: string): string => deliveryId.slice(0, deliveryId.indexOf('-'));

/** The key of the row of one delivery of this content, of which there are `ordinal` before. */
export const deliveryKey = (contentId: string, ordinal: number): string => `${contentId}-${ordinal}`;

/**
 * Ids of the deliveries of one announcement: asked once for each pair of destination and ticker, always in the same order. A row of
 * `intake` does not hold them, so they are made once more from what it holds (`intake-rows.ts`), perhaps by a later version.
 */
export class DeliveryIds {
  readonly #occurrence: string;
  readonly #byTicker = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** `occurrence`: as `occurrenceOf` says, or anything that is unique. */
  constructor(occurrence: string) {
    this.#occurrence = occurrence;
  }

  of(destination: string, ticker: string | undefined): string {
    const id = `${this.#occurrence}-${digitsOfDestination(destination)}`;
    return ticker === undefined ? id : `${id}-${this.#digitsOfTicker(ticker)}`;
  }

  /** Two writers need not write it alike; two that fold to the same in one announcement are two all the same. */
  #digitsOfTicker(ticker: string): string {
    const known = this.#byTicker.get(ticker);
    if (known !== undefined) return known;
    let found = digitsOf(folded(ticker), TICKER_DIGITS);
    for (let n = 0; this.#taken.has(found); n++) found = digitsOf(JSON.stringify([ticker, n]), TICKER_DIGITS);
    this.#byTicker.set(ticker, found);
    this.#taken.add(found);
    return found;
  }
}

const destinations = new Map<string, string>();

/** The config's names come again with each announcement. */
function digitsOfDestination(name: string): string {
  const known = destinations.get(name);
  if (known !== undefined) return known;
  const found = digitsOf(name, DESTINATION_DIGITS);
  if (destinations.size >= MOST_KEPT) destinations.clear();
  destinations.set(name, found);
  return found;
}

const digitsOf = (text: string, length: number) => digits(hash('sha256', text, 'hex'), length);
