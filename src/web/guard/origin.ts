/**
 * No page of another site makes a browser ask anything of the bridge: browsers say in `Sec-Fetch-Site` and `Origin`
 * where a request comes from. To follow a link to a page of the bridge is allowed. A request with a bearer token is
 * none that a page could have forged.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { refuse } from '../answer.ts';
import type { AccessOptions } from '../options.ts';
import type { WebEnv } from '../visitor.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

export const isSafeMethod = (method: string): boolean => SAFE.has(method);

export const sameOrigin =
  (access: () => AccessOptions): MiddlewareHandler<WebEnv> =>
  async (context, next) => {
    const isBearer = /^Bearer /i.test(context.req.header('authorization') ?? '');
    if (isBearer || !isForeign(context, access())) return next();
    return refuse(
      context,
      403,
      'refused: a page of another site asks for this; open the page of the bridge itself',
      'cross_origin',
    );
  };

function isForeign(context: Context, access: AccessOptions): boolean {
  const site = context.req.header('sec-fetch-site');
  const isLink = isSafeMethod(context.req.method) && context.req.header('sec-fetch-mode') === 'navigate';
  if ((site === 'cross-site' || site === 'same-site') && !isLink) return true;
  const origin = context.req.header('origin');
  return origin !== undefined && !isSafeMethod(context.req.method) && !isOwnOrigin(origin, context, access);
}

/** A browser has said that a page of the bridge asks. */
export function isFromOwnPage(context: Context, access: AccessOptions): boolean {
  const origin = context.req.header('origin');
  return origin === undefined
    ? context.req.header('sec-fetch-site') === 'same-origin'
    : isOwnOrigin(origin, context, access);
}

/** The scheme is left out: behind a proxy the bridge does not know it. A proxy may also put its own `Host`. */
function isOwnOrigin(origin: string, context: Context, { hosts = [] }: AccessOptions): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host, hostname } = new URL(origin);
  const asked = `${protocol}//${context.req.header('host') ?? ''}`;
  return hosts.includes(hostname) || (URL.canParse(asked) && new URL(asked).host === host);
}
