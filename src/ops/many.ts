/** With many destinations, not everything is reported for each. */

/** With more than this, figures that take several lines for each are kept by type. */
export const MANY_DESTINATIONS = 100;

/** Under which name they are kept, of so many destinations; a destination's own name has no colon. */
export const figureNameOf = (destination: string, type: string, destinations: number): string =>
  destinations > MANY_DESTINATIONS ? `type:${type}` : destination;

/** With more deliveries of one announcement than this, the log sums them up. */
export const MANY_DELIVERIES = 20;

/** With more announcements than this in a second, the log sums up the others. */
export const MANY_ANNOUNCEMENTS = 20;

/** So many names of a long list, for people. */
const MOST_NAMES = 20;

export const someOf = (names: readonly string[]): readonly string[] =>
  names.length <= MOST_NAMES
    ? names
    : [...names.slice(0, MOST_NAMES), `… and ${names.length - MOST_NAMES} more`];
