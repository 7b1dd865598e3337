/**
 * Whether a host can be reached the way that requests go: name, TCP (or the proxy), TLS. Not one byte of a request is
 * sent, so no program behind it can take it for an order.
 */
import { isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Clock } from '../platform/clock.ts';
import type { Deadline } from '../platform/deadline.ts';
import { formatDuration } from '../platform/duration.ts';
import { connectThrough } from '../platform/tunnel.ts';
import { certificatesOn, proxyOn, type Way } from '../platform/way.ts';
import { unreachableBy } from './exchange.ts';
import type { HttpUnreachable } from './request.ts';

export interface Reached {
  readonly kind: 'reached';
  /** `TLSv1.3`; absent: not encrypted. */
  readonly protocol?: string;
  /** Wall clock, ms: the end of the certificate. */
  readonly certificateEndsMs?: number;
  readonly tookMs: number;
}

export interface ReachDeps {
  readonly clock: Clock;
  /** Ends the attempt. */
  readonly signal: Deadline;
  readonly timeoutMs: number;
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** `origin`: `https://host:port`. Never rejects. */
export function reach(origin: string, way: Way, deps: ReachDeps): Promise<Reached | HttpUnreachable> {
  const { clock, signal, timeoutMs } = deps;
  const { protocol, hostname, port } = new URL(origin);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const startedMs = clock.monotonicMs();
  const { promise, resolve } = Promise.withResolvers<Reached | HttpUnreachable>();
  let socket: Socket | undefined;
  const fail = (error: Error) => resolve(unreachableBy(error));
  const timer = clock.after(timeoutMs, () => fail(tooLate(timeoutMs)));
  const stop = () => fail(new Error('interrupted'));
  signal.addEventListener('abort', stop, { once: true });
  const to = { host, port: Number(port) || (PORTS[protocol] ?? 0), lookup: undefined, timeoutMs, clock };
  const cancel = connectThrough(proxyOn(way), to, (error, connected) => {
    if (connected === null) return fail(error ?? new Error('no connection'));
    socket = connected;
    connected.on('error', fail);
    const tookMs = () => clock.monotonicMs() - startedMs;
    if (protocol !== 'https:') return resolve({ kind: 'reached', tookMs: tookMs() });
    const name = isIP(host) === 0 ? host : '';
    const secure = connectTls({ ...certificatesOn(way), host, servername: name, socket: connected });
    socket = secure;
    secure.on('error', fail);
    secure.once('close', () => fail(hungUp()));
    secure.once('secureConnect', () => resolve({ ...securedBy(secure, way), tookMs: tookMs() }));
  });
  if (signal.aborted) stop();
  return promise.finally(() => {
    timer.cancel();
    signal.removeEventListener('abort', stop);
    cancel();
    socket?.destroy();
  });
}

function securedBy(socket: TLSSocket, { tls }: Way): Omit<Reached, 'tookMs'> {
  const endsMs = Date.parse(socket.getPeerCertificate().valid_to);
  return {
    ...{ kind: 'reached', protocol: socket.getProtocol() ?? 'TLS' },
    ...(!tls.insecure && !Number.isNaN(endsMs) && { certificateEndsMs: endsMs }),
  };
}

const tooLate = (timeoutMs: number) =>
  Object.assign(new Error(`no connection within ${formatDuration(timeoutMs)}`), { code: 'ETIMEDOUT' });
const hungUp = () => Object.assign(new Error('closed during the TLS handshake'), { code: 'ECONNRESET' });
