/**
 * The routes, in the order in which a request meets them: guard, health, API, live, login, page. Loopback by default;
 * elsewhere reading wants the token (but for `/healthz`, and for whether `/readyz` is 200 or 503), and what changes
 * something wants it always.
 */
import { Hono, type MiddlewareHandler } from 'hono';
import { refuse } from './answer.ts';
import { apiRoutes } from './api/routes.ts';
import { strictHeaders } from './guard/headers.ts';
import { knownHost } from './guard/host.ts';
import { loginRoutes, logoutRoute } from './guard/login.ts';
import { type FailedLogin, LoginLimit } from './guard/login-limit.ts';
import { rightMethod } from './guard/methods.ts';
import { isSafeMethod, sameOrigin } from './guard/origin.ts';
import { permissionOf } from './guard/permission.ts';
import { Sessions } from './guard/sessions.ts';
import { healthRoutes } from './health.ts';
import { liveRoutes } from './live/routes.ts';
import type { Fragments } from './live/rows-hub.ts';
import type { Ops } from './ops.ts';
import type { AccessOptions, ServerOptions } from './options.ts';
import { pageFragments } from './page/fragments.ts';
import { LastDay } from './page/last-day.ts';
import { pageRoutes } from './page/routes.ts';
import { redactedOps } from './redacted-ops.ts';
import type { WebEnv } from './visitor.ts';

export interface AppParts {
  /** As the config in force has it. */
  readonly access?: () => AccessOptions;
  readonly pages?: Hono<WebEnv>;
  readonly fragments?: Fragments;
}

/** Without a port. */
export function createApp(
  options: ServerOptions,
  ops: Ops,
  { access = () => options, ...parts }: AppParts = {},
): Hono<WebEnv> {
  // Names of destinations are the owner's own, and a day of them is long: nothing in it is redacted.
  const shown = { ...redactedOps(ops), lastDay: new LastDay(ops) };
  const { pages = pageRoutes(shown), fragments = pageFragments(shown) } = parts;
  const sessions = new Sessions(ops.clock);
  const limit = new LoginLimit(ops.clock);
  const loginFailed = (login: FailedLogin) => ops.loginFailed(login);
  const permission = permissionOf(options, access, sessions, limit, loginFailed);
  const app = new Hono<WebEnv>();
  app.use(
    strictHeaders,
    knownHost(options, access),
    sameOrigin(access),
    permission.recognizes,
    rightMethod(app),
  );
  app.route('/', healthRoutes(ops, permission));
  app.route('/', apiRoutes(ops, permission));
  app.route('/', liveRoutes(ops, fragments, permission));
  app.route('/', loginRoutes(access, sessions, limit, loginFailed));
  app.post('/logout', permission.ownForm, logoutRoute(sessions));
  const toReadPage: MiddlewareHandler<WebEnv> = async (context, next) => {
    const isOpen =
      context.req.path.startsWith('/assets/') &&
      (await import('./page/login.ts')).isOfLogin(context.req.path);
    return isOpen ? next() : permission.toRead(context, next);
  };
  // Whatever a page does is guarded here.
  for (const { method, path } of pages.routes)
    if (method !== 'ALL') app.on(method, path, isSafeMethod(method) ? toReadPage : permission.toChange);
  app.route('/', pages);
  app.notFound((context) => refuse(context, 404, 'not found', 'not_found'));
  app.onError((error, context) => {
    // Whoever asks may go away in the middle: that is no bug of ours.
    if (!context.req.raw.signal.aborted) ops.failed(error);
    return refuse(context, 500, 'internal error; see the log', 'internal');
  });
  return app;
}
