/**
 * An HTTP answer that came in place of the upgrade, read: the service's own word, where it is the service that speaks
 * (JSON with `error`), what to show of it, and how long it wishes us to wait. Anything may be in between: a CDN, a
 * proxy, the login page of a guest network.
 */
import { isRecord, numberOf } from '../platform/wire-values.ts';

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Answer {
  /** `error` of a JSON body: the service's own. `undefined`: somebody else has answered. */
  readonly word: string | undefined;
  /** The body, without markup. */
  readonly text: string;
  /** Status, where it leads to, and the first words, in one short line. */
  readonly detail: string;
  /** For this long, in ms from now; `undefined`: it says nothing. */
  readonly wishMs: number | undefined;
}

/** A limit of the service may last; not for so long that a slip there silences a feed for a day. */
const LONGEST_LIMIT_MS = 3_600_000;
/** An outage ends when it ends, whatever `Retry-After` it sends, and whoever sends it. */
const LONGEST_OUTAGE_MS = 300_000;
const LONGEST_DETAIL = 200;
const LONGEST_TARGET = 100;

export function answerOf(status: number, headers: Headers, bodyText: string): Answer {
  const body = jsonObject(bodyText);
  const word = typeof body['error'] === 'string' && body['error'].trim() !== '' ? body['error'] : undefined;
  const text = withoutMarkup(bodyText);
  const wish = secondsOf(body['retry_after_s']) ?? retryAfterSecs(headers);
  const longestMs = status === 429 && word !== undefined ? LONGEST_LIMIT_MS : LONGEST_OUTAGE_MS;
  return {
    word: word?.trim(),
    text,
    detail: detailOf(status, headerOf(headers, 'location'), text),
    wishMs: wish === undefined ? undefined : Math.min(wish * 1000, longestMs),
  };
}

function detailOf(status: number, target: string | undefined, text: string): string {
  const leads = target === undefined ? '' : ` to ${oneLine(target, LONGEST_TARGET)}`;
  const words = text === '' ? '' : `: ${text}`;
  return oneLine(`HTTP ${status}${leads}${words}`);
}

/** A page's words, for a person. */
function withoutMarkup(text: string): string {
  if (!text.trimStart().startsWith('<')) return text.trim();
  const words = text.replace(/<(script|style)\b.*?(?:<\/\1>|$)/gis, ' ').replace(/<[^<>]*>/g, ' ');
  return words.replace(/\s+/g, ' ').trim();
}

/** RFC 9110 §10.2.3: seconds, or a date, which is counted from the answer's own `Date`, not from our clock. */
function retryAfterSecs(headers: Headers): number | undefined {
  const wish = headerOf(headers, 'retry-after');
  const secs = secondsOf(wish);
  if (secs !== undefined || wish === undefined) return secs;
  const spanMs = Date.parse(wish) - Date.parse(headerOf(headers, 'date') ?? '');
  return Number.isNaN(spanMs) ? undefined : Math.max(0, spanMs / 1000);
}

function headerOf(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

function secondsOf(value: unknown): number | undefined {
  const secs = numberOf(value);
  return secs !== undefined && secs >= 0 ? secs : undefined;
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** A stranger's words, fit for one log line. */
export function oneLine(text: string, longest = LONGEST_DETAIL): string {
  const line = text
    .slice(0, 4 * longest)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…`.toWellFormed() : line.toWellFormed();
}
