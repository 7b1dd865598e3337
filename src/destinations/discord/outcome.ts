/**
 * What Discord's answer means. Pure.
 * https://discord.com/developers/docs/topics/opcodes-and-status-codes#json-json-error-codes
 */
import type { AttemptResult, LimitNews, Outcome, RejectReason } from '../../delivery/outcome.ts';
import type { Redactor } from '../../platform/secret.ts';
import type { HttpAnswer } from '../http.ts';
import { isTransient, quote, unreadable } from '../http-outcome.ts';
import { decimal, retryAfterMs, waitMs } from '../retry-after.ts';
import { type DiscordAddress, IP_BUDGET } from './address.ts';

/** What all senders of this token, channel or webhook will get, not just this message. */
const DESTINATION_CODES: ReadonlyMap<unknown, RejectReason> = new Map([
  [10003, 'gone'], // unknown channel
  [10015, 'gone'], // unknown webhook
  [50027, 'gone'], // invalid webhook token
  [40001, 'unauthorized'],
  [50014, 'unauthorized'], // invalid authentication token
  [50001, 'forbidden'], // missing access
  [50013, 'forbidden'], // missing permissions
]);

/** Only this message: invalid form, blocked by automatic moderation, harmful link. */
const MESSAGE_CODES: ReadonlySet<unknown> = new Set([50035, 200000, 240000]);

/** "Cloudflare is blocking your request": the whole IP address is held back. */
const IP_HELD_BACK = 40333;
const IP_PAUSE_MS = 60_000;

interface DiscordBody {
  readonly id?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly errors?: unknown;
  readonly retry_after?: unknown;
  readonly global?: unknown;
}

export interface DiscordSituation {
  /** The plain form was sent. */
  readonly plain: boolean;
  readonly pauses: DiscordAddress['pauses'];
  readonly wallNowMs: number;
  readonly redact: Redactor;
}

export function discordOutcome(answer: HttpAnswer, situation: DiscordSituation): AttemptResult {
  const limits = limitNews(answer, situation.pauses);
  const result = meaning(answer, situation);
  return limits.length === 0 ? result : { ...result, limits };
}

/** https://discord.com/developers/docs/topics/rate-limits#header-format and #invalid-request-limit-aka-cloudflare-bans */
function limitNews({ status, headers }: HttpAnswer, pauses: DiscordAddress['pauses']): LimitNews[] {
  const limits: LimitNews[] = [];
  const isShared = headers['x-ratelimit-scope'] === 'shared';
  if (status === 401 || status === 403 || (status === 429 && !isShared))
    limits.push({ kind: 'strike', budget: IP_BUDGET });
  const requests = decimal(String(headers['x-ratelimit-remaining']));
  const endsInMs = waitMs((decimal(String(headers['x-ratelimit-reset-after'])) ?? 0) * 1000);
  // A 429 says itself how long, and that is a pause.
  if (status !== 429 && requests !== undefined && endsInMs !== undefined) {
    const bucket = String(headers['x-ratelimit-bucket']);
    limits.push({ kind: 'left', budget: pauses.bucket, bucket, requests, endsInMs });
  }
  return limits;
}

function meaning(answer: HttpAnswer, situation: DiscordSituation): AttemptResult {
  const { status, writtenMs } = answer;
  const body = parse(answer.bodyText);
  if (status < 300) {
    // `wait=true` makes Discord answer with the message that it saved; 204 can only come from a stand-in.
    if (status === 204 || typeof body?.id === 'string')
      return { outcome: { kind: 'delivered' }, status, writtenMs };
    return unreadable(answer, situation.redact);
  }
  const outcome = refusal(answer, body, situation);
  return { outcome, status, writtenMs, detail: quote(explain(answer, body), situation.redact) };
}

function refusal(answer: HttpAnswer, body: DiscordBody | undefined, situation: DiscordSituation): Outcome {
  const { status } = answer;
  if (status < 400) return { kind: 'reject', reason: 'redirected', scope: 'message' };
  // Discord's own refusals are JSON; a page is Cloudflare's.
  const fromCloudflare = body === undefined && (status === 403 || status === 429);
  if (fromCloudflare || body?.code === IP_HELD_BACK) {
    const afterMs = retryAfterMs(answer.headers['retry-after'], situation.wallNowMs) ?? IP_PAUSE_MS;
    return { kind: 'retry', reason: 'rate_limited', afterMs, budget: IP_BUDGET };
  }
  if (status === 429) return rateLimited(answer, body, situation);
  const isMessage = MESSAGE_CODES.has(body?.code);
  const reason = isMessage ? undefined : (DESTINATION_CODES.get(body?.code) ?? STATUS_REASONS.get(status));
  if (reason !== undefined) return { kind: 'reject', reason, scope: 'destination' };
  if (isTransient(status) || status >= 500) return serverError(answer, situation);
  return !situation.plain && (isMessage || status === 400 || status === 413)
    ? { kind: 'retry', reason: 'format_refused', plain: true }
    : { kind: 'reject', reason: 'message_refused', scope: 'message' };
}

/** For codes that are not known above. */
const STATUS_REASONS: ReadonlyMap<number, RejectReason> = new Map([
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'gone'],
]);

/** The largest of the three wishes counts: each was seen too small on its own (`delivery-facts.md`). */
function rateLimited(
  { headers }: HttpAnswer,
  body: DiscordBody | undefined,
  { pauses, wallNowMs }: DiscordSituation,
): Outcome {
  const wishesMs = [
    typeof body?.retry_after === 'number' ? waitMs(body.retry_after * 1000) : undefined,
    retryAfterMs(headers['retry-after'], wallNowMs),
    waitMs((decimal(String(headers['x-ratelimit-reset-after'])) ?? 0) * 1000),
  ].filter((wish) => wish !== undefined);
  const isGlobal =
    body?.global === true ||
    headers['x-ratelimit-global'] !== undefined ||
    headers['x-ratelimit-scope'] === 'global';
  const budget = isGlobal ? pauses.global : pauses.bucket;
  if (wishesMs.length === 0) return { kind: 'retry', reason: 'rate_limited' };
  return { kind: 'retry', reason: 'rate_limited', afterMs: Math.max(...wishesMs), budget };
}

function serverError({ status, headers }: HttpAnswer, { wallNowMs }: DiscordSituation): Outcome {
  const afterMs = status === 503 ? retryAfterMs(headers['retry-after'], wallNowMs) : undefined;
  const retry = { kind: 'retry', reason: 'server_error' } as const;
  return afterMs === undefined ? retry : { ...retry, afterMs };
}

function explain({ status, bodyText, headers }: HttpAnswer, body: DiscordBody | undefined): string {
  if (body === undefined) return `Discord answered ${status}: ${bodyText}`;
  const { message, code, errors } = body;
  const scope = headers['x-ratelimit-scope'];
  const notes = [
    code === undefined || code === 0 ? '' : ` (code ${code})`,
    scope === undefined ? '' : ` (limit: ${scope})`,
    errors === undefined ? '' : ` ${JSON.stringify(errors)}`,
  ];
  return `Discord answered ${status}: ${message ?? ''}${notes.join('')}`;
}

function parse(bodyText: string): DiscordBody | undefined {
  try {
    const value: unknown = JSON.parse(bodyText);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
