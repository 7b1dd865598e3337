/**
 * An attempt in words for a person: what happened, what to do, and the word to look up in
 * docs/troubleshooting.md last, in brackets.
 */
import { formatDuration } from '../platform/duration.ts';
import type { EndingReason } from './delivery.ts';
import type { AmbiguousReason, AttemptResult, RejectReason, RetryReason } from './outcome.ts';

type Reason = RetryReason | RejectReason | AmbiguousReason;

/** For when the destination type has nothing more exact to say (`AttemptResult.advice`). */
const SENTENCES: Readonly<Record<Reason, string>> = {
  rate_limited:
    'The receiver wants fewer requests. The bridge waits and retries; set `rateLimit` to stay below the limit.',
  server_error: 'The receiver has an internal error: look at its log. The bridge retries.',
  unreachable:
    'No connection could be made, so nothing was sent. Check the address, and that the receiver is running.',
  format_refused:
    'The formatting was rejected: correct the template or the options that the answer names. The bridge sends the message again as plain text.',
  moved: 'The chat has a new id. The bridge uses it; correct it in the config.',
  message_refused:
    'The receiver rejected this message, and sending it again would not help: its answer says why. Correct the template or `body`.',
  redirected:
    'The address redirects, and the bridge never follows a redirect with an order. Put the final address into the config.',
  unconfirmed:
    'The receiver answered, but not as `success` requires, so the delivery counts as failed: see the answer, or correct `success`.',
  unauthorized: 'The receiver does not accept the token or password. Correct it in the config.',
  forbidden: 'The receiver does not allow the bridge to write. Grant the permission.',
  misconfigured: 'The destination needs different options. Correct them in the config.',
  gone: 'The address does not exist at the receiver (any more). Correct it in the config.',
  timeout:
    'The request was sent and not answered within `timeout`: the receiver may or may not have acted on it. A slow receiver needs a longer `timeout`.',
  connection_lost:
    'The connection broke before the answer came: the receiver may or may not have acted on it. Look at its log.',
  answer_unreadable:
    'The answer could not be read: the receiver has probably accepted the message, but that is not certain. Check whether it arrived.',
};

/** For a delivery that ended without an attempt that decided it. */
const ENDINGS: Readonly<Record<EndingReason, string>> = {
  max_age:
    'It became older than the `maxAge` of its destination before it could be sent. The attempts and the state of the destination show why it waited; without an attempt, the news may have been old when it came.',
  template:
    'The template or `body` failed on this announcement, and an order is never sent in another form. Correct the template; the log has the reason (template.failed).',
  may_have_arrived:
    'The request was on the wire when the bridge stopped, and `onAmbiguous: drop` forbids a second one. Check whether the receiver has acted.',
  under_way:
    'The request was on the wire when the bridge ended, and the bridge has not been started since. Start it.',
  destination_removed:
    'Its destination is no longer in the config. Put it back and run `listing-bridge deliveries retry` if it is still wanted.',
  discarded: 'It was cancelled with `listing-bridge deliveries discard`.',
  dry_run: 'The destination has `dryRun: true`. Set it to false to send future announcements.',
  rules_changed:
    'The rules changed while it waited, and the current ones would not send it there. `listing-bridge deliveries retry` sends it anyway.',
  no_ticker: 'It was queued before `forEach: ticker` was set, and has no ticker to order.',
  for_each_off:
    'It was queued for one ticker before `forEach: ticker` was removed; the request for the first ticker has all of them.',
  handed_over:
    'Several bridges share the work, and another one sends to this destination now. It has the delivery under the same id.',
  sent_elsewhere:
    'Several bridges share the work, and another one has sent this delivery, or may have. It has it under the same id.',
  max_tickers:
    'The announcement has more tickers than `maxTickers` allows. Raise it if such an announcement is real.',
  no_symbol:
    'Its ticker is not in the table that the template or `body` looks it up in, so there is no order to make. Add it to the table if it should be there.',
  cooldown:
    'The `cooldown` of its rule: the rule has sent the same here, or may have, within `for`. `listing-bridge deliveries retry` sends it anyway.',
  replayed: 'A person has queued it by a replay (`listing-bridge replay --send`); it waits for its turn.',
  muted:
    'A mute held it back: `listing-bridge mute list` shows those in force. `listing-bridge deliveries retry` sends it anyway.',
};

/** The general sentence for a stored reason; `undefined` for a word that this version does not know. */
export function describeReason(reason: string): string | undefined {
  if (Object.hasOwn(SENTENCES, reason)) return SENTENCES[reason as Reason];
  return Object.hasOwn(ENDINGS, reason) ? ENDINGS[reason as EndingReason] : undefined;
}

/** `The address does not exist … [gone]`; the bare word where nothing is known of it. */
export function describeEnding(reason: string): string {
  const sentence = describeReason(reason);
  return sentence === undefined ? reason : `${sentence} [${reason}]`;
}

/** Where a stored reason is explained. */
export const helpForReason = (reason: string): string => `docs/troubleshooting.md#delivery-${reason}`;

/** The advice for an attempt, without the words that a log has in its own fields. */
export const adviceOf = ({
  outcome,
  advice,
}: Pick<AttemptResult, 'outcome' | 'advice'>): string | undefined =>
  outcome.kind === 'delivered' ? undefined : (advice ?? SENTENCES[outcome.reason]);

/**
 * `Telegram does not know this chat: … (Telegram answered 400: chat not found) [gone, HTTP 400]`; `Delivered. [HTTP 200]`.
 * The receiver's own words stand in parentheses. `next`: what the bridge does then, such as `run would retry`.
 */
export function describeAttempt(
  { outcome, status, advice, detail }: Pick<AttemptResult, 'outcome' | 'status' | 'advice' | 'detail'>,
  next?: string,
): string {
  const isDelivered = outcome.kind === 'delivered';
  const sentence = isDelivered ? 'Delivered.' : (advice ?? SENTENCES[outcome.reason]);
  const quoted = isDelivered || !detail || hasWordsOf(detail, sentence) ? '' : ` (${detail})`;
  const words = [
    ...(isDelivered ? [] : [outcome.reason]),
    ...(status === undefined ? [] : [`HTTP ${status}`]),
  ].join(', ');
  const pause = isDelivered ? '' : requestedPause(outcome);
  const code = [words, next].filter((part) => part).join('; ');
  return `${sentence}${pause}${quoted}${code === '' ? '' : ` [${code}]`}`;
}

/** The same of an attempt in a store; `undefined`: the word is not that of an attempt. */
export function describeStored(
  reason: string,
  status: number | undefined,
  detail: string | undefined,
): string | undefined {
  if (!Object.hasOwn(SENTENCES, reason)) return undefined;
  const outcome = { kind: 'ambiguous', reason: reason as AmbiguousReason } as const;
  return describeAttempt({
    ...{ outcome, ...(status !== undefined && { status }), ...(detail !== undefined && { detail }) },
  });
}

/** The sentence has all that the receiver or the network said. */
const hasWordsOf = (detail: string, sentence: string): boolean =>
  detail.split(' ').every((word) => sentence.includes(word));

/** The receiver's own wish, which the bridge obeys. */
const requestedPause = (outcome: AttemptResult['outcome']): string =>
  outcome.kind === 'retry' && outcome.afterMs !== undefined && !outcome.isGuess
    ? ` It asks for a pause of ${formatDuration(outcome.afterMs)}.`
    : '';
