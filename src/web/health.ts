/** `/healthz` (the process runs) and `/readyz` (it does its job, or why not). */
import { Hono, type MiddlewareHandler } from 'hono';
import type { Status } from '../ops/status.ts';
import { jsonAnswers } from './answer.ts';
import type { Permission } from './guard/permission.ts';
import type { Ops } from './ops.ts';
import type { WebEnv } from './visitor.ts';
import { statusInTurns } from './whole-status.ts';

export function healthRoutes(ops: Ops, { toRead }: Permission): Hono<WebEnv> {
  const json = jsonAnswers(ops);
  // A load balancer has no token, and wants no more than the status.
  const showsWhy: MiddlewareHandler<WebEnv> = async (context, next) => {
    if (context.req.header('authorization') !== undefined || context.var.visitor.who !== 'nobody')
      return toRead(context, next);
    const { ready } = await statusInTurns(ops);
    return ready ? context.text('ready\n', 200) : context.text('not ready\n', 503);
  };
  return new Hono<WebEnv>()
    .get('/healthz', (context) => context.text('ok\n'))
    .get('/readyz', showsWhy, async (context) => {
      const readiness = readinessOf(await statusInTurns(ops));
      return json(context, readiness, readiness.ready ? 200 : 503);
    });
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
