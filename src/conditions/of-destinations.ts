/** Conditions of a destination and its deliveries. */
import type { ConditionKind } from './kind.ts';

const A_WHILE = () => 30_000;

/** Retries deal with shorter trouble. */
const FAILING_MS = 5 * 60_000;

export const OF_DESTINATIONS = {
  destination_suspended: {
    severity: 'critical',
    about: 'destination',
    throughOthers: true,
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
    starts: (destination) => `destination ${destination} is paused to avoid an IP ban`,
    ends: (destination) => `destination ${destination} is no longer paused to avoid an IP ban`,
    advice:
      'The platform has rejected too many requests. Find out which (`listing-bridge deliveries --state dead`).',
  },
  destination_broken: {
    severity: 'critical',
    about: 'destination',
    throughOthers: true,
    starts: (destination) => `destination ${destination} could not be opened`,
    ends: (destination) => `destination ${destination} was opened`,
    advice:
      'Nothing is sent there. The installation or the bridge itself is at fault: see destination.open_failed in the log.',
  },
  destination_advice: {
    severity: 'warning',
    about: 'destination',
    counted: true,
    starts: (destination) => `the config of destination ${destination} is out of date`,
    ends: (destination) => `the config of destination ${destination} is up to date`,
    advice:
      'It works meanwhile with the values that the platform gave. Change the config and run `listing-bridge reload`.',
  },
  deliveries_dead: {
    severity: 'warning',
    about: 'destination',
    starts: (destination) => `deliveries to ${destination} have failed for good`,
    ends: (destination) => `no delivery to ${destination} has failed for an hour`,
    counted: true,
    advice:
      'They are kept: `listing-bridge deliveries --state dead` lists them, `deliveries show <id>` shows why, `deliveries retry <id>` sends one again.',
  },
  deliveries_expired: {
    severity: 'warning',
    about: 'destination',
    starts: (destination) => `deliveries to ${destination} expire before they can be sent`,
    ends: (destination) => `no delivery to ${destination} has expired for an hour`,
    counted: true,
    advice:
      'The destination was too slow, its `maxAge` is too short, or the news was old when it came. `listing-bridge deliveries --state expired` lists them.',
  },
  template_failed: {
    severity: 'warning',
    about: 'destination',
    starts: (destination) => `a template for ${destination} fails`,
    ends: (destination) => `no template for ${destination} has failed for an hour`,
    counted: true,
    advice:
      'A chat got the default form instead; an order was not sent. Correct the template; `listing-bridge explain` shows what it makes.',
  },
  rule_idle: {
    severity: 'critical',
    about: 'rule',
    unready: true,
    impliedBy: 'destination_suspended',
    starts: (rule) => `rule ${rule} can send nowhere`,
    ends: (rule) => `rule ${rule} can send again`,
    advice:
      'Its deliveries wait until their maxAge. Correct one of its destinations, or add another to `send`.',
  },
} as const satisfies Readonly<Record<string, ConditionKind>>;
