/** Derives the outcome from a receiver's answer. Pure. The table of statuses is in docs/webhooks.md. */
import type { AttemptResult, Outcome, RejectReason } from '../../delivery/outcome.ts';
import type { HttpAnswer } from '../../http/request.ts';
import { retryAfterMs } from '../../http/retry-after.ts';
import type { Redactor } from '../../platform/secret.ts';
import {
  isTransient,
  mayHaveActed,
  quote,
  rateLimited,
  said,
  serverError,
  unreadable,
  wholeSecondsMs,
} from '../http-outcome.ts';
import { redirectTarget, webhookAdvice } from './advice.ts';

/** The user's own idea of what counts as taken. */
export interface Success {
  readonly statuses: readonly number[] | undefined;
  readonly body: { test(text: string): boolean } | undefined;
}

/** The first pause after "too fast" without a time; it doubles. */
const PAUSE_MS = 1000;

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
  if (outcome.kind === 'delivered') return result;
  const advice = webhookAdvice(answer, outcome);
  return {
    ...result,
    detail: quote(explain(answer, outcome), redact),
    ...(advice !== undefined && { advice: quote(advice, redact) }),
  };
}

function confirm(status: number, bodyText: string, { statuses, body }: Success): Outcome {
  const confirmed = (statuses?.includes(status) ?? true) && (body?.test(bodyText) ?? true);
  return confirmed ? { kind: 'delivered' } : { kind: 'reject', reason: 'unconfirmed', scope: 'message' };
}

function refusal(answer: HttpAnswer, wallNowMs: number): Outcome {
  const { status, headers } = answer;
  const toldMs = retryAfterMs(headers['retry-after'], wallNowMs);
  if (status === 429) return rateLimited(wholeSecondsMs(toldMs), PAUSE_MS);
  if (isTransient(status)) return serverError(answer, toldMs);
  if (status < 400)
    return {
      ...{ kind: 'reject', reason: 'redirected', scope: 'unclear' },
      ...(mayHaveActed(answer) && { mayHaveActed: true }),
    };
  const reason = UNCLEAR.get(status);
  return reason === undefined
    ? { kind: 'reject', reason: 'message_refused', scope: 'message' }
    : { kind: 'reject', reason, scope: 'unclear' };
}

/** A firewall says these of one body, a router of everything while the receiver restarts, and a wrong `url` or `method` gets them always. */
const UNCLEAR: ReadonlyMap<number, RejectReason> = new Map([
  [401, 'unauthorized'],
  [402, 'forbidden'],
  [403, 'forbidden'],
  [404, 'gone'],
  [405, 'misconfigured'],
  [407, 'unauthorized'],
  [410, 'gone'],
  [421, 'misconfigured'],
  [426, 'misconfigured'],
  [501, 'misconfigured'],
  [505, 'misconfigured'],
]);

function explain(answer: HttpAnswer, outcome: Outcome): string {
  const { status } = answer;
  if (outcome.kind === 'reject' && outcome.reason === 'redirected')
    return `answered ${status}: a redirect${redirectTarget(answer)}`;
  const words = said(answer.bodyText);
  if (outcome.kind === 'reject' && outcome.reason === 'unconfirmed')
    return `answered ${status}, which is not what "success" requires${words}`;
  return `answered ${status}${words}`;
}
