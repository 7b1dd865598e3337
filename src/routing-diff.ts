/** Which of the last announcements would go elsewhere, by other rules or than they went; one wording for `check`, `reload` and the log. Pure. */
import type { Announcement } from './announcement.ts';
import type { PreparedDestination } from './destinations/prepared.ts';
import type { RoutingEffect } from './events/process-event.ts';
import type { Router } from './routing/router.ts';

/** So many of the last announcements are looked at. */
export const LOOKED_AT = 200;

/** Named; the others are counted. */
const MOST_EXAMPLES = 3;

/** Names and tickers of one example; the others are counted. */
const MOST_SHOWN = 5;

/** The destinations of an announcement, in the order of the rules; `undefined`: it is damaged, so that the rules fail on it. */
export type Goes = (announcement: Announcement) => readonly string[] | undefined;

export function goesBy(
  router: Pick<Router, 'route'>,
  destinations: readonly Pick<PreparedDestination, 'name' | 'forEachTicker'>[],
): Goes {
  const ofTickers = new Set(
    destinations.filter(({ forEachTicker }) => forEachTicker).map(({ name }) => name),
  );
  return (announcement) => {
    try {
      return router
        .route(announcement)
        .matches.filter(
          ({ destination, tickers }) =>
            !ofTickers.has(destination) || (tickers.length > 0 && !announcement.redacted),
        )
        .map(({ destination }) => destination);
    } catch {
      return undefined;
    }
  };
}

export class RoutingDiff {
  #looked = 0;
  #elsewhere = 0;
  readonly #examples: string[] = [];

  /** The newest first. The order of destinations does not count. */
  look(announcement: Announcement, before: readonly string[], after: readonly string[]): void {
    this.#looked++;
    if (before.toSorted().join('\n') === after.toSorted().join('\n')) return;
    this.#elsewhere++;
    if (this.#examples.length < MOST_EXAMPLES)
      this.#examples.push(`${subjectOf(announcement)}: ${listOf(before)} → ${listOf(after)}`);
  }

  /** `undefined`: there was no announcement. */
  get effect(): RoutingEffect | undefined {
    if (this.#looked === 0) return undefined;
    return { announcements: this.#looked, elsewhere: this.#elsewhere, examples: this.#examples };
  }
}

/** `3 of the last 200 announcements would go elsewhere`. */
export function effectText({
  announcements,
  elsewhere,
}: Pick<RoutingEffect, 'announcements' | 'elsewhere'>): string {
  if (announcements === 1) return `the last announcement would ${elsewhere === 1 ? '' : 'not '}go elsewhere`;
  return `${elsewhere} of the last ${announcements} announcements would go elsewhere`;
}

const subjectOf = ({ publisher, listingType, tickers }: Announcement) =>
  [publisher, listingType, ...tickers.slice(0, MOST_SHOWN)].join(' ');

function listOf(names: readonly string[]): string {
  const more = names.length - MOST_SHOWN;
  if (names.length === 0) return 'nowhere';
  return more > 0 ? `${names.slice(0, MOST_SHOWN).join(', ')} and ${more} more` : names.join(', ');
}
