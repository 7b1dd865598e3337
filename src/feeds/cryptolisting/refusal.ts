/**
 * The policy for refusals of the service, for a refused handshake and for a close; pure. `fatal` stops this feed
 * until the config changes; everything else is retried for ever. Each verdict carries one sentence of advice for
 * the person who is losing money meanwhile. Without `afterMs` the caller's own backoff decides; the 5 s cooldown
 * between connects is the caller's in every case.
 */
import { answerOf, type Headers, oneLine } from '../refusal-answer.ts';
import type { FatalVerdict, RetryVerdict, Verdict } from '../verdict.ts';

export type FatalReason = 'no_key' | 'key_refused' | 'key_expired' | 'key_invalidated' | 'key_revoked';

export type LossReason =
  | RateLimitWord
  | CloseWord
  | 'too_many_requests' // 429 with a word that we do not know
  | 'bad_request' // 400, 426
  | 'server_error' // 5xx
  | 'unexpected_answer' // anything that the service would not say
  | 'closed'; // any other close

type RateLimitWord = keyof typeof RATE_LIMITS;
type CloseWord = 'too_slow' | 'rate_limit_exceeded' | 'frame_too_large';

const KEY_ADVICE = 'get or renew the key at cryptolisting.ws, put it into apiKey, and reload';

const FATAL_STATUS = {
  401: ['no_key', 'the service saw no key'],
  403: ['key_refused', 'the key is wrong, revoked or expired'],
} as const satisfies Record<number, readonly [FatalReason, string]>;

/**
 * A word of the service about a key. Programs in between answer in JSON too (`Forbidden`, `access_denied`,
 * `invalid_token`), and know no key.
 */
const OF_A_KEY = /(?:^|[^a-z])(?:api)?[ _-]?keys?(?![a-z])|apikey|subscription/i;

const IN_BETWEEN =
  'something in between answered, not the feed service: check url, and whether a proxy, a CDN or the login page of a network is in the way; the bridge retries by itself';

const NOT_OF_A_KEY =
  'access was refused in words that the service does not use for a key, so perhaps something in between answered: check url, a proxy or CDN in the way, and the key; the bridge retries by itself';

/**
 * The 429 words of docs/feed-protocol.md, with the wait that each implies when the body names none. `noRoom`: it counts
 * the connection that is to be replaced.
 */
const RATE_LIMITS = {
  connection_rate_limit_exceeded: {
    advice:
      'more than 10 connections a minute came from this IP address: stop other clients that keep reconnecting',
    afterMs: 60_000,
  },
  per_ip_concurrent_limit_reached: {
    advice: 'this IP address already holds 20 connections: close some of its other clients',
    noRoom: true,
  },
  per_ip_connection_limit_reached: {
    advice: 'this machine already holds 5 connections with this key: close other programs that use it here',
    noRoom: true,
  },
  max_distinct_ips_reached: {
    advice: 'another machine uses this key (it has not expired): stop the other one, or use a second key',
  },
  absolute_connection_cap_reached: {
    advice: 'this key already has 20 connections: close other programs that use it',
    noRoom: true,
  },
  connection_cooldown: {
    advice: 'reconnected within 5 seconds with this key: nothing to do, the bridge connects after the pause',
    afterMs: 5_000,
  },
  max_connections_reached: {
    advice: 'this key already has all the connections that its tier allows: close other programs that use it',
    noRoom: true,
  },
} as const satisfies Record<string, { advice: string; afterMs?: number; noRoom?: true }>;

const KEY_CLOSES: Readonly<Record<Exclude<FatalReason, 'no_key' | 'key_refused'>, FatalVerdict>> = {
  key_expired: { kind: 'fatal', reason: 'key_expired', advice: `the key has expired: ${KEY_ADVICE}` },
  key_invalidated: {
    kind: 'fatal',
    reason: 'key_invalidated',
    advice: `the key was made invalid, perhaps by a newer one: ${KEY_ADVICE}`,
  },
  key_revoked: { kind: 'fatal', reason: 'key_revoked', advice: `the key was revoked: ${KEY_ADVICE}` },
};

