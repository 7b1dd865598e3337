/** Listens: the port, and what becomes of connections. The routes are in `app.ts`. */
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { ServerOptions } from './options.ts';

export interface OpsServer {
  readonly url: string;
  close(): Promise<void>;
}

export class ServerError extends Error {
  readonly code = 'SERVER';
}

/** Listens. Throws `ServerError` when the port cannot be had. */
export async function startServer(
  options: ServerOptions,
  app: { fetch(request: Request): Response | Promise<Response> },
): Promise<OpsServer> {
  const server = createAdaptorServer({ fetch: app.fetch, hostname: 'localhost' });
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
        if ('closeAllConnections' in server) server.closeAllConnections();
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
