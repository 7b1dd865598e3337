/**
 * The `Host` header is checked, so that a web page cannot reach the bridge through a name of its own (DNS rebinding).
 * Only a name can be turned on another machine: an address cannot.
 */
import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { isLoopback } from '../../platform/loopback.ts';
import { refuse } from '../answer.ts';
import type { AccessOptions, ServerOptions } from '../options.ts';
import type { WebEnv } from '../visitor.ts';

/** Without its port. */
const hostNameOf = (host: string): string => host.replace(/:\d+$/, '').toLowerCase();

const isAddress = (name: string): boolean => isIP(name.replace(/^\[|\]$/g, '')) !== 0;

/** `name`: that a browser calls the bridge by. */
function isOwnName(name: string, { host }: ServerOptions, { hosts = [] }: AccessOptions): boolean {
  if (isLoopback(name) || hosts.includes(name)) return true;
  if (isLoopback(host)) return false;
  return hosts.length === 0 || isAddress(name);
}

export const knownHost =
  (options: ServerOptions, access: () => AccessOptions): MiddlewareHandler<WebEnv> =>
  async (context, next) => {
    // No browser leaves the header out; health checks that speak HTTP/1.0 do.
    const host = context.req.header('host');
    if (host === undefined || isOwnName(hostNameOf(host), options, access())) return next();
    return refuse(
      context,
      421,
      'unknown host: use the address that the bridge listens at, or add this name to server.hosts in the config',
      'unknown_host',
    );
  };
