/**
 * Who may do what. On loopback reading is free; elsewhere it wants the token too. What changes something wants it
 * always.
 */
import { timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { isLoopback } from '../../platform/loopback.ts';
import type { Secret } from '../../platform/secret.ts';
import type { ServerOptions } from '../options.ts';
import type { Visitor, WebEnv } from '../visitor.ts';

export interface Permission {
  /** Puts the visitor into the context, and refuses nobody. */
  readonly recognizes: MiddlewareHandler<WebEnv>;
  readonly toRead: MiddlewareHandler<WebEnv>;
  readonly toChange: MiddlewareHandler<WebEnv>;
}

export function permissionOf({ host, token }: ServerOptions): Permission {
  const isOpen = isLoopback(host);
  const visitorOf = (header: string | undefined): Visitor => {
    if (token !== undefined && isAllowed(header, token)) return { who: 'owner' };
    return { who: isOpen ? 'reader' : 'nobody' };
  };
  const needs =
    (...allowed: readonly Visitor['who'][]): MiddlewareHandler<WebEnv> =>
    async (context, next) => {
      if (allowed.includes(context.var.visitor.who)) return next();
      // Without a token in the config nobody may: say so, rather than ask for what does not exist.
      if (token === undefined)
        return context.text('disabled: set server.token in the config to enable it\n', 403);
      context.header('www-authenticate', 'Bearer');
      return context.text('this needs the header: Authorization: Bearer <server.token>\n', 401);
    };
  return {
    recognizes: (context, next) => {
      context.set('visitor', visitorOf(context.req.header('authorization')));
      return next();
    },
    toRead: needs('reader', 'owner'),
    toChange: needs('owner'),
  };
}

/** Compares in constant time. */
function isAllowed(header: string | undefined, token: Secret): boolean {
  const wanted = Buffer.from(`Bearer ${token.reveal()}`);
  const got = Buffer.from(header ?? '');
  return got.length === wanted.length && timingSafeEqual(got, wanted);
}
