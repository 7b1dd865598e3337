/**
 * Every alert condition by its code: how bad it is, how long it must hold, and the words for it.
 * The codes are stable, because people filter by them. A new condition is one entry here (`docs/alerts.md` is made
 * from them), and one where it is seen: in `from-events.ts` or in `from-state.ts`.
 */
import { AT_ONCE, type Condition } from './condition.ts';
import type { AlertsOptions } from './options.ts';
import { WARNED } from './warned.ts';

const A_WHILE = () => 30_000;
const MINUTE_MS = 60_000;

/** Recovery must last as long as the outage threshold. */
const UP_FOR = ({ feedDownAfter }: AlertsOptions) => feedDownAfter;

/** Self-tests are limited to one a minute and key: a third feed of one key waits this long for its proof. */
const PROOF_MS = 3 * MINUTE_MS;

/** Retries deal with shorter trouble of a destination. */
const FAILING_MS = 5 * MINUTE_MS;

const OWN = {
  feed_down: {
    severity: 'critical',
    about: 'feed',
    forMs: ({ feedDownAfter }) => feedDownAfter,
    goneMs: UP_FOR,
    starts: (feed) => `feed ${feed} is down`,
    ends: (feed) => `feed ${feed} is up again`,
    advice:
      'The bridge keeps trying to connect. Announcements made meanwhile are lost: the service has no replay. Check the reason above and the network of this machine.',
  },
  feed_unproven: {
    severity: 'critical',
    about: 'feed',
    forMs: ({ feedDownAfter }) => Math.max(feedDownAfter, PROOF_MS),
    goneMs: UP_FOR,
    starts: (feed) => `feed ${feed} is connected but unverified (no self-test answer)`,
    ends: (feed) => `feed ${feed} is verified healthy`,
    advice:
      'Announcements may not arrive. Ask the provider about the state of the service. Other programs with the same key may use up its self-tests (one a minute).',
  },
  feed_fatal: {
    severity: 'critical',
    about: 'feed',
    forMs: AT_ONCE,
    goneMs: UP_FOR,
    starts: (feed) => `feed ${feed} was refused permanently`,
    ends: (feed) => `feed ${feed} is accepted again`,
    advice:
      'The bridge does not try again by itself: put a valid key into the config and run `listing-bridge reload`.',
  },
  key_expires_soon: {
    severity: 'warning',
    about: 'feed',
    forMs: AT_ONCE,
    goneMs: UP_FOR,
    starts: (feed) => `the key of feed ${feed} expires soon`,
    ends: (feed) => `the key of feed ${feed} was renewed`,
    advice:
      'Renew the key, put the new one into the config and run `listing-bridge reload`: nothing is missed.',
  },
  tier_redacts: {
    severity: 'warning',
    about: 'feed',
    forMs: AT_ONCE,
    goneMs: AT_ONCE,
    starts: (feed) => `the tier of feed ${feed} hides titles and tickers`,
    ends: (feed) => `feed ${feed} has hidden nothing for a day`,
    counted: true,
    advice: 'Redacted announcements never become orders. A key of a paid tier brings them in full.',
  },
  exchanges_not_covered: {
    severity: 'critical',
    about: 'feed',
    forMs: AT_ONCE,
    goneMs: AT_ONCE,
    starts: (feed) => `the key of feed ${feed} does not cover every exchange in \`exchanges\``,
    ends: (feed) => `the key of feed ${feed} covers every exchange in \`exchanges\``,
    advice:
      'No announcements of these exchanges will arrive: get a key that covers them, or correct `exchanges`.',
  },
  destination_suspended: {
    severity: 'critical',
    about: 'destination',
    throughOthers: true,
    forMs: AT_ONCE,
    goneMs: A_WHILE,
    starts: (destination) => `destination ${destination} is suspended`,
    ends: (destination) => `destination ${destination} is no longer suspended`,
    advice:
      'It refuses everything. Its deliveries wait until their maxAge. Correct the token, the rights or the address, then run `listing-bridge reload`; the bridge also tries again by itself, ever more slowly, and a webhook with each fresh message.',
  },
  destination_failing: {
    severity: 'critical',
    about: 'destination',
    throughOthers: true,
    forMs: () => FAILING_MS,
    goneMs: A_WHILE,
    starts: (destination) => `every attempt to deliver to ${destination} fails`,
    ends: (destination) => `destination ${destination} accepts messages again`,
    advice:
      'One message at a time is tried, and all of them are sent once one is accepted. `listing-bridge deliveries --state pending` lists what is waiting.',
  },
  destination_paused: {
    severity: 'warning',
    about: 'destination',
    throughOthers: true,
    forMs: AT_ONCE,
    goneMs: A_WHILE,
    starts: (destination) =>
      `destination ${destination} is paused for a long time: its platform asked for it`,
    ends: (destination) => `destination ${destination} is no longer paused`,
    advice:
      'Deliveries wait, and expire when they become older than their maxAge. Send less there, or set a `rateLimit` below the limit of the platform.',
  },
  near_ban: {
    severity: 'critical',
    about: 'destination',
    throughOthers: true,
    forMs: AT_ONCE,
    goneMs: AT_ONCE,
    starts: (destination) => `destination ${destination} is paused to avoid an IP ban`,
    ends: (destination) => `destination ${destination} is no longer paused to avoid an IP ban`,
    advice:
      'The platform has rejected too many requests. Find out which (`listing-bridge deliveries --state dead`).',
  },
  destination_broken: {
    severity: 'critical',
    about: 'destination',
    throughOthers: true,
    forMs: AT_ONCE,
    goneMs: AT_ONCE,
    starts: (destination) => `destination ${destination} could not be opened`,
    ends: (destination) => `destination ${destination} was opened`,
    advice:
      'Nothing is sent there. The installation or the bridge itself is at fault: see destination.open_failed in the log.',
  },
  destination_advice: {
    severity: 'warning',
    about: 'destination',
    forMs: AT_ONCE,
    goneMs: AT_ONCE,
    counted: true,
    starts: (destination) => `the config of destination ${destination} is out of date`,
    ends: (destination) => `the config of destination ${destination} is up to date`,
    advice:
      'It works meanwhile with the values that the platform gave. Change the config and run `listing-bridge reload`.',
  },
  deliveries_dead: {
    severity: 'warning',
    about: 'destination',
    forMs: AT_ONCE,
    goneMs: AT_ONCE,
    starts: (destination) => `deliveries to ${destination} have failed for good`,
    ends: (destination) => `no delivery to ${destination} has failed for an hour`,
    counted: true,
    advice:
      'They are kept: `listing-bridge deliveries --state dead` lists them, `deliveries show <id>` shows why, `deliveries retry <id>` sends one again.',
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
      'The destination was too slow, or its `maxAge` is too short. `listing-bridge deliveries --state expired` lists them.',
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
      'A chat got the default form instead; an order was not sent. Correct the template; `listing-bridge explain` shows what it makes.',
  },
  store_broken: {
    severity: 'critical',
    about: 'bridge',
    forMs: AT_ONCE,
    goneMs: A_WHILE,
    starts: () => 'the store cannot be written',
    ends: () => 'the store can be written again',
    advice:
      'Announcements are still sent, but pending deliveries exist only in memory: free or repair the disk before you restart the bridge.',
  },
  store_replaced: {
    severity: 'critical',
    about: 'bridge',
    forMs: AT_ONCE,
    goneMs: AT_ONCE,
    counted: true,
    starts: () => 'the store was damaged or missing and has been replaced',
    ends: () => 'the store has not been replaced again',
    advice:
      'Everything that could be read from the old one was copied. Check the disk before it happens again.',
  },
  config_rejected: {
    severity: 'warning',
    about: 'bridge',
    forMs: AT_ONCE,
    goneMs: AT_ONCE,
    starts: () => 'the new config was refused; the previous one stays in force',
    ends: () => 'the config on disk is in force',
    advice:
      'A restart would fail. `listing-bridge check` shows every problem; correct them and run `listing-bridge reload`.',
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
