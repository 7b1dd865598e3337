/** Streams that do not end: `/api/events` for programs, `/live` for the page. */
import { ServerResponse } from 'node:http';
import { type Context, Hono } from 'hono';
import { refuse } from '../answer.ts';
import type { Permission } from '../guard/permission.ts';
import type { Ops } from '../ops.ts';
import type { WebEnv } from '../visitor.ts';
import { EventsHub } from './events-hub.ts';
import { EVENT_KINDS } from './public-event.ts';
import { type Fragments, RowsHub } from './rows-hub.ts';
import { type Bytes, lastIdOf } from './sse.ts';
import type { Viewer, Viewers } from './viewers.ts';

/** In seconds. */
const LATER = '10';

const tooMany = (context: Context) => {
  context.header('retry-after', LATER);
  return refuse(
    context,
    503,
    'too many viewers watch already: close a page or a program',
    'too_many_viewers',
  );
};

export function liveRoutes(
  ops: Ops,
  fragments: Fragments,
  { toRead, isStillReader }: Permission,
): Hono<WebEnv> {
  const { clock, redact, failed, breathe = () => Promise.resolve() } = ops;
  const listen = (listener: Parameters<Ops['listen']>[0]) => ops.listen(listener);
  const events = new EventsHub({ listen, clock, redact });
  const rows = new RowsHub({ listen, clock, fragments, failed, breathe });
  const viewerOf = (context: Context<WebEnv>, kinds?: ReadonlySet<string>): Omit<Viewer, 'left'> => ({
    kinds,
    isStillAllowed: () => isStillReader(context),
    cut: cutOf(context.env),
  });
  const stream = async (context: Context<WebEnv>, viewers: Viewers, open: () => ReadableStream<Bytes>) => {
    if (viewers.isFull) return tooMany(context);
    context.header('content-type', 'text/event-stream; charset=utf-8');
    // A proxy that gathers bytes would make it late.
    context.header('x-accel-buffering', 'no');
    return context.req.method === 'HEAD' ? context.body(null) : context.body(open());
  };
  return new Hono<WebEnv>()
    .get('/api/events', toRead, (context) => {
      const kinds = context.req.query('kinds')?.split(',');
      const unknown = kinds?.find((kind) => !(EVENT_KINDS as readonly string[]).includes(kind));
      if (unknown !== undefined)
        return refuse(
          context,
          400,
          `kinds: a list of ${EVENT_KINDS.join(', ')}, with commas in between`,
          'wrong_query',
        );
      const viewer = viewerOf(context, kinds && new Set(kinds));
      return stream(context, events.viewers, () => events.watch(viewer, lastIdOf(context.req)));
    })
    .get('/live', toRead, (context) => {
      const viewer = viewerOf(context);
      return stream(context, rows.viewers, () => rows.watch(viewer, lastIdOf(context.req)));
    });
}

/** Of the connection that a server gives with a request. */
function cutOf(env: unknown): (() => void) | undefined {
  if (typeof env !== 'object' || env === null || !('outgoing' in env)) return undefined;
  const { outgoing } = env;
  return outgoing instanceof ServerResponse ? () => void outgoing.destroy() : undefined;
}
