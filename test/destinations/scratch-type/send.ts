/** Sends an order over a connection that is kept ready. */
import type { AttemptResult, Outcome } from '../../../src/delivery/outcome.ts';
import type { SendContext } from '../../../src/delivery/sender.ts';
import type { Destination, DestinationDeps } from '../../../src/destinations/destination.ts';
import {
  isTransient,
  quote,
  rateLimited,
  serverError,
  withConnect,
  withoutAnswer,
} from '../../../src/destinations/http-outcome.ts';
import { senderConnection } from '../../../src/destinations/sender-connection.ts';
import type { HttpConnection } from '../../../src/http/connection.ts';
import type { HttpAnswer } from '../../../src/http/request.ts';
import { farEndWallMs, retryAfterMs } from '../../../src/http/retry-after.ts';
import { Pattern, Text } from '../../../src/matching/text.ts';
import type { ScratchOptions } from './options.ts';
import type { ScratchMessage } from './render.ts';

export class ScratchSender implements Destination<ScratchMessage> {
  readonly #url: URL;
  readonly #connection: HttpConnection;
  readonly #options: ScratchOptions;
  readonly #deps: DestinationDeps;
  readonly #taken: Pattern | undefined;

  constructor(options: ScratchOptions, deps: DestinationDeps) {
    const { uri, success } = options;
    this.#url = new URL(uri.reveal());
    this.#connection = senderConnection(this.#url.origin, options, deps);
    this.#options = options;
    this.#deps = deps;
    this.#taken = success && new Pattern(success.formMatches);
  }

  get atOnce(): number {
    return this.#connection.atOnce;
  }

  async send({ body, contentType }: ScratchMessage, context: SendContext): Promise<AttemptResult> {
    const { deliveryId, sample, signal, expiresAtMs, leaving } = context;
    const { origin, pathname, search } = this.#url;
    const { redact, version } = this.#deps;
    const key = this.#options.accessKey?.reveal();
    const result = await this.#connection.send({
      method: 'POST',
      path: pathname + search,
      headers: {
        'content-type': contentType,
        'user-agent': `listing-bridge/${version}`,
        'x-delivery': deliveryId,
        ...(key !== undefined && { 'x-access-key': key }),
        ...(sample && { 'x-sample': 'true' }),
      },
      ...{ body, signal, expiresAtMs, leaving, statusDecides: this.#taken === undefined },
    });
    if (result.kind !== 'answer')
      return withoutAnswer(result, { origin, key: 'uri', receiver: 'the bot' }, redact);
    return withConnect(result, this.#meaning(result));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #meaning(answer: HttpAnswer): AttemptResult {
    const { status, bodyText, writtenMs } = answer;
    const outcome = this.#outcomeOf(answer);
    const result = { outcome, status, writtenMs };
    return outcome.kind === 'delivered'
      ? result
      : { ...result, detail: quote(`answered ${status}: ${bodyText}`, this.#deps.redact) };
  }

  #outcomeOf(answer: HttpAnswer): Outcome {
    const { status, headers, bodyText } = answer;
    const afterMs = retryAfterMs(headers['retry-after'], farEndWallMs(headers, this.#deps.clock.wallMs()));
    const isTaken = this.#taken?.foundIn(new Text(bodyText)) ?? true;
    if (status < 300)
      return isTaken ? { kind: 'delivered' } : { kind: 'reject', reason: 'unconfirmed', scope: 'message' };
    if (status === 429) return rateLimited(afterMs, 1000);
    if (isTransient(status)) return serverError(answer, afterMs);
    if (status === 410) return { kind: 'reject', reason: 'gone', scope: 'destination' };
    if (status < 400) return { kind: 'reject', reason: 'redirected', scope: 'unclear' };
    return { kind: 'reject', reason: 'message_refused', scope: 'message' };
  }
}
