/**
 * The warnings of `feed/warning.ts` that are worth a message: those that a person can do something about. The
 * others are in the log and the metrics, or show in a condition that has an end (`conditions.ts`).
 */
import type { WarningCode } from '../feed/warning.ts';
import { AT_ONCE, type Condition } from './condition.ts';

export const WARNED = {
  publishers_not_covered: warned(
    'critical',
    'rules wait for what no feed brings',
    'Get a key that covers it, add a feed that does, or correct the rules.',
  ),
  key_used_elsewhere: warned(
    'critical',
    'the key is used elsewhere, and refused here',
    'Stop the other program that uses it, or get a second key. The key has not expired.',
  ),
  unread_news: warned(
    'critical',
    'news may have been missed',
    'A frame that this version cannot read speaks of a listing, and was not sent anywhere: read it now. Then update the bridge.',
  ),
  connection_unstable: warned(
    'warning',
    'it connects again and again',
    'What is announced between two connections is lost. The log has the reason of each.',
  ),
  clock_skew: warned(
    'warning',
    'the clock of this machine is wrong',
    'Set up time synchronisation. Nothing expires by it, but latencies are wrong.',
  ),
  unknown_listing_type: warned(
    'warning',
    'an unknown listing type',
    'Only rules that name it, or no listing type, get it.',
  ),
  unknown_publisher: warned(
    'warning',
    'an unknown publisher',
    'Only rules that name it, or no publisher, get it.',
  ),
  no_rule_matched: warned(
    'warning',
    'no rule matches any more',
    '`listing-bridge explain` shows for one announcement why each rule does not match.',
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
