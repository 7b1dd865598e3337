/**
 * The HTTP side: `/healthz` (the process runs), `/readyz` (it does its job, or why not), `/metrics`,
 * `/api/status`, `POST /api/announcements` (inject), and `POST /-/reload`. Loopback by default; elsewhere reading wants the token (but for `/healthz`, and for
 * whether `/readyz` is 200 or 503), and what changes something wants it always. The host header is checked, so that a
 * web page cannot reach it through a name of its own (DNS rebinding).
 */
import { timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { type Context, type Handler, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { RoutingEffect } from '../events/process-event.ts';
import { LARGEST_FRAME_BYTES } from '../feeds/frame-data.ts';
import { isLoopback } from '../platform/loopback.ts';
import type { Redactor, Secret } from '../platform/secret.ts';
import type { Injected } from './injected.ts';
import { jsonText } from './json-text.ts';
import type { Metrics } from './metrics.ts';
import type { Status } from './status.ts';

export interface ServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly token?: Secret | undefined;
}

/** The result of a reload. */
export type Reloaded =
  | {
      readonly ok: true;
      readonly changes: readonly string[];
      readonly needsRestart: readonly string[];
      /** Absent: the rules are as they were, nothing is in the store, or it did not answer in time. */
      readonly effect?: RoutingEffect | undefined;
    }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The functions behind the routes. */
export interface Ops {
  /** For what is shown: the receiver's words in it may quote a secret. */
  readonly redact: Redactor;
  status(): Status;
  readonly metrics: Metrics;
  reload(): Promise<Reloaded>;
  inject(fields: Readonly<Record<string, unknown>>, real: boolean): Injected;
  /** A bug of ours, for the log. */
  failed(error: unknown): void;
  /** Lets others have their turn while an answer is written. */
  readonly breathe?: () => Promise<void>;
}

export interface OpsServer {
  readonly url: string;
  close(): Promise<void>;
}

export class ServerError extends Error {
  readonly code = 'SERVER';
}

/** The routes, without a port. */
export function createApp(options: ServerOptions, ops: Ops): Hono {
  const { redact, status, metrics, reload, inject, failed, breathe = () => Promise.resolve() } = ops;
  const app = new Hono();
  // `curl` shows it on a terminal: nothing in it may be a command there.
  const json = async (context: Context, value: unknown, status: 200 | 400 | 413 | 422 | 503 = 200) => {
    const text = await jsonText(value, redact, breathe);
    return context.body(text, status, { 'content-type': 'application/json' });
  };
  app.use(async (context, next) => {
    // No browser leaves the header out; health checks that speak HTTP/1.0 do.
    const host = context.req.header('host')?.replace(/:\d+$/, '');
    if (host !== undefined && isLoopback(options.host) && !isLoopback(host))
      return context.text('unknown host\n', 421);
    context.header('cache-control', 'no-store');
    context.header('x-content-type-options', 'nosniff');
    context.header('content-security-policy', "default-src 'none'");
    return next();
  });
  app.get('/healthz', (context) => context.text('ok\n'));
  const toRead = isLoopback(options.host) ? anyone : bearer(options.token);
  // A load balancer has no token, and wants no more than the status.
  const showsWhy: MiddlewareHandler = (context, next) =>
    context.req.header('authorization') === undefined && !isLoopback(options.host)
      ? Promise.resolve(status().ready ? context.text('ready\n', 200) : context.text('not ready\n', 503))
      : toRead(context, next);
  app.get('/readyz', showsWhy, (context) => {
    const readiness = readinessOf(status());
    return json(context, readiness, readiness.ready ? 200 : 503);
  });
  app.get('/api/status', toRead, (context) => json(context, status()));
  app.get('/metrics', toRead, async (context) => {
    const { contentType, text } = await metrics.read();
    return context.body(text, 200, { 'content-type': contentType });
  });
  app.post('/-/reload', bearer(options.token), async (context) => {
    const reloaded = await reload();
    return json(context, reloaded, reloaded.ok ? 200 : 422);
  });
  app.post(
    '/api/announcements',
    bearer(options.token),
    bodyLimit({
      maxSize: LARGEST_FRAME_BYTES,
      onError: (context) => json(context, refusal('an announcement has at most 256 KiB', 'too_large'), 413),
    }),
    async (context) => {
      const fields = objectIn(await context.req.text());
      if (fields === undefined)
        return json(
          context,
          refusal('the body must be one JSON object with an announcement', 'not_json'),
          400,
        );
      const injected = inject(fields, context.req.query('real') === 'true');
      return json(context, injected, injected.ok ? 200 : injected.code === 'stopping' ? 503 : 422);
    },
  );
  for (const path of ['/healthz', '/readyz', '/api/status', '/metrics']) app.all(path, onlyWith('GET, HEAD'));
  for (const path of ['/-/reload', '/api/announcements']) app.all(path, onlyWith('POST'));
  app.notFound((context) => context.text('not found\n', 404));
  app.onError((error, context) => {
    failed(error);
    return context.text('internal error; see the log\n', 500);
  });
  return app;
}

const refusal = (problem: string, code: string) => ({ ok: false, problem, code });

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** More would not be read; `/api/status` has all of them. */
const MOST_PROBLEMS = 20;

/** Small, however many destinations there are: it is requested every few seconds. */
function readinessOf({ ready, problems, notes, feeds }: Status) {
  const more = problems.length - MOST_PROBLEMS;
  return {
    ready,
    problems:
      more > 0 ? [...problems.slice(0, MOST_PROBLEMS), `… and ${more} more: see /api/status`] : problems,
    notes,
    feeds: feeds.map(({ name, healthy, trouble }) => ({ name, healthy, trouble })),
  };
}

const onlyWith =
  (methods: string): Handler =>
  (context) =>
    context.text(`use the method ${methods}\n`, 405, { allow: methods });

const anyone: MiddlewareHandler = (_context, next) => next();

/** Without a token in the config nobody may: say so, rather than ask for what does not exist. */
const bearer =
  (token: Secret | undefined): MiddlewareHandler =>
  async (context, next) => {
    if (token === undefined)
      return context.text('disabled: set server.token in the config to enable it\n', 403);
    if (isAllowed(context.req.header('authorization'), token)) return next();
    context.header('www-authenticate', 'Bearer');
    return context.text('this needs the header: Authorization: Bearer <server.token>\n', 401);
  };

/** Compares in constant time. */
function isAllowed(header: string | undefined, token: Secret): boolean {
  const wanted = Buffer.from(`Bearer ${token.reveal()}`);
  const got = Buffer.from(header ?? '');
  return got.length === wanted.length && timingSafeEqual(got, wanted);
}

/** Listens. Throws `ServerError` when the port cannot be had. */
export async function startServer(options: ServerOptions, app: Hono): Promise<OpsServer> {
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
