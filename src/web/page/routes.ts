/**
 * The page: HTML for people. Its guard has found out who asks: `context.var.visitor`. What makes the pages is loaded with
 * the first of them, so that the start does not wait for it.
 */
import { type Handler, Hono } from 'hono';
import type { WebEnv } from '../visitor.ts';
import type { PageOps } from './page-answer.ts';

type Pages = typeof import('./pages.ts');

export function pageRoutes(ops: PageOps): Hono<WebEnv> {
  const shows =
    (name: keyof Pages): Handler<WebEnv> =>
    async (context) =>
      (await import('./pages.ts'))[name](context, ops);
  return new Hono<WebEnv>()
    .use(async (context, next) => {
      context.set('node', ops.cluster?.node);
      await next();
    })
    .get('/', shows('overviewPage'))
    .get('/announcements', shows('announcementsList'))
    .get('/announcements/:id', shows('oneAnnouncement'))
    .get('/deliveries', shows('deliveriesList'))
    .get('/deliveries/:id', shows('oneDelivery'))
    .post('/deliveries/:id/retry', shows('retryDelivery'))
    .post('/deliveries/:id/discard', shows('discardDelivery'))
    .get('/destinations', shows('allDestinations'))
    .get('/destinations/:name', shows('oneDestination'))
    .get('/latency', shows('latency'))
    .get('/rules', shows('rules'))
    .post('/mutes', shows('mute'))
    .post('/mutes/:id/lift', shows('liftMute'))
    .get('/config', shows('config'))
    .post('/config/reload', shows('reload'))
    .get('/try', shows('trial'))
    .get('/assets/:name', shows('assetOf'));
}
