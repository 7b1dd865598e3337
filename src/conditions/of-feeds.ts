/** Conditions of a feed and its news. */
import type { WarningCode } from '../feeds/warning.ts';
import { type ConditionKind, events, notes, type Thresholds } from './kind.ts';

/** Recovery must last as long as the outage threshold. */
const UP_FOR = ({ feedDownAfter }: Thresholds) => feedDownAfter;

/** Self-tests are limited to one a minute and key: a third feed of one key waits this long for its proof. */
const PROOF_MS = 3 * 60_000;

/** Each warning that a feed can raise, and what shows in its state. */
export const OF_FEEDS = {
  feed_down: {
    severity: 'critical',
    about: 'feed',
    unready: true,
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
    unready: true,
    forMs: ({ feedDownAfter }) => Math.max(feedDownAfter, PROOF_MS),
    goneMs: UP_FOR,
    starts: (feed) => `feed ${feed} is connected but unverified`,
    ends: (feed) => `feed ${feed} is verified healthy`,
    advice:
      'Announcements may not arrive. Ask the provider about the state of the service. Other programs with the same key may use up its self-tests (one a minute).',
  },
  feed_fatal: {
    severity: 'critical',
    about: 'feed',
    unready: true,
    goneMs: UP_FOR,
    starts: (feed) => `feed ${feed} was refused permanently`,
    ends: (feed) => `feed ${feed} is accepted again`,
    advice:
      'The bridge does not try again by itself: put a valid key into the config and run `listing-bridge reload`.',
  },
  key_expires_soon: {
    severity: 'warning',
    about: 'feed',
    goneMs: UP_FOR,
    starts: (feed) => `the key of feed ${feed} expires soon`,
    ends: (feed) => `the key of feed ${feed} was renewed`,
    advice:
      'Renew the key, put the new one into the config and run `listing-bridge reload`: nothing is missed.',
  },
  tier_redacts: {
    severity: 'warning',
    about: 'feed',
    starts: (feed) => `the tier of feed ${feed} hides titles and tickers`,
    ends: (feed) => `feed ${feed} has hidden nothing for a day`,
    counted: true,
    advice: 'Redacted announcements never become orders. A key of a paid tier brings them in full.',
  },
  exchanges_not_covered: {
    severity: 'critical',
    about: 'feed',
    starts: (feed) => `the key of feed ${feed} does not cover every exchange in \`exchanges\``,
    ends: (feed) => `the key of feed ${feed} covers every exchange in \`exchanges\``,
    advice:
      'No announcements of these exchanges will arrive: get a key that covers them, or correct `exchanges`.',
  },
  publishers_not_covered: events(
    'critical',
    'rules reference publishers that no feed covers',
    'Get a key that covers them, add a feed that does, or correct the rules.',
  ),
  key_used_elsewhere: events(
    'critical',
    'another machine uses the key, so it is refused here',
    'Stop the other one, or use a second key. The key itself has not expired.',
  ),
  unread_news: events(
    'critical',
    'news may have been missed',
    'A frame that this version cannot read mentions a listing and was not sent anywhere. Read it now, then update the bridge.',
  ),
  connection_unstable: events(
    'warning',
    'the connection is unstable',
    'Announcements made between two connections are lost. feed.lost in the log has the reason of each loss.',
  ),
  clock_skew: events(
    'warning',
    'the clock of this machine is wrong',
    'Set up time synchronisation. Nothing expires because of it, but the latencies shown are wrong.',
  ),
  unknown_listing_type: events(
    'warning',
    'an unknown listing type',
    'Only rules that name it, or that name no listing type, match it.',
  ),
  unknown_publisher: events(
    'warning',
    'an unknown publisher',
    'Only rules that name it, or that name no publisher, match it.',
  ),
  detected_late: notes(
    'the service detected an announcement late',
    'Others were faster. A rule with `abnormal: false` keeps such news from a bot.',
  ),
  unknown_frame_type: notes(
    'a frame of an unknown type',
    'It is counted and not sent. Update the bridge if it matters to you.',
  ),
  unreadable_frame: notes(
    'a frame could not be read',
    'Nothing to do if it is rare. If it is frequent, a proxy in between damages the line, or the `only` and `map` of a feed of yours do not fit its frames.',
  ),
  unread_field: events(
    'warning',
    'a field of an announcement could not be read',
    'Its announcements go on without it, orders too. Correct its `path` or `unit` in the `map` of the feed.',
  ),
  self_test_unanswered: notes(
    'the service did not answer a self-test',
    'Announcements may not arrive either. The bridge asks again every minute and reconnects after three in a row.',
  ),
  self_test_unasked: notes(
    'a test announcement that this bridge had not asked for',
    'It proves nothing, and matches only rules with `test: true`.',
  ),
  feed_change_failed: {
    severity: 'warning',
    about: 'feed',
    quiet: true,
    starts: (feed) => `the new options of feed ${feed} are not in force, the old ones stay`,
    ends: (feed) => `the new options of feed ${feed} are in force`,
    advice:
      'The connection with the old options goes on. Correct the new ones and run `listing-bridge reload`.',
  },
  no_rule_matched: events(
    'warning',
    'no rule matches any announcement',
    '`listing-bridge explain` shows why each rule does not match an announcement.',
    'bridge',
  ),
} as const satisfies Readonly<Record<string, ConditionKind>> & Readonly<Record<WarningCode, ConditionKind>>;
