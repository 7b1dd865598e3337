/** The options that every destination type has, beside its own. Defaults differ by type: chats are patient, bots are not. */
import { z } from 'zod';
import type { BudgetSpec } from '../delivery/budget-book.ts';
import { type BudgetLimits, withBurst } from '../delivery/windows.ts';
import { MOST_SOCKETS, poolKey } from '../http/sockets.ts';
import { duration, flag, integer } from '../platform/fields.ts';
import { wayOptions } from '../platform/way.ts';

/** Attempts are bounded by `maxAge` unless the user says otherwise. */
const retry = z
  .strictObject({
    attempts: integer(1).optional().describe('maximum number of attempts; default: until maxAge'),
    minDelay: duration().default(100).describe('ceiling of the first wait; doubles each time'),
    maxDelay: duration()
      .default(60_000)
      .describe('ceiling of every wait, also between probes while the destination fails'),
  })
  .prefault({})
  .describe('waits between attempts');

const rateLimit = z.strictObject({
  limit: integer(1).describe('maximum number of requests in one `per`'),
  per: duration().describe('length of the window'),
  burst: integer(1).optional().describe('how many may be sent at once; the average stays limit/per'),
});

/** `maxAgeMs` and `timeoutMs` are the type's defaults. */
export const commonOptions = (defaults: { maxAgeMs: number; timeoutMs: number; concurrency: number }) => ({
  maxAge: z
    .union([z.literal(false), duration()], {
      error: 'must be a duration such as 5s or 10m, or false for never',
    })
    .default(defaults.maxAgeMs)
    .describe('a delivery older than this expires and is never sent'),
  timeout: duration().default(defaults.timeoutMs).describe('maximum duration of one attempt'),
  retry,
  rateLimit: rateLimit.optional().describe("replaces the platform's limits for this destination"),
  concurrency: integer(1, 1000)
    .default(defaults.concurrency)
    .describe('maximum number of requests in flight'),
  warm: z
    .union([z.literal(false), duration()], { error: 'must be a duration such as 1m, or false' })
    .default(45_000)
    .describe('keep idle connections ready; replace each after this long unused. false = connect on demand'),
  ...wayOptions,
  onAmbiguous: z
    .enum(['resend', 'drop'])
    .default('resend')
    .describe(
      'what to do when the answer was lost after the request was written, or a gateway answered in its place (408, 502, 504, …)',
    ),
  delay: duration()
    .optional()
    .describe('send news no sooner than this after it was received: for tiers; alerts are not delayed'),
  dryRun: flag().default(false).describe('do everything except the request'),
});

/** Of a type that can stand for one ticker (`perTicker`): an order names one, a message names all. */
export const perTickerOptions = () => ({
  forEach: z
    .literal('ticker', { error: 'must be ticker' })
    .optional()
    .describe('one request for each ticker; none without tickers'),
  maxTickers: integer(1, 1000)
    .default(20)
    .describe(
      'with `forEach`, maximum number of requests for one announcement: the first tickers are sent, the rest is skipped (`max_tickers`)',
    ),
});

export type CommonOptions = z.output<z.ZodObject<ReturnType<typeof commonOptions>>>;

/**
 * The options that every part of the bridge may use of a destination, whatever its type; the rest is the type's
 * own.
 */
export interface DestinationOptions extends CommonOptions {
  readonly type: string;
  /** Only of a `perTicker` type. */
  readonly forEach?: 'ticker' | undefined;
  readonly maxTickers?: number | undefined;
}

/** The rate limit that the user set; `undefined`: none. */
export const limitsOf = ({
  rateLimit,
}: Pick<CommonOptions, 'rateLimit'>): readonly BudgetLimits[] | undefined =>
  rateLimit && withBurst(rateLimit.limit, rateLimit.per, rateLimit.burst);

/** Requests beyond the connections there are wait in their lanes, where the most important goes first, and not in a queue for a socket. */
export const socketsOf = (
  origin: string,
  { warm, proxy, tls }: Pick<CommonOptions, 'warm' | 'proxy' | 'tls'>,
): BudgetSpec => ({
  key: `connections:${poolKey(origin, warm, { proxy, tls })}`,
  what: 'connections to the receiver',
  limits: [],
  atOnce: MOST_SOCKETS,
  isOfMachine: true,
});
