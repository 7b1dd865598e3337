/** Derives the outcome from Discord's answer. Pure. */
import type { AttemptResult, LimitNews, Outcome, RejectReason } from '../../delivery/outcome.ts';
import type { HttpAnswer } from '../../http/request.ts';
import { decimal, retryAfterMs, saysNow, waitMs } from '../../http/retry-after.ts';
import type { Redactor } from '../../platform/secret.ts';
import { isTransient, quote, rateLimited, said, serverError, unreadable } from '../http-outcome.ts';
import { type DiscordAddress, IP_BUDGET } from './address.ts';
import { discordAdvice } from './advice.ts';
import { type DiscordAnswer, formErrors, parseDiscord, refusedOptions } from './answer.ts';
import { DESTINATION_CODES, FAULT_CODES, IP_HELD_BACK, LIMIT_CODES, MESSAGE_CODES } from './codes.ts';

/** The first pause of the whole address when nobody says how long; it doubles. A ban by Cloudflare lasts an hour at the most: https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans */
const IP_PAUSE_MS = 60_000;
/** The first pause when it says "now", which is not to be believed twice; it doubles. */
const NOW_PAUSE_MS = 1000;
/** Longer windows are for other things than messages (renaming a channel, say). */
const LONGEST_WINDOW_MS = 10 * 60_000;
const MOST_BUCKET_CHARS = 100;

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
  if (status !== 429 && Number.isSafeInteger(requests) && requests !== undefined && endsInMs !== undefined) {
    const bucket = String(headers['x-ratelimit-bucket']).slice(0, MOST_BUCKET_CHARS);
    const windowMs = Math.min(endsInMs, LONGEST_WINDOW_MS);
    limits.push({ kind: 'left', budget: pauses.bucket, bucket, requests, endsInMs: windowMs });
  }
  return limits;
}

function meaning(answer: HttpAnswer, situation: DiscordSituation): AttemptResult {
  const { status, writtenMs } = answer;
  const { redact } = situation;
  const body = parseDiscord(answer.bodyText);
  if (status < 300) {
    // `wait=true` makes Discord answer with the message that it saved; 204 can only come from a stand-in.
    if (status === 204 || body?.id !== undefined)
      return { outcome: { kind: 'delivered' }, status, writtenMs };
    return unreadable(answer, redact);
  }
  const outcome = refusal(answer, body, situation);
  const advice = discordAdvice(outcome, status, body);
  const detail = quote(explain(answer, body), redact);
  return { outcome, status, writtenMs, detail, ...(advice !== undefined && { advice }) };
}

function refusal(answer: HttpAnswer, body: DiscordAnswer | undefined, situation: DiscordSituation): Outcome {
  const { status } = answer;
  if (status < 400) return { kind: 'reject', reason: 'redirected', scope: 'unclear' };
  const limited = tooFast(answer, body, situation);
  if (limited !== undefined) return limited;
  const code = body?.code ?? 0;
  if (refusedOptions(body?.errors).length > 0)
    return { kind: 'reject', reason: 'misconfigured', scope: 'destination' };
  const isMessage = MESSAGE_CODES.has(code);
  const reason = isMessage ? undefined : (DESTINATION_CODES.get(code)?.reason ?? STATUS_REASONS.get(status));
  if (FAULT_CODES.has(code) || (isTransient(status) && reason === undefined) || status >= 500)
    return serverError(answer, retryAfterMs(answer.headers['retry-after'], situation.wallNowMs));
  // A page is not Discord's: a firewall gives it to one message, a hotel's network to all.
  if (reason !== undefined)
    return { kind: 'reject', reason, scope: body === undefined ? 'unclear' : 'destination' };
  return !situation.plain && (isMessage || status === 400 || status === 413)
    ? { kind: 'retry', reason: 'format_refused', plain: true }
    : { kind: 'reject', reason: 'message_refused', scope: 'message' };
}

/** For codes that are not known. */
const STATUS_REASONS: ReadonlyMap<number, RejectReason> = new Map([
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'gone'],
]);

/**
 * "Too fast", or a ban. The longest of the named waits counts: each was seen too small on its own
 * (docs/platform-limits.md). Without one it is a ban, whatever its words: Discord names a time for each of its
 * limits.
 */
function tooFast(
  answer: HttpAnswer,
  body: DiscordAnswer | undefined,
  { pauses, wallNowMs }: DiscordSituation,
): Outcome | undefined {
  const { status, headers } = answer;
  const isBan = isBanned(answer, body);
  if (!isBan && status !== 429 && !LIMIT_CODES.has(body?.code ?? 0)) return undefined;
  const wishesMs = [
    waitMs((body?.retry_after ?? 0) * 1000),
    retryAfterMs(headers['retry-after'], wallNowMs),
    waitMs((decimal(String(headers['x-ratelimit-reset-after'])) ?? 0) * 1000),
  ].filter((wish) => wish !== undefined);
  const isGlobal =
    body?.global === true ||
    headers['x-ratelimit-global'] !== undefined ||
    headers['x-ratelimit-scope'] === 'global';
  const budget = isBan ? IP_BUDGET : isGlobal ? pauses.global : pauses.bucket;
  if (wishesMs.length > 0) return rateLimited(Math.max(...wishesMs), IP_PAUSE_MS, budget);
  if (!isBan && saysNow(body?.retry_after, headers['retry-after']))
    return rateLimited(undefined, NOW_PAUSE_MS, budget);
  // A limit of this channel that comes in other words than a 429 is none of the address.
  return rateLimited(undefined, IP_PAUSE_MS, status === 429 ? IP_BUDGET : budget);
}

const BAN_WORDS =
  /error(?: code)?:? 10\d\d\b|blocked from accessing our API|you are being rate limited.{0,200}cloudflare/is;

/** Cloudflare's answer, or Discord's when Cloudflare made it ban the address. Discord's own refusals are JSON; a page is Cloudflare's. */
function isBanned({ status, headers, bodyText }: HttpAnswer, body: DiscordAnswer | undefined): boolean {
  if (body?.code === IP_HELD_BACK) return true;
  if (status !== 403 && status !== 429 && status !== 503) return false;
  if (body?.cloudflare_error === true || headers['cf-mitigated'] !== undefined) return true;
  if (body === undefined && status !== 503) return true;
  const isCloudflareCode =
    body?.error_code !== undefined && body.error_code >= 1000 && body.error_code < 1200;
  return isCloudflareCode || BAN_WORDS.test(bodyText);
}

function explain(answer: HttpAnswer, body: DiscordAnswer | undefined): string {
  const { status, headers } = answer;
  if (body?.message === undefined) return `Discord answered ${status}${said(answer.bodyText)}`;
  const { message, code = 0 } = body;
  const scope = headers['x-ratelimit-scope'];
  const form = formErrors(body.errors);
  const notes = [
    code === 0 ? '' : ` (code ${code})`,
    scope === undefined ? '' : ` (limit: ${scope})`,
    form === '' ? '' : ` ${form}`,
  ];
  return `Discord answered ${status}: ${message}${notes.join('')}`;
}
