/** The `Host` header is checked, so that a web page cannot reach the bridge through a name of its own (DNS rebinding). */
import type { MiddlewareHandler } from 'hono';
import { isLoopback } from '../../platform/loopback.ts';
import type { ServerOptions } from '../options.ts';

export const knownHost =
  ({ host }: ServerOptions): MiddlewareHandler =>
  async (context, next) => {
    // No browser leaves the header out; health checks that speak HTTP/1.0 do.
    const asked = context.req.header('host')?.replace(/:\d+$/, '');
    if (asked !== undefined && isLoopback(host) && !isLoopback(asked))
      return context.text('unknown host\n', 421);
    return next();
  };
