/**
 * Sends through discord.js, which knows Discord's routes and sends one request of a bucket at a time; the
 * request itself goes over our own warm connection with our own deadline. It may never repeat a request, wait
 * or hold one back by itself: that is the lane's business. Its errors quote the URL, hence the token: none is
 * shown.
 */
import { hash } from 'node:crypto';
import { REST } from 'discord.js';
import type { AttemptResult } from '../../delivery/outcome.ts';
import type { SendContext } from '../../delivery/sender.ts';
import type { HttpConnection } from '../../http/connection.ts';
import { limitOf } from '../../http/exchange.ts';
import type { HttpAnswer } from '../../http/request.ts';
import { farEndWallMs } from '../../http/retry-after.ts';
import { abortSignalOf, type Deadline } from '../../platform/deadline.ts';
import { HttpCarrier, NoAnswer } from '../carrier.ts';
import type { Destination, DestinationDeps } from '../destination.ts';
import { withConnect, withoutAnswer } from '../http-outcome.ts';
import { senderConnection } from '../sender-connection.ts';
import { addressOf, type DiscordAddress } from './address.ts';
import type { DiscordBody, DiscordMessage } from './message.ts';
import type { DiscordOptions } from './options.ts';
import { discordOutcome } from './outcome.ts';
import { markedAsSample } from './sample-mark.ts';

/** discord.js sets a timer for each request; the longest there is stands for none. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

/** https://discord.com/developers/docs/resources/message#create-message-jsonform-params */
const MOST_NONCE_CHARS = 25;

type ResponseLike = Awaited<ReturnType<REST['options']['makeRequest']>>;

export class DiscordSender implements Destination<DiscordMessage> {
  /** discord.js sends one request of a bucket at a time. */
  readonly atOnce = 1;
  readonly #address: DiscordAddress;
  readonly #connection: HttpConnection;
  readonly #carrier: HttpCarrier;
  readonly #rest: REST;
  readonly #deps: DestinationDeps;

  constructor(options: DiscordOptions, deps: DestinationDeps) {
    this.#address = addressOf(options);
    this.#deps = deps;
    this.#connection = senderConnection(this.#address.origin, options, deps);
    this.#carrier = new HttpCarrier(this.#connection);
    const { api, botToken } = this.#address;
    this.#rest = new REST({
      api,
      version: '10',
      retries: 0,
      rejectOnRateLimit: () => true,
      // The lanes keep to it, for all destinations together (`IP_BUDGET`).
      globalRequestsPerSecond: Number.POSITIVE_INFINITY,
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
    const form = plain ? message.plain : message.body;
    const body = context.sample ? markedAsSample(form) : form;
    const { result, thrown } = await this.#carrier.carry(context, () =>
      this.#rest.post(this.#address.route, {
        auth: false,
        signal: abortSignalOf(signal),
        ...(this.#address.botToken === undefined
          ? { body, query: this.#query(body) }
          : { body: { ...body, nonce: nonceOf(deliveryId), enforce_nonce: true } }),
      }),
    );
    if (result === undefined) return this.#notSent(thrown, signal);
    if (result.kind !== 'answer') return withoutAnswer(result, this.#address.farEnd, redact);
    const { pauses } = this.#address;
    const wallNowMs = farEndWallMs(result.headers, clock.wallMs());
    return withConnect(result, discordOutcome(result, { plain, pauses, redact, wallNowMs }));
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

  /** The time was up while another request held the bucket. */
  #notSent(thrown: unknown, signal: Deadline): AttemptResult {
    if (signal.aborted)
      return withoutAnswer(
        { kind: 'unreachable', detail: `not sent ${limitOf(signal)}` },
        this.#address.farEnd,
        this.#deps.redact,
      );
    throw new Error('discord.js failed before it sent anything', { cause: thrown });
  }
}

/** The same on every attempt, so that Discord recognises a repeat. */
const nonceOf = (deliveryId: string): string =>
  hash('sha256', deliveryId, 'base64url').slice(0, MOST_NONCE_CHARS);

/**
 * discord.js computes from these when it may send again, in wall time: a clock that is set back would hold
 * everything for as long as the step. The budgets know it too, in time that nobody sets (`reported-limit.ts`).
 */
const isLimit = (name: string): boolean => name === 'retry-after' || name.startsWith('x-ratelimit-');

/** The part of a response that discord.js may read. */
function responseLike({ status, headers, bodyText }: HttpAnswer): ResponseLike {
  const fields = Object.entries(headers)
    .filter(([name]) => !isLimit(name))
    .map(([name, value]): [string, string] => [name, String(value)]);
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
