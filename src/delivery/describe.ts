/**
 * An attempt in words for a person: what happened, what to do, and the word to look up in
 * docs/troubleshooting.md last, in brackets.
 */
import type { AmbiguousReason, AttemptResult, RejectReason, RetryReason } from './outcome.ts';

type Reason = RetryReason | RejectReason | AmbiguousReason;

/** For when the destination type has nothing more exact to say (`AttemptResult.advice`). */
const SENTENCES: Readonly<Record<Reason, string>> = {
  rate_limited:
    'The receiver wants fewer requests. The bridge waits and tries again; `rateLimit` keeps it below the limit.',
  server_error: 'The receiver has a fault of its own. The bridge tries again.',
  unreachable:
    'No connection could be made, so nothing was sent. Check the address, and that the receiver is running.',
  format_refused: 'The formatting was refused. The bridge sends it once more as plain text.',
  moved: 'The chat has a new id. The bridge uses it; correct it in the config.',
  message_refused: 'The receiver refused this message; sending it again would not help.',
  redirected:
    'The address redirects elsewhere, and an order is never sent after a redirect. Put the final address into the config.',
  unconfirmed: 'The receiver answered, but not with what `success` asks for, so it counts as not taken.',
  unauthorized: 'The receiver does not accept the token or password. Correct it in the config.',
  forbidden: 'The receiver knows the bridge and does not let it write. Give it the right to.',
  misconfigured: 'The destination needs other options than it has. Correct it in the config.',
  gone: 'The address does not exist at the receiver, or no longer. Correct it in the config.',
  timeout:
    'The request was sent and not answered within `timeout`: the receiver may have acted on it or not.',
  connection_lost: 'The connection broke before the answer came: the receiver may have acted on it or not.',
  answer_unreadable:
    'The answer could not be read: the receiver has probably taken it, but that is not certain.',
};

/** The general sentence for a stored reason; `undefined` for a word that is none of an attempt's. */
export function describeReason(reason: string): string | undefined {
  return Object.hasOwn(SENTENCES, reason) ? SENTENCES[reason as Reason] : undefined;
}

/**
 * `Telegram does not know this chat: … (Telegram answered 400: chat not found) [gone, HTTP 400]`; `Delivered. [HTTP 200]`.
 * The far end's own words stand in parentheses. `next`: what the bridge does then, such as `run would retry`.
 */
export function describeAttempt(
  { outcome, status, advice, detail }: Pick<AttemptResult, 'outcome' | 'status' | 'advice' | 'detail'>,
  next?: string,
): string {
  const isDelivered = outcome.kind === 'delivered';
  const sentence = isDelivered ? 'Delivered.' : (advice ?? SENTENCES[outcome.reason]);
  const quoted = isDelivered || !detail || sentence.includes(detail) ? '' : ` (${detail})`;
  const words = [
    ...(isDelivered ? [] : [outcome.reason]),
    ...(status === undefined ? [] : [`HTTP ${status}`]),
  ].join(', ');
  const code = [words, next].filter((part) => part).join('; ');
  return `${sentence}${quoted}${code === '' ? '' : ` [${code}]`}`;
}
