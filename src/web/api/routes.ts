/** Everything for programs: `/api/…`, `/metrics` and `/-/reload`. */
import { Hono } from 'hono';
import { jsonAnswers } from '../answer.ts';
import type { Permission } from '../guard/permission.ts';
import type { Ops } from '../ops.ts';
import type { WebEnv } from '../visitor.ts';
import { ENDPOINTS } from './endpoints.ts';
import { openApi } from './openapi.ts';
import { routesOf } from './register.ts';

export function apiRoutes(ops: Ops, permission: Permission): Hono<WebEnv> {
  const { toRead } = permission;
  const json = jsonAnswers(ops);
  return new Hono<WebEnv>()
    .get('/metrics', toRead, async (context) => {
      const { contentType, text } = await ops.metrics.read();
      return context.body(text, 200, { 'content-type': contentType });
    })
    .get('/api/openapi.json', toRead, (context) =>
      json(context, openApi(ENDPOINTS, { version: ops.status().version })),
    )
    .route('/', routesOf(ENDPOINTS, ops, permission));
}
