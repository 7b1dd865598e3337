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

export const forPrograms: MiddlewareHandler = (context, next) => {
  context.header('cache-control', 'no-store');
  context.header('x-content-type-options', 'nosniff');
  context.header('referrer-policy', 'no-referrer');
  context.header('content-security-policy', NOTHING);
  return next();
};

export const forPages: MiddlewareHandler = (context, next) => {
  context.header('content-security-policy', OF_PAGES);
  return next();
};
