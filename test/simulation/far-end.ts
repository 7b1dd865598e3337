/**
 * The receivers. A receiver of orders speaks HTTP through the bridge's real sender: this is what lies behind its
 * pool of connections. A chat's answers are made here, the odd ones through the real reading of them.
 */
import type { AttemptResult, LimitNews, Outcome } from '../../src/delivery/outcome.ts';
import type { SendContext } from '../../src/delivery/sender.ts';
import type { Destination, Pools } from '../../src/destinations/destination.ts';
import { discordOutcome } from '../../src/destinations/discord/outcome.ts';
import { telegramOutcome } from '../../src/destinations/telegram/outcome.ts';
import type { HttpExchange } from '../../src/http/exchange.ts';
import { type Clock, wait } from '../../src/platform/clock.ts';
import type { Random } from '../../src/platform/random.ts';
import type { Sent } from './sent.ts';
import { type FarEnd, type Fate, HOUR, SHARED } from './story.ts';

export interface FarEndDeps {
  readonly clock: Clock;
  /** Ms since the world began. */
  readonly truth: () => number;
  readonly random: Random;
  readonly farEnd: FarEnd;
  /** Requests that it has answered in the order of `FarEnd.first`. */
  readonly answered: { count: number };
  /** The request on its way. */
  readonly sentOf: (deliveryId: string) => Sent | undefined;
  readonly titleOf: (deliveryId: string) => string;
  readonly goes: (sent: Sent) => void;
  readonly writes: (sent: Sent, body: string | undefined) => void;
}

const TAKEN: readonly Fate[] = ['delivered', 'told', 'lostAnswer'];
const MAYBE_TAKEN: readonly Fate[] = ['hang', 'gateway'];

function fateOf(sent: Sent, deps: FarEndDeps): Fate {
  const { farEnd, random, answered, truth, titleOf } = deps;
  sent.isPoison = farEnd.poison.has(titleOf(sent.deliveryId));
  if (sent.isPoison) return 'rejectDestination';
  const first = farEnd.first[answered.count++];
  if (first !== undefined) return first;
  const { outage } = farEnd;
  if (outage !== undefined && outage.from <= truth() && truth() < outage.until) return outage.fate;
  let draw = random();
  for (const [fate, share] of Object.entries(farEnd.temper) as [Fate, number][]) {
    draw -= share;
    if (draw < 0) return fate;
  }
  return 'delivered';
}

/** Goes out, and onto the wire if it may: gives what becomes of it there. */
async function onTheWire(
  sent: Sent,
  deps: FarEndDeps,
  mayWrite: () => string | undefined | false,
): Promise<Fate> {
  const { clock, truth, random } = deps;
  sent.goesAt = truth();
  deps.goes(sent);
  const fate = fateOf(sent, deps);
  // A connect can be slow; nothing has been written by then.
  await wait(clock, random() < 0.2 ? random() * 600 : random() * 5);
  if (fate === 'unreachable') return fate;
  const body = mayWrite();
  if (body === false) return fate;
  sent.writtenAt = truth();
  sent.taken = TAKEN.includes(fate) || (MAYBE_TAKEN.includes(fate) && random() < 0.5);
  deps.writes(sent, body);
  await wait(clock, fate === 'hang' ? HOUR : random() * 200);
  return fate;
}

/** The connections to one receiver of orders, as far as its sender knows them. */
export function poolsTo(deps: FarEndDeps): Pools {
  const dispatch = async (
    options: { headers: readonly string[]; body: string },
    exchange: HttpExchange,
  ): Promise<void> => {
    // Names and values in turn.
    const sent = deps.sentOf(options.headers[options.headers.indexOf('webhook-id') + 1] ?? '');
    if (sent === undefined) throw new Error('a request without an attempt');
    let isAborted = false;
    const controller = {
      abort: () => {
        isAborted = true;
      },
    } as unknown as Parameters<HttpExchange['onRequestStart']>[0];
    const fate = await onTheWire(sent, deps, () => {
      exchange.onRequestStart(controller);
      return isAborted ? false : options.body;
    });
    if (sent.writtenAt === undefined && !isAborted)
      return exchange.onResponseError(controller, new Error('connect ECONNREFUSED'));
    if (exchange.isOver) return;
    if (fate === 'lostAnswer') return exchange.onResponseError(controller, new Error('other side closed'));
    const [status, headers, body] = answerOf(fate, deps.random);
    exchange.onResponseStart(controller, status, headers);
    exchange.onResponseData(controller, Buffer.from(body));
    exchange.onResponseEnd();
  };
  const pool = {
    share: deps.farEnd.sockets,
    isHandingOverNew: false,
    dispatch: (...request: never) => void dispatch(...(request as Parameters<typeof dispatch>)),
  };
  return { join: () => ({ pool, leave: () => Promise.resolve() }) } as unknown as Pools;
}

const ANSWER = { kind: 'answer', headers: {}, bodyFault: undefined, connected: false } as const;

type Answer = readonly [status: number, headers: Record<string, string>, body: string];

const anyOf = <Item>(items: readonly [Item, ...Item[]], random: Random): Item =>
  items[Math.floor(random() * items.length)] ?? items[0];

