/**
 * What the Bot API's answer means. Pure. Its descriptions are prose that nobody promises; only those are
 * read that tell a dead chat from a bad message: https://core.telegram.org/api/errors
 */
import type { AttemptResult, Outcome } from '../../delivery/outcome.ts';
import type { Redactor } from '../../platform/secret.ts';
import type { HttpAnswer } from '../http.ts';
import { isTransient, quote, unreadable } from '../http-outcome.ts';
import { retryAfterMs, waitMs } from '../retry-after.ts';

/** https://core.telegram.org/bots/api#making-requests */
export interface TelegramAnswer {
  readonly ok: boolean;
  readonly result?: unknown;
  readonly error_code?: number;
  readonly description?: string;
  readonly parameters?: { readonly retry_after?: number; readonly migrate_to_chat_id?: number };
}

export interface TelegramSituation {
  /** The plain form was sent. */
  readonly plain: boolean;
  readonly chatId: number | string;
  /** The shared budget that a 429 pauses. */
  readonly botBudget: string;
  readonly wallNowMs: number;
  readonly redact: Redactor;
}

/** With the group's new id, if it has moved. */
export interface TelegramResult extends AttemptResult {
  readonly movedTo?: number;
}

const CHAT_IS_GONE =
  /chat not found|PEER_ID_INVALID|user not found|deactivated|thread not found|TOPIC_(DELETED|CLOSED|ID_INVALID)/i;
const MAY_NOT_WRITE = /not enough rights|have no rights|WRITE_FORBIDDEN|administrator rights|not a member/i;

export function telegramOutcome(answer: HttpAnswer, situation: TelegramSituation): TelegramResult {
  const { writtenMs } = answer;
  const body = parseTelegram(answer.bodyText);
  if (answer.status < 300 && body?.ok !== false) {
    if (body === undefined) return unreadable(answer, situation.redact);
    return { outcome: { kind: 'delivered' }, status: answer.status, writtenMs };
  }
  const status = body?.error_code ?? answer.status;
  const description = body?.description ?? answer.bodyText;
  const movedTo = body?.parameters?.migrate_to_chat_id;
  const told = {
    status,
    writtenMs,
    detail: quote(`Telegram answered ${status}: ${description}`, situation.redact),
  };
  if (movedTo !== undefined && movedTo !== situation.chatId) {
    const detail = movedAdvice(situation.chatId, movedTo);
    return { ...told, detail, outcome: { kind: 'retry', reason: 'moved' }, movedTo };
  }
  return { ...told, outcome: refusal(status, description, answer, body, situation) };
}

export const movedAdvice = (from: number | string, to: number): string =>
  `the group has moved: write chatId: ${to} into the config (was ${from})`;

function refusal(
  status: number,
  description: string,
  { headers }: HttpAnswer,
  body: TelegramAnswer | undefined,
  { plain, botBudget, wallNowMs }: TelegramSituation,
): Outcome {
  if (status >= 300 && status < 400) return { kind: 'reject', reason: 'redirected', scope: 'message' };
  const afterMs =
    waitMs((body?.parameters?.retry_after ?? 0) * 1000) ?? retryAfterMs(headers['retry-after'], wallNowMs);
  if (status === 429) {
    const retry = { kind: 'retry', reason: 'rate_limited' } as const;
    return afterMs === undefined ? retry : { ...retry, afterMs, budget: botBudget };
  }
  if (isTransient(status) || status >= 500) {
    const retry = { kind: 'retry', reason: 'server_error' } as const;
    return afterMs === undefined || status !== 503 ? retry : { ...retry, afterMs };
  }
  // 404 is the Bot API's word for a token that it does not know.
  if (status === 401 || status === 404)
    return { kind: 'reject', reason: 'unauthorized', scope: 'destination' };
  if (CHAT_IS_GONE.test(description)) return { kind: 'reject', reason: 'gone', scope: 'destination' };
  if (status === 403 || MAY_NOT_WRITE.test(description))
    return { kind: 'reject', reason: 'forbidden', scope: 'destination' };
  return !plain && (status === 400 || status === 413)
    ? { kind: 'retry', reason: 'format_refused', plain: true }
    : { kind: 'reject', reason: 'message_refused', scope: 'message' };
}

/** `undefined` = not what the Bot API says: a proxy's page, or cut off. */
export function parseTelegram(bodyText: string): TelegramAnswer | undefined {
  try {
    const value: unknown = JSON.parse(bodyText);
    const isAnswer =
      typeof value === 'object' && value !== null && 'ok' in value && typeof value.ok === 'boolean';
    // Fields beyond `ok` are as documented or absent.
    return isAnswer ? (value as TelegramAnswer) : undefined;
  } catch {
    return undefined;
  }
}