const CLOSES: Readonly<Record<CloseWord, RetryVerdict & { readonly reason: CloseWord }>> = {
  too_slow: {
    kind: 'retry',
    reason: 'too_slow',
    advice: 'this machine read too slowly and announcements may have been missed: look at its CPU load',
    atOnce: true,
    ourFault: true,
  },
  rate_limit_exceeded: {
    kind: 'retry',
    reason: 'rate_limit_exceeded',
    advice:
      'the service got too many messages with this connection: a longer selfTest interval helps if it recurs',
    afterMs: 60_000,
  },
  frame_too_large: {
    kind: 'retry',
    reason: 'frame_too_large',
    advice: 'the bridge sent a message that is too large, which is a bug: please report it',
    ourFault: true,
  },
};

export const FATAL_REASONS: readonly FatalReason[] = [
  'no_key',
  'key_refused',
  'key_expired',
  'key_invalidated',
  'key_revoked',
];

export const LOSS_REASONS: readonly string[] = [
  ...Object.keys(RATE_LIMITS),
  ...Object.keys(CLOSES),
  ...['too_many_requests', 'bad_request', 'server_error', 'unexpected_answer', 'closed'],
];

/** RFC 6455 §7.4.1: message too big, with or without a reason. */
const CLOSE_TOO_BIG = 1009;

/** An HTTP answer in place of the upgrade. Only the service's own words end a feed: what is in between knows no keys. */
export function onRefusal(status: number, headers: Headers, bodyText: string): Verdict {
  const { word, text, detail, wishMs } = answerOf(status, headers, bodyText);
  const retry = (reason: LossReason, advice: string, defaultMs?: number): RetryVerdict => {
    const afterMs = wishMs ?? defaultMs;
    return { kind: 'retry', reason, advice, detail, ...(afterMs === undefined ? {} : { afterMs }) };
  };

  // A limit is one under whatever status it comes, and as text too.
  const limit = word ?? (status === 429 ? text : '');
  if (status < 500 && isRateLimitWord(limit)) {
    const known: { advice: string; afterMs?: number; noRoom?: true } = RATE_LIMITS[limit];
    const verdict = retry(limit, known.advice, known.afterMs);
    return known.noRoom === true ? { ...verdict, noRoom: true } : verdict;
  }
  if (status === 429)
    return retry('too_many_requests', 'the service limits this key or IP address: close other clients of it');
  if ((status === 401 || status === 403) && word !== undefined && OF_A_KEY.test(word)) {
    const [reason, found] = FATAL_STATUS[status];
    return { kind: 'fatal', reason, advice: `${found}: ${KEY_ADVICE}`, detail };
  }
  if (status === 400 || status === 426)
    return retry('bad_request', 'the service did not accept the request: check url (is a proxy in between?)');
  if (status >= 500)
    return retry(
      'server_error',
      'the service has an outage, or its gateway cannot reach it: nothing to do, the bridge reconnects by itself',
    );
  return retry('unexpected_answer', word === undefined ? IN_BETWEEN : NOT_OF_A_KEY);
}

/** The reason is decisive whatever its code; only 1009 says enough without one. */
export function onClose(code: number, reason: string): Verdict {
  const word = reason.trim().toLowerCase();
  if (isKeyCloseWord(word)) return KEY_CLOSES[word];
  if (isCloseWord(word)) return CLOSES[word];
  if (code === CLOSE_TOO_BIG) return CLOSES.frame_too_large;
  const detail = oneLine(reason === '' ? `code ${code}` : `code ${code}: ${reason}`);
  return {
    kind: 'retry',
    reason: 'closed',
    advice: 'the connection was closed: the bridge reconnects by itself',
    detail,
  };
}

function isRateLimitWord(word: string): word is RateLimitWord {
  return Object.hasOwn(RATE_LIMITS, word);
}

function isKeyCloseWord(word: string): word is keyof typeof KEY_CLOSES {
  return Object.hasOwn(KEY_CLOSES, word);
}

function isCloseWord(word: string): word is CloseWord {
  return Object.hasOwn(CLOSES, word);
}
