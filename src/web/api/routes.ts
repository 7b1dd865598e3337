/** Everything for programs: `/api/…`, `/metrics` and `/-/reload`. */
import { Hono } from 'hono';
import { inTurns } from '../../platform/steps.ts';
import { jsonAnswers } from '../answer.ts';
import type { Permission } from '../guard/permission.ts';
import type { Ops } from '../ops.ts';
import type { WebEnv } from '../visitor.ts';
import { ENDPOINTS } from './endpoints.ts';
import { writingOpenApi } from './openapi.ts';
import { routesOf } from './register.ts';

export function apiRoutes(ops: Ops, permission: Permission): Hono<WebEnv> {
  const { toRead } = permission;
  const json = jsonAnswers(ops);
  const { clock, breathe = () => Promise.resolve() } = ops;
  let document: Promise<unknown> | undefined;
  /** Once: it takes some milliseconds, and stays the same. */
  const openApi = () => {
    document ??= inTurns(writingOpenApi(ENDPOINTS, { version: ops.status().version }), { clock, breathe });
    return document;
  };
  return new Hono<WebEnv>()
    .get('/metrics', toRead, async (context) => {
      const { contentType, text } = await ops.metrics.read();
      return context.body(text, 200, { 'content-type': contentType });
    })
    .get('/api/openapi.json', toRead, async (context) => json(context, await openApi()))
    .route('/', routesOf(ENDPOINTS, ops, permission));
}
