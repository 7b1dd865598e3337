/**
 * The announcements of the demo, and their order. The usual alone would not show what the bridge is for, so the first round has, once
 * each: a bot that is busy for a moment, and news that comes too late to be traded.
 */
import type { Random } from '../platform/random.ts';
import type { AnnouncementFields } from '../simulator/feed-frames.ts';
import { shuffled } from '../simulator/playback.ts';
import type { Title } from '../simulator/titles.ts';
import type { DemoScene } from './demo-scene.ts';

/** How late it is; the bot takes nothing older than 5 s. */
const LATE_US = 60_000_000;

/** By their places in the programme. */
const BUSY = 2;
const LATE = 4;

const LISTINGS = new Set(['spot_listing', 'futures_listing']);
const UNSENT = 'not_listing';

const isListing = ({ listingType }: Pick<Title, 'listingType'>) => LISTINGS.has(listingType);
/** The wire's own form: separated by commas, or nothing. */
const tickersIn = (ticker: string) => new Set(ticker.split(',').filter((one) => one.trim() !== ''));

/** Begins with a listing, has one of everything soon, and listings of one ticker where something is to be seen. */
export function programmeOf(titles: readonly Title[], random: Random): readonly Title[] {
  const deck = shuffled(titles, random);
  const isOrder = (title: Title) => isListing(title) && tickersIn(title.ticker).size === 1;
  const isUnsent = ({ listingType }: Title) => listingType === UNSENT;
  const isOther = (title: Title) => !isListing(title) && !isUnsent(title);
  const opening: Title[] = [];
  for (const fits of [isOrder, isOther, isOrder, isUnsent, isOrder]) {
    const next = deck.find((title) => fits(title) && !opening.includes(title));
    if (next !== undefined) opening.push(next);
  }
  return [...opening, ...deck.filter((title) => !opening.includes(title))];
}

/** Announces to the scene, the odd ones among them, and counts what must arrive. */
export class Announcer {
  readonly #scene: DemoScene;
  readonly #wallUs: () => number;
  announced = 0;
  /** Messages for each chat. */
  chats = 0;
  /** Requests for the bot. */
  orders = 0;

  constructor(scene: DemoScene, wallUs: () => number) {
    this.#scene = scene;
    this.#wallUs = wallUs;
  }

  announce(title: Title): void {
    const place = this.announced++;
    const isLate = place === LATE && isListing(title);
    if (place === BUSY && isListing(title)) this.#scene.bot.faults.push({ status: 503 });
    if (title.listingType !== UNSENT) this.chats++;
    if (isListing(title) && !isLate) this.orders += tickersIn(title.ticker).size;
    this.#scene.announce({ ...title, ...(isLate && this.#late()) });
  }

  #late(): AnnouncementFields {
    const detectedTimestampUs = this.#wallUs() - LATE_US;
    return { detectedTimestampUs, publishTimestampUs: detectedTimestampUs };
  }

  get haveArrived(): boolean {
    const { discord, telegram, bot } = this.#scene;
    return (
      discord.received.length >= this.chats &&
      telegram.received.length >= this.chats &&
      bot.received.length >= this.orders
    );
  }
}
