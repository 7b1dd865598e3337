/** The page: HTML for people. Its guard has found out who asks: `context.var.visitor`. */
import { Hono } from 'hono';
import type { Ops } from '../ops.ts';
import type { WebEnv } from '../visitor.ts';

export function pageRoutes(ops: Ops): Hono<WebEnv> {
  return new Hono<WebEnv>().get('/', (context) => context.html(`listing-bridge ${ops.status().version}`));
}
