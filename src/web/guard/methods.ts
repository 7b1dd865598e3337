/** Which methods a path takes, for requests with another one: the routes themselves are asked. */
import type { Hono, MiddlewareHandler } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { refuse } from '../answer.ts';
import type { WebEnv } from '../visitor.ts';

/** No CORS: `OPTIONS` says what there is, and permits no other site anything. */
export const rightMethod = (app: Hono<WebEnv>): MiddlewareHandler =>
  methodNotAllowed<WebEnv>({
    app,
    onMethodNotAllowed(context, methods) {
      const allow = [...new Set(methods)].join(', ');
      context.header('allow', allow);
      return context.req.method === 'OPTIONS'
        ? context.body(null, 204)
        : refuse(context, 405, `use the method ${allow}`, 'wrong_method');
    },
  });
