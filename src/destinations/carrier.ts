/**
 * Lets a platform's own library make a request over the bridge's connection. The libraries give a
 * transport no way to tell which call it serves, take no deadline that we could trust, and turn answers
 * into errors that lose what we must know; so each call travels with its signal, and what went over the
 * wire comes back beside whatever the library made of it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { SendContext } from '../delivery/sender.ts';
import type { HttpConnection } from '../http/connection.ts';
import type { HttpRequest, HttpResult } from '../http/request.ts';

export interface Carried {
  /** `undefined` = the library did not come to send anything. */
  readonly result: HttpResult | undefined;
  /** The error that the library threw, if it did. */
  readonly thrown: unknown;
}

type Limits = Pick<SendContext, 'signal' | 'expiresAtMs' | 'leaving'>;

interface Call {
  readonly limits: Limits;
  result: HttpResult | undefined;
}

export class HttpCarrier {
  readonly #calls = new AsyncLocalStorage<Call>();
  readonly #connection: HttpConnection;

  constructor(connection: HttpConnection) {
    this.#connection = connection;
  }

  /** Runs a call of the library. */
  async carry(limits: Limits, libraryCall: () => Promise<unknown>): Promise<Carried> {
    const call: Call = { limits, result: undefined };
    let thrown: unknown;
    await this.#calls.run(call, libraryCall).catch((error: unknown) => {
      thrown = error;
    });
    return { result: call.result, thrown };
  }

  /** For the library's transport. */
  async send(request: Omit<HttpRequest, keyof Limits>): Promise<HttpResult> {
    const call = this.#calls.getStore();
    if (call === undefined) throw new Error('a library sent a request outside of carry()');
    const { signal, expiresAtMs, leaving } = call.limits;
    call.result = await this.#connection.send({ ...request, signal, expiresAtMs, leaving });
    return call.result;
  }
}

/** Thrown by a library's transport when there is no answer to hand to it; `carry` has the details. */
export class NoAnswer extends Error {}
