/** Derives the outcome from the Bot API's answer. Pure. */
import type { AttemptResult, Outcome } from '../../delivery/outcome.ts';
import { notThePlatform } from '../../http/advice.ts';
import type { HttpAnswer } from '../../http/request.ts';
import { retryAfterMs, saysNow, waitMs } from '../../http/retry-after.ts';
import type { Redactor } from '../../platform/secret.ts';
import { isTransient, quote, rateLimited, said, serverError, unreadable } from '../http-outcome.ts';
import { errorStatusOf, newChatOf, parseTelegram, secondsIn, type TelegramAnswer } from './answer.ts';
import { destinationWord, MESSAGE_ADVICE } from './words.ts';

/** The first pause of the bot when nobody says how long; it doubles. */
const BOT_PAUSE_MS = 60_000;

/** The same when it says "now", which is not to be believed twice. */
const NOW_PAUSE_MS = 1000;

/** The platform's own number for "too fast", which some servers hand on. https://core.telegram.org/api/errors#420-flood */
const FLOOD = 420;

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

export function telegramOutcome(answer: HttpAnswer, situation: TelegramSituation): TelegramResult {
  const { writtenMs } = answer;
  const { chatId, redact } = situation;
  const body = parseTelegram(answer.bodyText);
  if (answer.status < 300 && body?.ok !== false) {
    if (body === undefined) return unreadable(answer, redact);
    return { outcome: { kind: 'delivered' }, status: answer.status, writtenMs };
  }
  const status = body === undefined ? answer.status : errorStatusOf(body, answer.status);
  const description = body?.description ?? answer.bodyText;
  const movedTo = body === undefined ? undefined : newChatOf(body, chatId);
  const told = { status, writtenMs };
  if (movedTo !== undefined) {
    const detail = movedAdvice(chatId, movedTo);
    const advice = `Telegram has made it a supergroup, so ${detail}. The bridge uses the new id from now on.`;
    return { ...told, detail, advice, outcome: { kind: 'retry', reason: 'moved' }, movedTo };
  }
  const outcome = refusal(status, description, answer, body, situation);
  const advice = adviceOf(outcome, status, description, body);
  const detail = quote(`Telegram answered ${status}${said(description)}`, redact);
  return { ...told, detail, outcome, ...(advice !== undefined && { advice }) };
}

export const movedAdvice = (from: number | string, to: number): string =>
  `the group has moved: write chatId: ${to} into the config (was ${from})`;

function refusal(
  status: number,
  description: string,
  answer: HttpAnswer,
  body: TelegramAnswer | undefined,
  situation: TelegramSituation,
): Outcome {
  if (status >= 300 && status < 400) return { kind: 'reject', reason: 'redirected', scope: 'unclear' };
  const toldMs = toldWaitMs(description, answer, body, situation.wallNowMs);
  const saysItIsOver = saysNow(body?.parameters.retry_after, answer.headers['retry-after']);
  const guessMs = saysItIsOver ? NOW_PAUSE_MS : BOT_PAUSE_MS;
  // Of this chat alone.
  if (/SLOWMODE_WAIT/i.test(description)) return rateLimited(toldMs, guessMs);
  if (status === 429 || status === FLOOD) return rateLimited(toldMs, guessMs, situation.botBudget);
  if (isTransient(status) || status >= 500) return serverError({ status, bodyText: answer.bodyText }, toldMs);
  const word = status < 400 ? undefined : destinationWord(status, description);
  // A page is not Telegram's: a firewall gives it to one message, a hotel's network to all.
  if (word !== undefined)
    return { kind: 'reject', reason: word.reason, scope: body === undefined ? 'unclear' : 'destination' };
  return !situation.plain && (status === 400 || status === 413)
    ? { kind: 'retry', reason: 'format_refused', plain: true }
    : { kind: 'reject', reason: 'message_refused', scope: 'message' };
}

/** By the field for it, by the words, by the header. */
function toldWaitMs(
  description: string,
  { headers }: HttpAnswer,
  body: TelegramAnswer | undefined,
  wallNowMs: number,
): number | undefined {
  return (
    waitMs((body?.parameters.retry_after ?? 0) * 1000) ??
    waitMs(secondsIn(description) * 1000) ??
    retryAfterMs(headers['retry-after'], wallNowMs)
  );
}

const TOO_MANY =
  'Telegram wants fewer messages from this bot. The bridge waits and tries again; another program may use the same bot.';

const OUTAGE = 'Telegram, or the Bot API server at `apiUrl`, has an internal error. The bridge retries.';

function adviceOf(
  outcome: Outcome,
  status: number,
  description: string,
  body: TelegramAnswer | undefined,
): string | undefined {
  if (outcome.kind === 'retry') {
    if (outcome.reason === 'rate_limited') return TOO_MANY;
    return outcome.reason === 'server_error' ? OUTAGE : undefined;
  }
  if (outcome.kind !== 'reject') return undefined;
  if (outcome.reason === 'redirected') return 'It redirects: correct the host in `apiUrl`.';
  if (body === undefined) return notThePlatform('Telegram', '`apiUrl`');
  return outcome.scope !== 'message' ? destinationWord(status, description)?.advice : MESSAGE_ADVICE;
}
