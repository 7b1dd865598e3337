/** Everything for programs: `/api/…`, `/metrics` and `/-/reload`. */
import { Hono } from 'hono';
import { jsonAnswers } from '../answer.ts';
import type { Permission } from '../guard/permission.ts';
import type { Ops } from '../ops.ts';
import type { WebEnv } from '../visitor.ts';
import { announcementRoutes } from './announcements.ts';
import { muteRoutes } from './mutes.ts';

export function apiRoutes(ops: Ops, permission: Permission): Hono<WebEnv> {
  const { toRead, toChange } = permission;
  const json = jsonAnswers(ops);
  return new Hono<WebEnv>()
    .get('/api/status', toRead, (context) => json(context, ops.status()))
    .get('/metrics', toRead, async (context) => {
      const { contentType, text } = await ops.metrics.read();
      return context.body(text, 200, { 'content-type': contentType });
    })
    .post('/-/reload', toChange, async (context) => {
      const reloaded = await ops.reload();
      return json(context, reloaded, reloaded.ok ? 200 : 422);
    })
    .route('/', announcementRoutes(ops, permission))
    .route('/', muteRoutes(ops, permission));
}
