/** The headers of every answer: nothing is kept, guessed or embedded, and no page runs or loads what is not its own. */
import type { MiddlewareHandler } from 'hono';

/** Of answers for programs: a browser that shows one loads nothing for it. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'";

const OF_PAGES = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const OF_ALL = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  // Not `no-referrer`: then a browser would hide the origin of our own forms as well.
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'x-frame-options': 'DENY',
} as const;

/** A route behind it may set others, such as the lifetime of an asset. */
export const strictHeaders: MiddlewareHandler = async (context, next) => {
  for (const [name, value] of Object.entries(OF_ALL)) context.header(name, value);
  context.header('content-security-policy', NOTHING);
  await next();
  if (context.res.headers.get('content-type')?.startsWith('text/html'))
    context.res.headers.set('content-security-policy', OF_PAGES);
};
