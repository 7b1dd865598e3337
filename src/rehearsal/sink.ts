/**
 * Where rehearsed requests end: an HTTP server inside this process, on loopback, that gives one answer to everything
 * and keeps nothing. Half of the answers, by chance, end their connection, so that the next request goes over one
 * that has carried none, as the first one after a silence does: each scene has both.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Pools } from '../destinations/destination.ts';
import { HttpPool } from '../http/pool.ts';
import { SparePace } from '../http/spare-pace.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';

/** As for real destinations by default; nothing lies here for so long. */
const WARM_MS = 45_000;

/** A few requests: the very first one to an origin is to be rehearsed too. */
const CLIENT_TTL_MS = 20;

export interface Sink {
  /** Every origin leads to the sink: nothing that uses these can leave the process. */
  readonly pools: Pools;
  close(): Promise<void>;
}

/** For all that has no sink of its own: nothing that uses these can leave the process either. */
export const NO_POOLS: Pools = {
  join() {
    throw new Error('a rehearsed destination has no sink');
  },
};

/** `takenBody`: of the type whose requests end here. Rejects where the machine has no loopback to listen on. */
export async function openSink(clock: Clock, random: Random, takenBody: string): Promise<Sink> {
  const body = Buffer.from(takenBody);
  const server = createServer((request, response) => {
    const ends = random() < 0.5;
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    response.writeHead(200, ends ? { ...headers, connection: 'close' } : headers);
    request.resume().on('end', () => response.end(body));
  });
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  // Listening on a port, so the address is not a pipe's name.
  const { port } = server.address() as AddressInfo;
  const pool = new HttpPool(
    `http://127.0.0.1:${port}`,
    WARM_MS,
    { clock, clientTtlMs: CLIENT_TTL_MS },
    new SparePace(clock),
  );
  pool.join({ connections: 1, spares: 1 });
  return {
    pools: { join: () => ({ pool, leave: async () => undefined }) },
    async close() {
      await pool.close();
      server.close();
      server.closeAllConnections();
    },
  };
}
