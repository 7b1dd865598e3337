/** The socket under a connection to the service: TCP to whichever address answers first, TLS over it for `wss:`. */
import type { ClientRequestArgs } from 'node:http';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock } from '../platform/clock.ts';
import { connectFirst } from '../platform/connect-attempts.ts';

/** For name resolution and TCP. Shorter than the limit of the whole handshake, so that its own words are heard. */
export const CONNECT_TIMEOUT_MS = 10_000;

export interface DialParts {
  /** `undefined`: without TLS. */
  readonly tls: { readonly ca?: string; readonly rejectUnauthorized: boolean } | undefined;
  readonly lookup: LookupFunction | undefined;
  readonly clock: Clock;
}

/** In the form that `http.request` and `ws` take; `cancel` ends what is under way. */
export class Dial {
  readonly #parts: DialParts;
  #cancel: (() => void) | undefined;

  constructor(parts: DialParts) {
    this.#parts = parts;
  }

  readonly createConnection = (
    options: ClientRequestArgs,
    created: (error: Error | null, socket: Socket) => void,
  ): undefined => {
    const { tls, lookup, clock } = this.#parts;
    const host = options.host ?? '';
    const reach = { host, port: Number(options.port), lookup, timeoutMs: CONNECT_TIMEOUT_MS, clock };
    this.#cancel = connectFirst(reach, (error, socket) => {
      if (socket === null) return created(error, undefined as never);
      created(null, tls === undefined ? socket : connectTls({ ...tls, ...nameOf(host), socket }));
    });
  };

  cancel(): void {
    this.#cancel?.();
  }
}

/** `host` is what the certificate is held to; an address is no name to ask for (RFC 6066 §3). */
const nameOf = (host: string) => ({ host, servername: isIP(host) === 0 ? host : '' });