function answerOf(fate: Fate, random: Random): Answer {
  switch (fate) {
    case 'serverError':
      return [anyOf([500, 503], random), {}, 'busy'];
    case 'gateway':
      return [anyOf([502, 504, 522, 408], random), {}, '<html>'];
    case 'rateLimited':
      return [anyOf([429, 503], random), { 'retry-after': String(1 + Math.floor(random() * 5)) }, ''];
    case 'rateLimitedLong':
      return [429, { 'retry-after': String(60 + Math.floor(random() ** 3 * 21_600)) }, ''];
    case 'strike':
      return [429, {}, ''];
    case 'unwritable':
      return [500, {}, 'unwritable'];
    case 'rejectMessage':
      return [anyOf([400, 422], random), {}, 'no'];
    case 'rejectDestination':
      return [anyOf([401, 403, 404, 410], random), {}, 'no'];
    case 'odd':
      return [
        anyOf([302, 400, 418, 500, 599, 999], random),
        { 'retry-after': anyOf(ODD, random) },
        anyOf(ODD, random),
      ];
    default:
      return [200, {}, 'ok'];
  }
}

const ODD: readonly [string, ...string[]] = [
  'BAD_GATEWAY',
  '-1',
  '1e400',
  '4.5',
  'null',
  '{"a":[]}',
  '',
  '99999999999999999999',
];
const ODD_JSON: readonly [string, ...string[]] = [
  '"BAD_GATEWAY"',
  '-1',
  '1e400',
  '4.5',
  'null',
  '{"a":[]}',
  '[]',
  '""',
  '99999999999999999999',
  'true',
];

/** A chat, on the far side of its platform's library. */
export function chatAt(deps: FarEndDeps): Destination<unknown> {
  const { clock } = deps;
  return {
    close: () => Promise.resolve(),
    async send(_message: unknown, context: SendContext): Promise<AttemptResult> {
      const { deliveryId, signal, expiresAtMs = Number.POSITIVE_INFINITY } = context;
      const sent = deps.sentOf(deliveryId);
      if (sent === undefined) throw new Error('a request without an attempt');
      let writtenMs: number | undefined;
      const over = new Promise<'over'>((resolve) => {
        if (signal.aborted) resolve('over');
        signal.addEventListener('abort', () => resolve('over'), { once: true });
      });
      const fate = await Promise.race([
        over,
        onTheWire(sent, deps, () => {
          const nowMs = clock.monotonicMs();
          if (signal.aborted || nowMs >= expiresAtMs) return false;
          if (context.leaving() === false) return false;
          writtenMs = nowMs;
          return undefined;
        }),
      ]);
      if (writtenMs === undefined) return { outcome: { kind: 'retry', reason: 'unreachable' } };
      if (fate === 'over') return { outcome: { kind: 'ambiguous', reason: 'timeout' }, writtenMs };
      return { ...resultOf(fate, context.plain, deps, writtenMs), writtenMs };
    },
  };
}

function resultOf(
  fate: Fate,
  plain: boolean,
  { clock, random }: FarEndDeps,
  writtenMs: number,
): AttemptResult {
  const known = { plain, wallNowMs: clock.wallMs(), redact: (text: string) => text };
  if (fate === 'strike') {
    const answer = { ...ANSWER, status: 429, bodyText: '{"message":"slow down"}', writtenMs };
    const pauses = { bucket: SHARED, global: SHARED };
    const { limits = [], outcome } = discordOutcome(answer, { ...known, pauses });
    // Here the account stands for the address.
    return {
      outcome: 'budget' in outcome ? { ...outcome, budget: SHARED } : outcome,
      limits: limits.map((news) => ({ ...news, budget: SHARED })),
    };
  }
  if (fate === 'odd') {
    const odd = () => anyOf(ODD_JSON, random);
    const bodyText = `{"ok":${anyOf(['false', 'true', odd()], random)},"error_code":${odd()},"description":${odd()},"parameters":{"retry_after":${odd()},"migrate_to_chat_id":${odd()}}}`;
    const status = anyOf([400, 403, 429, 500, 502, 503], random);
    const answer = { ...ANSWER, status, bodyText, writtenMs };
    return telegramOutcome(answer, { ...known, chatId: 100, botBudget: SHARED });
  }
  const detail = fate === 'unwritable' ? { detail: 'unwritable' } : {};
  return { outcome: outcomeOf(fate, plain, random), limits: newsOf(fate, random), ...detail };
}

function newsOf(fate: Fate, random: Random): LimitNews[] {
  if (fate !== 'told') return [];
  const [requests, endsInMs] = [Math.floor(random() * 3), 200 + random() * 4000];
  return [{ kind: 'left', budget: SHARED, bucket: 'bucket', requests, endsInMs }];
}

function outcomeOf(fate: Fate, plain: boolean, random: Random): Outcome {
  const limited = (afterMs: number): Outcome => {
    const shared = random() < 0.5 ? { budget: SHARED } : {};
    return { kind: 'retry', reason: 'rate_limited', afterMs, ...shared };
  };
  switch (fate) {
    case 'serverError':
    case 'unwritable':
      return { kind: 'retry', reason: 'server_error' };
    case 'rateLimited':
      return limited(100 + random() * 5000);
    case 'rateLimitedLong':
      return limited(60_000 + random() ** 3 * 6 * HOUR);
    case 'lostAnswer':
    case 'gateway':
      return { kind: 'ambiguous', reason: 'connection_lost' };
    case 'formatRefused':
      if (!plain) return { kind: 'retry', reason: 'format_refused', plain: true };
      return { kind: 'reject', reason: 'message_refused', scope: 'message' };
    case 'moved':
      return { kind: 'retry', reason: 'moved' };
    case 'rejectMessage':
      return { kind: 'reject', reason: 'message_refused', scope: 'message' };
    case 'rejectDestination':
      return { kind: 'reject', reason: 'gone', scope: 'destination' };
    default:
      return { kind: 'delivered' };
  }
}
