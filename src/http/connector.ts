/** How a connection to an origin is made: TCP to whichever of its addresses answers first, or through a proxy; then TLS as undici does it. */
import type { LookupFunction } from 'node:net';
import type { buildConnector } from 'undici';
import connector from 'undici/lib/core/connect.js';
import type { Clock } from '../platform/clock.ts';
import { connectThrough } from '../platform/tunnel.ts';
import { certificatesOn, proxyOn, type Way } from '../platform/way.ts';

/** Node sends nine more, one a second: a path that is dead is noticed within 25 s. */
const PROBE_AFTER_MS = 15_000;
/** For name resolution and TCP, and once more for TLS. */
const CONNECT_TIMEOUT_MS = 10_000;
/** undici's own, for its plain connections. */
const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

export function racingConnector(clock: Clock, lookup: LookupFunction, way: Way): buildConnector.connector {
  const proxy = proxyOn(way);
  const secure = connector({
    allowH2: false,
    timeout: CONNECT_TIMEOUT_MS,
    keepAliveInitialDelay: PROBE_AFTER_MS,
    ...certificatesOn(way),
  });
  return (options, callback) => {
    const { hostname, port, protocol } = options;
    const reach = {
      ...{ host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) || (PORTS[protocol] ?? 0) },
      ...{ lookup, clock, timeoutMs: CONNECT_TIMEOUT_MS },
    };
    connectThrough(proxy, reach, (error, socket) => {
      if (socket === null) return callback(error ?? new Error('no connection'), null);
      if (protocol === 'https:') return secure({ ...options, httpSocket: socket }, callback);
      socket.setKeepAlive(true, PROBE_AFTER_MS);
      socket.setNoDelay(true);
      callback(null, socket);
    });
  };
}
