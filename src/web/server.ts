/** Listens: the port, and what becomes of connections. The routes are in `app.ts`. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { ServerOptions } from './options.ts';
import type { WebEnv } from './visitor.ts';

export interface OpsServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Nobody holds a connection that does not use it. In ms, but for the last. */
export interface ServerLimits {
  /** For the request line and headers. */
  readonly headersMs: number;
  /** For the whole request. */
  readonly requestMs: number;
  /** Without a byte in either direction: a reader that has stopped. An event stream is never silent for so long. */
  readonly silenceMs: number;
  /** How often the first two are looked at. */
  readonly checkMs: number;
  readonly connections: number;
}

/** A reload may take a minute to answer: it waits for sends to what it has removed. */
const LIMITS: ServerLimits = {
  ...{ headersMs: 10_000, requestMs: 30_000, silenceMs: 120_000, checkMs: 5000, connections: 500 },
};

export class ServerError extends Error {
  readonly code = 'SERVER';
}

/** Listens. Throws `ServerError` when the port cannot be had. */
export async function startServer(
  options: ServerOptions,
  app: Pick<Hono<WebEnv>, 'fetch'>,
  limits: ServerLimits = LIMITS,
): Promise<OpsServer> {
  const { headersMs: headersTimeout, requestMs: requestTimeout, checkMs } = limits;
  const serverOptions = { headersTimeout, requestTimeout, connectionsCheckingInterval: checkMs };
  const server = createServer(
    serverOptions,
    getRequestListener((request, env) => app.fetch(request, env), { hostname: 'localhost' }),
  );
  server.maxConnections = limits.connections;
  server.timeout = limits.silenceMs;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new ServerError(portProblem(error, options))),
    );
    server.listen(options.port, options.host.replace(/^\[|\]$/g, ''), () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host.replace(/^\[|\]$/g, '')}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portProblem(error: NodeJS.ErrnoException, { host, port }: ServerOptions): string {
  if (error.code === 'EADDRINUSE')
    return `port ${port} on ${host} is in use: set server.port to another one (0 takes a free one), or server: false`;
  if (error.code === 'EACCES')
    return `port ${port} on ${host} needs privileges: set server.port to 1024 or more`;
  return `cannot listen on ${host}:${port}: ${error.message}`;
}
