/** What a receiver's answer means. Pure. */
import type { AttemptResult, Outcome } from '../../delivery/outcome.ts';
import type { Redactor } from '../../platform/secret.ts';
import type { HttpAnswer } from '../http.ts';
import { isTransient, quote, unreadable } from '../http-outcome.ts';
import { retryAfterMs } from '../retry-after.ts';

/** The user's own idea of what counts as taken. */
export interface Success {
  readonly statuses: readonly number[] | undefined;
  readonly body: { test(text: string): boolean } | undefined;
}

export function webhookOutcome(
  answer: HttpAnswer,
  success: Success,
  wallNowMs: number,
  redact: Redactor,
): AttemptResult {
  const { status, bodyText, bodyFault, writtenMs } = answer;
  const ok = status < 300;
  // The status alone says yes; only who asks to read the body depends on having it.
  if (ok && success.body !== undefined && bodyFault !== undefined && !success.body.test(bodyText))
    return unreadable(answer, redact);
  const outcome = ok ? confirm(status, bodyText, success) : refusal(answer, wallNowMs);
  const result = { outcome, status, writtenMs };
  return outcome.kind === 'delivered'
    ? result
    : { ...result, detail: quote(explain(answer, outcome), redact) };
}

function confirm(status: number, bodyText: string, { statuses, body }: Success): Outcome {
  const confirmed = (statuses?.includes(status) ?? true) && (body?.test(bodyText) ?? true);
  return confirmed ? { kind: 'delivered' } : { kind: 'reject', reason: 'unconfirmed', scope: 'message' };
}

function refusal({ status, headers }: HttpAnswer, wallNowMs: number): Outcome {
  if (status < 400) return { kind: 'reject', reason: 'redirected', scope: 'message' };
  if (status === 429 || isTransient(status)) {
    const reason = status === 429 ? 'rate_limited' : 'server_error';
    // Only these two speak for the whole receiver; elsewhere the header is a guess about one request.
    const afterMs =
      status === 429 || status === 503 ? retryAfterMs(headers['retry-after'], wallNowMs) : undefined;
    return afterMs === undefined ? { kind: 'retry', reason } : { kind: 'retry', reason, afterMs };
  }
  // A firewall says these of one body, a router of everything while the receiver restarts.
  switch (status) {
    case 401:
      return { kind: 'reject', reason: 'unauthorized', scope: 'unclear' };
    case 403:
      return { kind: 'reject', reason: 'forbidden', scope: 'unclear' };
    case 404:
    case 410:
      return { kind: 'reject', reason: 'gone', scope: 'unclear' };
    default:
      return { kind: 'reject', reason: 'message_refused', scope: 'message' };
  }
}

function explain({ status, bodyText }: HttpAnswer, outcome: Outcome): string {
  if (outcome.kind === 'reject' && outcome.reason === 'redirected')
    return `answered ${status}: a redirect is never followed; put the final address into the config`;
  const said = bodyText.trim() === '' ? '' : `: ${bodyText}`;
  if (outcome.kind === 'reject' && outcome.reason === 'unconfirmed')
    return `answered ${status}, which is not what "success" asks for${said}`;
  return `answered ${status}${said}`;
}
