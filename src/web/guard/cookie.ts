/**
 * The cookie of a session. `Secure` where the browser came by https: that a proxy says so can be believed without a
 * setting, because a false word only makes the cookie stricter. Cookies know no ports, so its name has one: two bridges
 * on one machine do not log each other's readers out.
 */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';

const STRICT = { httpOnly: true, sameSite: 'Strict', path: '/' } as const;

const isHttps = (context: Context): boolean =>
  context.req.header('x-forwarded-proto')?.split(',')[0]?.trim().toLowerCase() === 'https';

/** `__Host-`: a browser takes it from this very host alone, and only by https. */
function nameFor(context: Context): string {
  const port = /:(\d{1,5})$/.exec(context.req.header('host') ?? '')?.[1] ?? '';
  return `${isHttps(context) ? '__Host-' : ''}listing_bridge${port}`;
}

export const sessionIdIn = (context: Context): string | undefined => getCookie(context, nameFor(context));

/** It ends with the browser; the session itself ends earlier, if that is later. */
export const writeSession = (context: Context, id: string): void =>
  setCookie(context, nameFor(context), id, { ...STRICT, secure: isHttps(context) });

export const removeSession = (context: Context): void => {
  deleteCookie(context, nameFor(context), { ...STRICT, secure: isHttps(context) });
};
