/**
 * The routes, in the order in which a request meets them: guard, health, API, page. Loopback by default; elsewhere
 * reading wants the token (but for `/healthz`, and for whether `/readyz` is 200 or 503), and what changes something
 * wants it always.
 */
import { type Handler, Hono } from 'hono';
import { apiRoutes } from './api/routes.ts';
import { forPages, forPrograms } from './guard/headers.ts';
import { knownHost } from './guard/host.ts';
import { permissionOf } from './guard/permission.ts';
import { healthRoutes } from './health.ts';
import type { Ops } from './ops.ts';
import type { ServerOptions } from './options.ts';
import { pageRoutes } from './page/routes.ts';
import type { WebEnv } from './visitor.ts';

/** Without a port. */
export function createApp(options: ServerOptions, ops: Ops): Hono<WebEnv> {
  const permission = permissionOf(options);
  const app = new Hono<WebEnv>();
  app.use(knownHost(options), forPrograms, permission.recognizes);
  app.route('/', healthRoutes(options, ops, permission));
  app.route('/', apiRoutes(ops, permission));
  for (const path of ['/healthz', '/readyz', '/api/status', '/metrics']) app.all(path, onlyWith('GET, HEAD'));
  for (const path of ['/-/reload', '/api/announcements']) app.all(path, onlyWith('POST'));
  app.use(forPages, permission.toRead);
  app.route('/', pageRoutes(ops));
  app.notFound((context) => context.text('not found\n', 404));
  app.onError((error, context) => {
    ops.failed(error);
    return context.text('internal error; see the log\n', 500);
  });
  return app;
}

const onlyWith =
  (methods: string): Handler =>
  (context) =>
    context.text(`use the method ${methods}\n`, 405, { allow: methods });
