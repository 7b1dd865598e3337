/** What every HTTP destination makes of a request that got no usable answer, and how answers are quoted. */
import type { AttemptResult } from '../delivery/outcome.ts';
import type { Redactor } from '../platform/secret.ts';
import type { HttpAnswer, HttpLost, HttpUnreachable } from './http.ts';

const MOST_DETAIL_CHARS = 300;

/** One line for a person. Redacts before it cuts: half a secret is no longer recognised as one. */
export function quote(text: string, redact: Redactor): string {
  const line = redact(text)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return line.length <= MOST_DETAIL_CHARS
    ? line
    : `${line.slice(0, MOST_DETAIL_CHARS - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** The news must not have paid for a connect: when it did, that is told (`listing_bridge_connects_paid_total`). */
export const withConnect = (result: HttpAnswer | HttpLost, attempt: AttemptResult): AttemptResult =>
  result.connected ? { ...attempt, connected: true } : attempt;

/** Nothing was written: again. Written, but no answer: nobody knows. */
export function withoutAnswer(result: HttpUnreachable | HttpLost, redact: Redactor): AttemptResult {
  const detail = quote(result.detail, redact);
  if (result.kind === 'unreachable') return { outcome: { kind: 'retry', reason: 'unreachable' }, detail };
  const { reason, writtenMs } = result;
  return withConnect(result, { outcome: { kind: 'ambiguous', reason }, detail, writtenMs });
}

/** It said yes, as far as one can tell: the body that would prove it is broken or not what the platform sends. */
export function unreadable(answer: HttpAnswer, redact: Redactor): AttemptResult {
  const { status, bodyFault, bodyText, writtenMs } = answer;
  const detail = quote(bodyFault ?? `answered ${status} with: ${bodyText}`, redact);
  return { outcome: { kind: 'ambiguous', reason: 'answer_unreadable' }, status, detail, writtenMs };
}

/** Statuses after which the same request may succeed, whatever the platform. 520 to 530 are Cloudflare's words for a 502 or 504. */
export function isTransient(status: number): boolean {
  return (
    status === 408 ||
    status === 425 ||
    status === 500 ||
    (status >= 502 && status <= 504) ||
    (status >= 520 && status <= 530)
  );
}
