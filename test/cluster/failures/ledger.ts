/** Who got what, and how often: counted at the receivers, beside what the database knew when something went wrong. */
import { CHAT, EVERYWHERE, isOnce, type Received } from './receivers.ts';

export interface Counts {
  readonly announced: number;
  /** Deliveries that the rules ask for. */
  readonly wanted: number;
  /** Never came. */
  readonly lost: number;
  /** Came more than once. */
  readonly doubled: number;
  /** The same of those that are never sent twice. */
  readonly ordersLost: number;
  readonly ordersDoubled: number;
  /** Doubled, though the database knew that they had ended, before anything went wrong. */
  readonly doubledInSpite: number;
  /** Deliveries that came under two ids. */
  readonly renamed: number;
  readonly overLimit: number;
}

export interface Ledger {
  readonly titles: readonly string[];
  /** Of these, also to the chat. */
  readonly toChat: ReadonlySet<string>;
  readonly received: readonly Received[];
  /** By id: how often it had come when the database first knew that it had ended. */
  readonly told: ReadonlyMap<string, number>;
  readonly overLimit: number;
}

export function reckon({ titles, toChat, received, told, overLimit }: Ledger): Counts {
  const came = Map.groupBy(received, keyOf);
  const wanted = [...EVERYWHERE, CHAT].flatMap((destination) =>
    titles
      .filter((title) => destination !== CHAT || toChat.has(title))
      .map((title) => ({ destination, all: came.get(keyOf({ destination, title })) ?? [] })),
  );
  const count = (is: (one: (typeof wanted)[number]) => boolean) => wanted.filter(is).length;
  return {
    ...{ announced: titles.length, wanted: wanted.length, overLimit },
    lost: count(({ destination, all }) => !isOnce(destination) && all.length === 0),
    doubled: count(({ destination, all }) => !isOnce(destination) && all.length > 1),
    ordersLost: count(({ destination, all }) => isOnce(destination) && all.length === 0),
    ordersDoubled: count(({ destination, all }) => isOnce(destination) && all.length > 1),
    doubledInSpite: count(({ all }) => all.length > (told.get(all[0]?.id ?? '') ?? Number.POSITIVE_INFINITY)),
    renamed: count(({ all }) => new Set(all.map(({ id }) => id)).size > 1),
  };
}

const keyOf = ({ destination, title }: Pick<Received, 'destination' | 'title'>) => `${destination} ${title}`;
