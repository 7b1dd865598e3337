/**
 * Everything that can be wrong, by its code: the log, the status, the metrics and the alerts have their words from here.
 * The codes are stable, because people filter by them. A new condition is one entry in `of-*.ts` and one place where
 * it is seen: `from-state.ts` (it can be looked at) or `from-events.ts` (it only happens). Both give sightings.
 */
import type { ConditionKind } from './kind.ts';
import { OF_DESTINATIONS } from './of-destinations.ts';
import { OF_FEEDS } from './of-feeds.ts';
import { OF_TABLES } from './of-tables.ts';
import { OF_THE_BRIDGE } from './of-the-bridge.ts';

export const CONDITIONS = { ...OF_FEEDS, ...OF_DESTINATIONS, ...OF_TABLES, ...OF_THE_BRIDGE } as const;

export type ConditionCode = keyof typeof CONDITIONS;

/** For reading: without the literal types. */
export const conditionOf = (code: ConditionCode): ConditionKind => CONDITIONS[code];

export const isCode = (code: string): code is ConditionCode => Object.hasOwn(CONDITIONS, code);

/** A condition, seen. */
export interface Sighting {
  readonly code: ConditionCode;
  /** Name of the feed, destination, rule or table; empty for the bridge itself. */
  readonly subject: string;
  /** The observation, in words; may quote a platform. */
  readonly detail: string;
  /** When it began, monotonic ms. */
  readonly sinceMs: number;
  /** How often, for what comes in single events. */
  readonly count?: number;
  /**
   * `early`: it is there, and not yet worth an alert. `lingering`: neither there nor gone, so it is not shown. Either
   * way an alert about it goes on if it is under way, and does not begin.
   */
  readonly stage?: 'early' | 'lingering';
}

export type Named = Pick<Sighting, 'code' | 'subject'>;

export const conditionKey = ({ code, subject }: Named) => `${code} ${subject}`;

/** `feed tokyo is down` */
export const titleOf = ({ code, subject }: Named): string => conditionOf(code).starts(subject);

/** The title, and what was seen: one line for a person. */
export function sentenceOf({ detail, count = 1, ...named }: Sighting): string {
  const title = `${titleOf(named)}${count > 1 ? ` (${count} times)` : ''}`;
  if (detail === '') return title;
  return `${title}${/^[A-Z]/.test(detail) ? '. ' : ': '}${detail}`;
}
