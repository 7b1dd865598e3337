/** The outcomes that all HTTP destinations share: no usable answer, a busy receiver, a failing one; and the way answers are quoted. */
import type { AttemptResult, Outcome } from '../delivery/outcome.ts';
import { connectionAdvice, type FarEnd, UNREADABLE_ADVICE } from '../http/advice.ts';
import type { HttpAnswer, HttpLost, HttpUnreachable } from '../http/request.ts';
import { printable } from '../platform/printable.ts';
import type { Redactor } from '../platform/secret.ts';

const MOST_DETAIL_CHARS = 300;

/** The words of others in it are short already; its end says what to do. */
const MOST_ADVICE_CHARS = 1000;

/** One line for a person. Redacts before it cuts: half a secret is no longer recognised as one. */
export function quote(text: string, redact: Redactor, mostChars = MOST_DETAIL_CHARS): string {
  const line = printable(redact(text).replace(/\s+/g, ' ').trim());
  return line.length <= mostChars ? line : `${line.slice(0, mostChars - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

const PAGE = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body)\b/is;
const PAGE_TITLE = /<title\b[^<>]*>([^<]*)<\/title>/i;

/** The body of an answer as people quote it, behind a colon: of a web page its title, for its beginning is markup. */
export function said(bodyText: string): string {
  if (bodyText.trim() === '') return '';
  if (!PAGE.test(bodyText)) return `: ${bodyText}`;
  const title = PAGE_TITLE.exec(bodyText)?.[1]?.trim() ?? '';
  return title === '' ? ': a web page without a title' : `: a web page, "${title}"`;
}

/**
 * The news must not have paid for a connect: when it did, that is reported (`listing_bridge_connects_paid_total`).
 */
export const withConnect = (result: HttpAnswer | HttpLost, attempt: AttemptResult): AttemptResult =>
  result.connected ? { ...attempt, connected: true } : attempt;

/** Nothing was written: again. Written, but no answer: nobody knows. */
export function withoutAnswer(
  result: HttpUnreachable | HttpLost,
  farEnd: FarEnd,
  redact: Redactor,
): AttemptResult {
  const detail = quote(result.detail, redact);
  const advice = connectionAdvice(result, farEnd);
  const told =
    advice === undefined ? { detail } : { detail, advice: quote(advice, redact, MOST_ADVICE_CHARS) };
  if (result.kind === 'unreachable') return { outcome: { kind: 'retry', reason: 'unreachable' }, ...told };
  const { reason, writtenMs } = result;
  return withConnect(result, { outcome: { kind: 'ambiguous', reason }, ...told, writtenMs });
}

/** It accepted the message, as far as one can tell: the body that would prove it is broken or not the platform's. */
export function unreadable(answer: HttpAnswer, redact: Redactor): AttemptResult {
  const { status, bodyFault, bodyText, writtenMs } = answer;
  const said = bodyText.trim() === '' ? 'an empty body' : bodyText;
  const detail = quote(`answered ${status} with: ${bodyFault ?? said}`, redact);
  const outcome = { kind: 'ambiguous', reason: 'answer_unreadable' } as const;
  return { outcome, status, detail, advice: UNREADABLE_ADVICE, writtenMs };
}

/**
 * A gateway's words for "I have no answer of the receiver": the request may have reached it. 408 and 460 to 499
 * are balancers' for a client or a request that took too long, 598 and 599 are proxies' for a network timeout,
 * and 520 to 530 are Cloudflare's: https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
 */
const GATEWAY: ReadonlySet<number> = new Set([408, 460, 499, 502, 504, 598, 599]);

/**
 * "Done, look there for the result": forms, scripts and automations answer a POST so after they have acted, with 302
 * as often as with the 303 that is meant for it. https://www.rfc-editor.org/rfc/rfc9110#status.303
 */
const SEE_OTHER: ReadonlySet<number> = new Set([302, 303]);

/** Of the 5xx these say "never": not implemented, no such version, a loop, misconfigured. */
const PERMANENT_FAULTS: ReadonlySet<number> = new Set([501, 505, 506, 508, 510]);

/**
 * The bodies that proxies write into a 503 when the answer was lost: Envoy, Varnish and Fastly. Heroku's page is
 * the same for an app that is down and for one that did not answer in time (its H12, H13, H18):
 * https://devcenter.heroku.com/articles/error-codes
 */
const LOST_BEHIND_503 =
  /reset before headers|first byte timeout|between bytes timeout|backend fetch failed|error-pages\/application-error/i;

/** The receiver may have acted, although the answer is a failure. */
export const mayHaveActed = ({ status, bodyText }: Pick<HttpAnswer, 'status' | 'bodyText'>): boolean =>
  GATEWAY.has(status) ||
  SEE_OTHER.has(status) ||
  (status >= 520 && status <= 530) ||
  (status === 503 && LOST_BEHIND_503.test(bodyText));

/** Statuses after which the same request may succeed, whatever the platform; what is no status is read as 500: https://www.rfc-editor.org/rfc/rfc9110#section-15 */
export const isTransient = (status: number): boolean =>
  status === 425 || GATEWAY.has(status) || (status >= 500 && !PERMANENT_FAULTS.has(status));

/** A page for maintenance says an hour by habit, and the receiver is back after seconds: it is looked at sooner. */
const LONGEST_OUTAGE_MS = 5 * 60_000;

/** `Retry-After` counts whole seconds: less is no time, and would have us ask as fast as the line allows. */
const SHORTEST_TOLD_MS = 1000;

export const wholeSecondsMs = (toldMs: number | undefined): number | undefined =>
  toldMs === undefined || toldMs < SHORTEST_TOLD_MS ? undefined : toldMs;

/** How long a receiver that is out of service is left alone, by its own `Retry-After`; `undefined`: the usual backoff. */
const outageMs = (toldMs: number | undefined): number | undefined => {
  const waitMs = wholeSecondsMs(toldMs);
  return waitMs === undefined ? undefined : Math.min(waitMs, LONGEST_OUTAGE_MS);
};

/**
 * The receiver failed, and the same request may succeed later. Of all such answers only a 503 speaks for the whole
 * receiver; elsewhere a time (`toldMs`) is a guess about one request, and is not read.
 */
export function serverError(
  answer: Pick<HttpAnswer, 'status' | 'bodyText'>,
  toldMs: number | undefined,
): Outcome {
  const afterMs = answer.status === 503 ? outageMs(toldMs) : undefined;
  return {
    ...{ kind: 'retry', reason: 'server_error' },
    ...(afterMs !== undefined && { afterMs }),
    ...(mayHaveActed(answer) && { mayHaveActed: true }),
  };
}

/** "Too fast". Without a time (`toldMs`) the first pause is `guessMs`, and it doubles. `budget`: a shared one that pauses as a whole. */
export function rateLimited(toldMs: number | undefined, guessMs: number, budget?: string): Outcome {
  return {
    ...{ kind: 'retry', reason: 'rate_limited' },
    ...(toldMs === undefined ? { afterMs: guessMs, isGuess: true } : { afterMs: toldMs }),
    ...(budget !== undefined && { budget }),
  };
}
