/**
 * Sends to a receiver of the user's, signed as Standard Webhooks when there is a secret:
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * The id is the delivery's on every attempt; timestamp and signature are made again for each.
 */
import { unescape as percentDecoded } from 'node:querystring';
import { Webhook } from 'standardwebhooks';
import type { AttemptResult } from '../../delivery/outcome.ts';
import type { SendContext } from '../../delivery/sender.ts';
import type { FarEnd } from '../../http/advice.ts';
import type { HttpConnection } from '../../http/connection.ts';
import { headerList } from '../../http/request.ts';
import { farEndWallMs } from '../../http/retry-after.ts';
import { compilePattern, MOST_REPEATED_IN_ANSWERS } from '../../matching/pattern-work.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Destination, DestinationDeps } from '../destination.ts';
import { withConnect, withoutAnswer } from '../http-outcome.ts';
import { senderConnection } from '../sender-connection.ts';
import type { WebhookMessage } from './message.ts';
import type { WebhookOptions } from './options.ts';
import { type Success, webhookOutcome } from './outcome.ts';
import { usualTypeOf } from './render.ts';

export class WebhookSender implements Destination<WebhookMessage> {
  readonly #connection: HttpConnection;
  readonly #method: string;
  readonly #path: string;
  /** Those that are the same in each request, by content type. */
  readonly #fixed = new Map<string, readonly string[]>();
  readonly #userHeaders: Readonly<Record<string, string>>;
  readonly #signers: readonly Webhook[];
  readonly #success: Success;
  readonly #farEnd: FarEnd;
  readonly #clock: Clock;
  readonly #deps: DestinationDeps;

  constructor(options: WebhookOptions, deps: DestinationDeps) {
    const url = new URL(options.url.reveal());
    // With `forEach` several go at once.
    const spares = options.forEach === 'ticker' ? Math.min(options.concurrency + 1, 4) : undefined;
    this.#connection = senderConnection(url.origin, options, deps, spares);
    this.#farEnd = { origin: url.origin, key: 'url', receiver: 'the bot' };
    this.#method = options.method;
    this.#path = url.pathname + url.search;
    this.#userHeaders = { ...basicAuthorization(url), ...lowerCased(options.headers) };
    this.#signers = [options.secret ?? []].flat().map((secret) => new Webhook(secret.reveal()));
    this.#success = compileSuccess(options.success);
    this.#clock = deps.clock;
    this.#deps = deps;
    this.#fixedFor(usualTypeOf(options));
  }

  get atOnce(): number {
    return this.#connection.atOnce;
  }

  async send(message: WebhookMessage, context: SendContext): Promise<AttemptResult> {
    const { redact } = this.#deps;
    const result = await this.#connection.send({
      method: this.#method,
      path: this.#path,
      headers: this.#headers(message, context),
      body: message.body,
      signal: context.signal,
      expiresAtMs: context.expiresAtMs,
      leaving: context.leaving,
      statusDecides: this.#success.body === undefined,
    });
    if (result.kind !== 'answer') return withoutAnswer(result, this.#farEnd, redact);
    const wallNowMs = farEndWallMs(result.headers, this.#clock.wallMs());
    return withConnect(result, webhookOutcome(result, this.#success, wallNowMs, redact));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #headers({ body, contentType }: WebhookMessage, context: SendContext): readonly string[] {
    const { deliveryId, attempt, expiresAtMs, sample } = context;
    const nowMs = this.#clock.wallMs();
    const headers = this.#fixedFor(contentType).slice();
    headers.push('webhook-id', deliveryId, 'webhook-timestamp', String(Math.floor(nowMs / 1000)));
    headers.push('x-listing-bridge-attempt', String(attempt));
    if (sample) headers.push('x-listing-bridge-sample', 'true');
    if (this.#signers.length > 0) {
      const signatures = this.#signers.map((signer) => signer.sign(deliveryId, new Date(nowMs), body));
      headers.push('webhook-signature', signatures.join(' '));
    }
    if (expiresAtMs !== undefined) {
      const leftMs = expiresAtMs - this.#clock.monotonicMs();
      headers.push('x-listing-bridge-expires', new Date(nowMs + leftMs).toISOString());
    }
    return headers;
  }

  /** The user's own win. */
  #fixedFor(contentType: string): readonly string[] {
    const known = this.#fixed.get(contentType);
    if (known !== undefined) return known;
    const fixed = headerList({
      'content-type': contentType,
      'user-agent': `listing-bridge/${this.#deps.version}`,
      ...this.#userHeaders,
    });
    this.#fixed.set(contentType, fixed);
    return fixed;
  }
}

function compileSuccess(success: WebhookOptions['success']): Success {
  const { status, bodyMatches } = success ?? {};
  return {
    statuses: status === undefined ? undefined : [status].flat(),
    // Without case, like every regular expression in the config.
    body: bodyMatches === undefined ? undefined : compilePattern(bodyMatches, MOST_REPEATED_IN_ANSWERS),
  };
}

function lowerCased(headers: WebhookOptions['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.reveal()]),
  );
}

/** `https://user:password@host/…` */
function basicAuthorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const credentials = `${percentDecoded(username)}:${percentDecoded(password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}
