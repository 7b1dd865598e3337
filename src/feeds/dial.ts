/** The socket under a connection to the service: TCP to whichever address answers first, or through a proxy; TLS over it for `wss:`. */
import type { ClientRequestArgs } from 'node:http';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock } from '../platform/clock.ts';
import { connectThrough } from '../platform/tunnel.ts';
import { certificatesOn, proxyOn, type Way } from '../platform/way.ts';

/** For name resolution and TCP. Shorter than the limit of the whole handshake, so that its own words are heard. */
export const CONNECT_TIMEOUT_MS = 10_000;

type Created = (error: Error | null, socket: Socket) => void;

export interface DialDeps {
  readonly way: Way;
  /** With TLS. */
  readonly isSecure: boolean;
  readonly lookup: LookupFunction | undefined;
  readonly clock: Clock;
  /** The socket is handed over no sooner: what is announced with the welcome can be sent at once then. */
  readonly ready: Promise<void> | undefined;
  /** The request for the feed is on its way: from now on nothing is missed, and until the answer there is nothing to do. */
  readonly asked: () => void;
}

/** In the form that `http.request` and `ws` take; `cancel` ends what is under way. */
export class Dial {
  readonly #deps: DialDeps;
  #cancel: (() => void) | undefined;
  #held: Socket | undefined;

  constructor(deps: DialDeps) {
    this.#deps = deps;
  }

  readonly createConnection = (options: ClientRequestArgs, created: Created): undefined => {
    const { way, isSecure, lookup, clock } = this.#deps;
    const host = options.host ?? '';
    const reach = { host, port: Number(options.port), lookup, timeoutMs: CONNECT_TIMEOUT_MS, clock };
    this.#cancel = connectThrough(proxyOn(way), reach, (error, socket) => {
      if (socket === null) return created(error, undefined as never);
      if (!isSecure) return this.#hold(socket, Promise.resolve(), created);
      const secure = connectTls({ ...certificatesOn(way), ...nameOf(host), socket });
      const secured = new Promise<void>((resolve) => secure.once('secureConnect', resolve));
      this.#hold(secure, secured, created);
    });
  };

  cancel(): void {
    this.#cancel?.();
    this.#held?.destroy();
  }

  /** TLS goes on meanwhile. */
  #hold(socket: Socket, secured: Promise<void>, created: Created): void {
    const { ready, asked } = this.#deps;
    const give = () => {
      this.#held = undefined;
      socket.off('error', failed);
      created(null, socket);
      void secured.then(asked);
    };
    const failed = (error: Error) => {
      this.#held = undefined;
      created(error, socket);
    };
    this.#held = socket;
    socket.once('error', failed);
    if (ready === undefined) return give();
    void ready.then(() => {
      if (this.#held !== undefined) give();
    });
  }
}

/** `host` is what the certificate is held to; an address is no name to ask for (RFC 6066 §3). */
const nameOf = (host: string) => ({ host, servername: isIP(host) === 0 ? host : '' });
