/**
 * What can be wrong with the bridge: by its code, how bad it is, how long it must hold, and the words for it.
 * The codes are stable, because people filter by them. A new condition is one entry here (`docs/alerts.md` is made
 * from them), and one where it is seen: in `from-events.ts` or in `from-state.ts`.
 */
import { AT_ONCE, type Condition } from './condition.ts';
import type { AlertsOptions } from './options.ts';
import { WARNED } from './warned.ts';

const A_WHILE = () => 30_000;
const MINUTE_MS = 60_000;

/** As long as it has to be down to be down, it has to be up to be up. */
const UP_FOR = ({ feedDownAfter }: AlertsOptions) => feedDownAfter;

/** Self-tests are limited to one a minute and key: a third feed of one key waits this long for its proof. */
const PROOF_MS = 3 * MINUTE_MS;

/** Shorter trouble of a destination is what retries are for. */
const FAILING_MS = 5 * MINUTE_MS;

const OWN = {
  feed_down: {
    severity: 'critical',
    about: 'feed',
    forMs: ({ feedDownAfter }) => feedDownAfter,
    goneMs: UP_FOR,
    starts: (feed) => `feed ${feed} is down`,
    ends: (feed) => `feed ${feed} is heard again`,
    advice: 'It is tried again by itself. What is announced meanwhile is lost: the service has no replay.',
  },
  feed_unproven: {
    severity: 'critical',
    about: 'feed',
    forMs: ({ feedDownAfter }) => Math.max(feedDownAfter, PROOF_MS),
    goneMs: UP_FOR,
    starts: (feed) => `feed ${feed} is connected, but proves nothing`,
    ends: (feed) => `feed ${feed} is proven healthy`,
    advice:
      'Ask the provider whether the service is well. If other programs use the same key, they may use up its self-tests (one a minute).',
  },
  feed_fatal: {
    severity: 'critical',
    about: 'feed',
    forMs: AT_ONCE,
    goneMs: UP_FOR,
    starts: (feed) => `feed ${feed} was refused for good`,
    ends: (feed) => `feed ${feed} is accepted again`,
    advice: 'It is not tried again before a reload or restart: put a valid key in, then reload.',
  },
  key_expires_soon: {
    severity: 'warning',
    about: 'feed',
    forMs: AT_ONCE,
    goneMs: UP_FOR,
    starts: (feed) => `the key of feed ${feed} expires soon`,
    ends: (feed) => `the key of feed ${feed} is good for longer`,
    advice: 'Renew it, put the new one in, then reload: nothing is missed.',
  },
  tier_redacts: {
    severity: 'warning',
    about: 'feed',
    forMs: AT_ONCE,
    goneMs: AT_ONCE,
    starts: (feed) => `the tier of feed ${feed} hides titles and tickers`,
    ends: (feed) => `for a day nothing of feed ${feed} was hidden`,
    counted: true,
    advice: 'A bot gets nothing from redacted announcements. A key of a paid tier brings them in full.',
  },
  exchanges_not_covered: {
    severity: 'critical',
    about: 'feed',
    forMs: AT_ONCE,
    goneMs: AT_ONCE,
    starts: (feed) => `the key of feed ${feed} does not cover what is asked for`,
    ends: (feed) => `the key of feed ${feed} covers what is asked for`,
    advice: 'Nothing of these will ever come: get a key that covers them, or correct `exchanges`.',
  },
  destination_suspended: {
    severity: 'critical',
    about: 'destination',
    throughOthers: true,
    forMs: AT_ONCE,
    goneMs: A_WHILE,
    starts: (destination) => `destination ${destination} refuses everything and is suspended`,
    ends: (destination) => `destination ${destination} is no longer suspended`,
    advice:
      'Its deliveries wait until their maxAge. Mend it (token, rights, address), then reload; it is also tried by itself, ever more slowly, and a webhook with each fresh message.',
  },
  destination_failing: {
    severity: 'critical',
    about: 'destination',
    throughOthers: true,
    forMs: () => FAILING_MS,
    goneMs: A_WHILE,
    starts: (destination) => `destination ${destination}: every attempt fails`,
    ends: (destination) => `destination ${destination} takes messages again`,
    advice:
      'One message at a time is tried, and all go once one is taken. See `listing-bridge deliveries` for what waits.',
  },
  destination_paused: {
    severity: 'warning',
    about: 'destination',
    throughOthers: true,
    forMs: AT_ONCE,
    goneMs: A_WHILE,
    starts: (destination) => `destination ${destination} asked for a long silence`,
    ends: (destination) => `destination ${destination} may be sent to again`,
    advice:
      'Deliveries wait, and those that get too old meanwhile expire. Send less there, or set a `rateLimit` below that of the platform.',
  },
  near_ban: {
    severity: 'critical',
    about: 'destination',
    throughOthers: true,
    forMs: AT_ONCE,
    goneMs: AT_ONCE,
    starts: (destination) => `destination ${destination}: silent, to escape a ban of this address`,
    ends: (destination) => `destination ${destination} is used again`,
    advice:
      'The platform has refused too much. Find what it refuses (`listing-bridge deliveries --state dead`).',
  },
  destination_broken: {
    severity: 'critical',
    about: 'destination',
    throughOthers: true,
    forMs: AT_ONCE,
    goneMs: AT_ONCE,
    starts: (destination) => `destination ${destination} could not be opened`,
    ends: (destination) => `destination ${destination} is open`,
    advice: 'Nothing goes there. This is a fault of the installation or of the bridge: see the log.',
  },
  destination_advice: {
    severity: 'warning',
    about: 'destination',
    forMs: AT_ONCE,
    goneMs: AT_ONCE,
    counted: true,
    starts: (destination) => `destination ${destination}: its config is out of date`,
    ends: (destination) => `destination ${destination}: nothing more was found out of date`,
    advice: 'It works meanwhile, with what the far end said. Change the config, then reload.',
  },
  deliveries_dead: {
    severity: 'warning',
    about: 'destination',
    forMs: AT_ONCE,
    goneMs: AT_ONCE,
    starts: (destination) => `deliveries to ${destination} die`,
    ends: (destination) => `no delivery to ${destination} has died for an hour`,
    counted: true,
    advice:
      'They are kept: `listing-bridge deliveries --state dead` shows them, `deliveries show <id>` why, `deliveries retry <id>` sends again.',
  },
  deliveries_expired: {
    severity: 'warning',
    about: 'destination',
    forMs: AT_ONCE,
    goneMs: AT_ONCE,
    starts: (destination) => `deliveries to ${destination} expire before they can be sent`,
    ends: (destination) => `no delivery to ${destination} has expired for an hour`,
    counted: true,
    advice:
      'The destination was too slow, or `maxAge` is too short: `listing-bridge deliveries --state expired`.',
  },
  template_failed: {
    severity: 'warning',
    about: 'destination',
    forMs: AT_ONCE,
    goneMs: AT_ONCE,
    starts: (destination) => `a template for ${destination} fails`,
    ends: (destination) => `no template for ${destination} has failed for an hour`,
    counted: true,
    advice:
      'A chat got the default form instead; an order was not sent. Try it with `listing-bridge explain`.',
  },
  store_broken: {
    severity: 'critical',
    about: 'bridge',
    forMs: AT_ONCE,
    goneMs: A_WHILE,
    starts: () => 'the store cannot be written',
    ends: () => 'the store is written again',
    advice:
      'Announcements are still sent, but what is owed is only in memory: free or mend the disk before a restart.',
  },
  store_replaced: {
    severity: 'critical',
    about: 'bridge',
    forMs: AT_ONCE,
    goneMs: AT_ONCE,
    counted: true,
    starts: () => 'the store was damaged or gone, and another one took its place',
    ends: () => 'the store was not replaced again',
    advice: 'What could be read of the old one was brought over. Look at the disk before it happens again.',
  },
  config_rejected: {
    severity: 'warning',
    about: 'bridge',
    forMs: AT_ONCE,
    goneMs: AT_ONCE,
    starts: () => 'the new config was refused; the one before keeps running',
    ends: () => 'the config on disk is in force',
    advice: 'A restart would fail with it. `listing-bridge check` shows every problem; then reload.',
  },
} as const satisfies Readonly<Record<string, Condition>>;

export const CONDITIONS = { ...OWN, ...WARNED } as const;

export type ConditionCode = keyof typeof CONDITIONS;

/** For reading: without the literal types. */
export const conditionOf = (code: ConditionCode): Condition => CONDITIONS[code];

/** A condition, seen. */
export interface Sighting {
  readonly code: ConditionCode;
  /** Name of the feed or destination; empty for the bridge itself. */
  readonly subject: string;
  /** What was seen, in words; may quote a far end. */
  readonly detail: string;
  /** When it began, monotonic ms. */
  readonly sinceMs: number;
  /** How often, for what comes in single events. */
  readonly count?: number;
  /** Neither there nor gone: it goes on if it is under way, and does not begin. */
  readonly unsure?: true;
}

export const keyOf = ({ code, subject }: Pick<Sighting, 'code' | 'subject'>) => `${code} ${subject}`;
