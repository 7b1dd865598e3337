/**
 * The HTTP side: `/healthz` (the process runs) and `/readyz` (it does its job, or why not). Loopback by
 * default; elsewhere everything but `/healthz` wants the token. The host header is checked, so that a web page
 * cannot reach it through a name of its own (DNS rebinding).
 */
import { timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { isLoopback } from '../platform/loopback.ts';
import type { Secret } from '../platform/secret.ts';
import type { Readiness } from './health.ts';

export interface ServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly token?: Secret | undefined;
}

export interface OpsServer {
  readonly url: string;
  close(): Promise<void>;
}

export class ServerError extends Error {
  readonly code = 'SERVER';
}

/** The routes, without a port. */
export function createApp(options: ServerOptions, ready: () => Readiness): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    const host = (context.req.header('host') ?? '').replace(/:\d+$/, '');
    if (isLoopback(options.host) && !isLoopback(host)) return context.text('unknown host\n', 421);
    context.header('cache-control', 'no-store');
    context.header('x-content-type-options', 'nosniff');
    context.header('content-security-policy', "default-src 'none'");
    return next();
  });
  app.get('/healthz', (context) => context.text('ok\n'));
  app.use('/readyz', async (context, next) => {
    if (isLoopback(options.host) || isAllowed(context.req.header('authorization'), options.token))
      return next();
    return context.text('this needs the header: Authorization: Bearer <server.token>\n', 401);
  });
  app.get('/readyz', (context) => {
    const report = ready();
    return context.json(report, report.ready ? 200 : 503);
  });
  return app;
}

/** Compares in constant time. */
function isAllowed(header: string | undefined, token: Secret | undefined): boolean {
  if (token === undefined) return false;
  const wanted = Buffer.from(`Bearer ${token.reveal()}`);
  const got = Buffer.from(header ?? '');
  return got.length === wanted.length && timingSafeEqual(got, wanted);
}

/** Listens. Throws `ServerError` when the port cannot be had. */
export async function startServer(options: ServerOptions, app: Hono): Promise<OpsServer> {
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new ServerError(portProblem(error, options))),
    );
    server.listen(options.port, options.host, () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
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
    return `port ${port} on ${host} needs more rights: set server.port to 1024 or more`;
  return `cannot listen on ${host}:${port}: ${error.message}`;
}
