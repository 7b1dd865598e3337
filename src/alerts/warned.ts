/**
 * The warnings of `feeds/warning.ts` that are worth a message: those that a person can do something about. The
 * others are in the log and the metrics, or show in a condition that has an end (`conditions.ts`).
 */
import type { WarningCode } from '../feeds/warning.ts';
import { AT_ONCE, type Condition } from './condition.ts';

export const WARNED = {
  publishers_not_covered: warned(
    'critical',
    'rules reference publishers that no feed covers',
    'Get a key that covers them, add a feed that does, or correct the rules.',
  ),
  key_used_elsewhere: warned(
    'critical',
    'the key is in use elsewhere and refused here',
    'Stop the other program that uses it, or get a second key. The key itself has not expired.',
  ),
  unread_news: warned(
    'critical',
    'news may have been missed',
    'A frame that this version cannot read mentions a listing and was not sent anywhere. Read it now, then update the bridge.',
  ),
  connection_unstable: warned(
    'warning',
    'the connection is unstable',
    'Announcements made between two connections are lost. feed.lost in the log has the reason of each loss.',
  ),
  clock_skew: warned(
    'warning',
    'the clock of this machine is wrong',
    'Set up time synchronisation. Nothing expires because of it, but the latencies shown are wrong.',
  ),
  unknown_listing_type: warned(
    'warning',
    'an unknown listing type',
    'Only rules that name it, or that name no listing type, match it.',
  ),
  unknown_publisher: warned(
    'warning',
    'an unknown publisher',
    'Only rules that name it, or that name no publisher, match it.',
  ),
  no_rule_matched: warned(
    'warning',
    'no rule matches any announcement',
    '`listing-bridge explain` shows why each rule does not match an announcement.',
    'bridge',
  ),
} as const satisfies Readonly<Partial<Record<WarningCode, Condition>>>;

export type WarnedCode = keyof typeof WARNED;

export const isWarned = (code: WarningCode): code is WarnedCode => Object.hasOwn(WARNED, code);

/** The sentence of the warning is the detail; the words here are its title. */
function warned(
  severity: Condition['severity'],
  title: string,
  advice: string,
  about: Condition['about'] = 'feed',
): Condition {
  const of = (feed: string) => (about === 'bridge' ? title : `feed ${feed}: ${title}`);
  return {
    severity,
    about,
    forMs: AT_ONCE,
    goneMs: AT_ONCE,
    counted: true,
    starts: of,
    ends: (feed) => `${of(feed)}: not seen again`,
    advice,
  };
}
