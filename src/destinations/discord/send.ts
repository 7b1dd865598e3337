/**
 * Sends through discord.js, which knows Discord's buckets and holds back what would run into a limit; the
 * request itself goes over our own warm connection with our own deadline. It may never repeat a request or
 * wait by itself: that is the lane's business. Its errors quote the URL, hence the token: none is shown.
 */
import { hash } from 'node:crypto';
import { RateLimitError, REST } from 'discord.js';
import type { AttemptResult } from '../../delivery/outcome.ts';
import type { Destination, DestinationDeps, SendContext } from '../destination.ts';
import { type HttpAnswer, HttpConnection } from '../http.ts';
import { HttpCarrier, NoAnswer } from '../http-carrier.ts';
import { withConnect, withoutAnswer } from '../http-outcome.ts';
import { waitMs } from '../retry-after.ts';
import { addressOf, type DiscordAddress } from './address.ts';
import type { DiscordBody, DiscordMessage } from './message.ts';
import type { DiscordOptions } from './options.ts';
import { discordOutcome } from './outcome.ts';

/** discord.js sets a timer for each request; the longest there is stands for none. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

/** https://discord.com/developers/docs/resources/message#create-message-jsonform-params */
const MOST_NONCE_CHARS = 25;

type ResponseLike = Awaited<ReturnType<REST['options']['makeRequest']>>;

export class DiscordSender implements Destination<DiscordMessage> {
  readonly #address: DiscordAddress;
  readonly #connection: HttpConnection;
  readonly #carrier: HttpCarrier;
  readonly #rest: REST;
  readonly #deps: DestinationDeps;

  constructor(options: DiscordOptions, deps: DestinationDeps) {
    this.#address = addressOf(options);
    this.#deps = deps;
    this.#connection = new HttpConnection(this.#address.origin, {
      connections: options.concurrency,
      // One is there while the other is opened anew.
      spares: 2,
      warmMs: options.warm,
      pools: deps.pools,
      clock: deps.clock,
    });
    this.#carrier = new HttpCarrier(this.#connection);
    const { api, botToken } = this.#address;
    this.#rest = new REST({
      api,
      version: '10',
      retries: 0,
      rejectOnRateLimit: () => true,
      // The lanes keep to it, for all destinations together (`IP_BUDGET`).
      globalRequestsPerSecond: Number.POSITIVE_INFINITY,
      // The lane waits a little longer by the same headers (`told-limit.ts`), so that we never come to hear its refusal.
      offset: 0,
      timeout: NO_TIMEOUT_MS,
      userAgentAppendix: `listing-bridge/${deps.version}`,
      // Not by setToken(): discord.js forgets that token for good after one 401, and we probe again.
      headers: botToken === undefined ? {} : { authorization: `Bot ${botToken}` },
      makeRequest: (url, init) => this.#request(url, init),
    });
  }

  async send(message: DiscordMessage, context: SendContext): Promise<AttemptResult> {
    const { plain, signal, deliveryId } = context;
    const { redact, clock } = this.#deps;
    const body = plain ? message.plain : message.body;
    const { result, thrown } = await this.#carrier.carry(context, () =>
      this.#rest.post(this.#address.route, {
        auth: false,
        signal,
        ...(this.#address.botToken === undefined
          ? { body, query: this.#query(body) }
          : { body: { ...body, nonce: nonceOf(deliveryId), enforce_nonce: true } }),
      }),
    );
    if (result === undefined) return this.#notSent(thrown, signal);
    if (result.kind !== 'answer') return withoutAnswer(result, redact);
    const { pauses } = this.#address;
    return withConnect(result, discordOutcome(result, { plain, pauses, redact, wallNowMs: clock.wallMs() }));
  }

  async close(): Promise<void> {
    this.#rest.clearHashSweeper();
    this.#rest.clearHandlerSweeper();
    await this.#connection.close();
  }

  /** Without `wait` Discord says 204 before it has saved anything; without `with_components` it drops a webhook's buttons. */
  #query(body: DiscordBody): URLSearchParams {
    const query = new URLSearchParams({ wait: 'true' });
    if (this.#address.threadId !== undefined) query.set('thread_id', this.#address.threadId);
    if (body.components !== undefined && body.components.length > 0) query.set('with_components', 'true');
    return query;
  }

  async #request(
    url: string,
    { headers, body, method }: Parameters<REST['options']['makeRequest']>[1],
  ): Promise<ResponseLike> {
    const result = await this.#carrier.send({
      method: method ?? 'POST',
      path: url.slice(this.#address.origin.length),
      // discord.js makes a plain object of headers and a string of a JSON body (REST.resolveRequest).
      headers: headers as Record<string, string>,
      body: String(body),
    });
    if (result.kind !== 'answer') throw new NoAnswer();
    return responseLike(result);
  }

  /** discord.js refused by itself, or the time was up while another request held the bucket. */
  #notSent(thrown: unknown, signal: AbortSignal): AttemptResult {
    if (thrown instanceof RateLimitError) {
      const { bucket, global } = this.#address.pauses;
      return heldBack(
        waitMs(Math.max(thrown.timeToReset, thrown.retryAfter)),
        thrown.global ? global : bucket,
      );
    }
    if (signal.aborted)
      return withoutAnswer({ kind: 'unreachable', detail: 'not sent in time' }, this.#deps.redact);
    throw new Error('discord.js failed before it sent anything', { cause: thrown });
  }
}

/** Sending now would only earn a 429. */
function heldBack(afterMs: number | undefined, budget: string): AttemptResult {
  const detail = 'held back: by the last answer the limit is used up';
  const retry = { kind: 'retry', reason: 'rate_limited' } as const;
  return { outcome: afterMs === undefined ? retry : { ...retry, afterMs, budget }, detail };
}

/** The same on every attempt, so that Discord recognises a repeat. */
const nonceOf = (deliveryId: string): string =>
  hash('sha256', deliveryId, 'base64url').slice(0, MOST_NONCE_CHARS);

/** What discord.js reads of a response. */
function responseLike({ status, headers, bodyText }: HttpAnswer): ResponseLike {
  const fields = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  const response: Omit<ResponseLike, 'headers'> & { readonly headers: Headers } = {
    status,
    statusText: '',
    ok: status >= 200 && status < 300,
    headers: new Headers(fields),
    body: null,
    bodyUsed: false,
    text: async () => bodyText,
    json: async () => JSON.parse(bodyText),
    arrayBuffer: async () => new TextEncoder().encode(bodyText).buffer,
  };
  // Node's own Headers stand for the Headers of the undici inside discord.js: the same class, typed twice.
  return response as unknown as ResponseLike;
}
