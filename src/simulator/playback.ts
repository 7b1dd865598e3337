/**
 * Announces titles at a rate, for as long as it is let. The bridge takes the same words within an hour
 * for a repeat, so every round after the first numbers its titles; otherwise a demo would fall silent.
 */
import { type Clock, wait } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { AnnouncementFields } from './feed-frames.ts';
import type { Title } from './titles.ts';

export interface PlaybackOptions {
  readonly ratePerMinute: number;
  /** Stops after this many; default: never. */
  readonly count?: number;
  /** Default: shuffled again each round. */
  readonly order?: 'shuffled' | 'given';
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: Random;
}

const MINUTE_MS = 60_000;

/** Resolves with how many were announced, once `count` is reached or `signal` aborts. The first goes at once. */
export async function play(
  server: { announce(title: Title & AnnouncementFields): unknown },
  titles: readonly Title[],
  options: PlaybackOptions,
): Promise<number> {
  const { ratePerMinute, count = Number.POSITIVE_INFINITY, signal, clock, random } = options;
  if (titles.length === 0 || ratePerMinute <= 0) return 0;
  let announced = 0;
  for (let round = 1; ; round += 1) {
    for (const title of options.order === 'given' ? titles : shuffled(titles, random)) {
      if (signal.aborted || announced >= count) return announced;
      server.announce(round === 1 ? { ...title } : { ...title, title: `${title.title} [${round}]` });
      announced += 1;
      // Half to one and a half of the mean: events do not come like clockwork.
      if (announced < count) await wait(clock, (MINUTE_MS / ratePerMinute) * (0.5 + random()), signal);
    }
  }
}

/** Fisher and Yates. */
export function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  const deck = [...items];
  for (let last = deck.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [deck[last], deck[other]] = [deck[other] as T, deck[last] as T];
  }
  return deck;
}
