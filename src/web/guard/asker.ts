/** From where a request comes, as far as its socket and the traces of a proxy say. */
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';

/** A proxy leaves one of these behind: whoever asks is not on this machine. */
const OF_PROXIES = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via'];

export const isProxied = (context: Context): boolean =>
  OF_PROXIES.some((name) => context.req.header(name) !== undefined);

/** Of the socket; behind a proxy all share its one. Empty where there is none. */
export function addressOf(context: Context): string {
  const env: unknown = context.env;
  const isServed = typeof env === 'object' && env !== null && 'incoming' in env;
  return isServed ? (getConnInfo(context).remote.address ?? '') : '';
}

/** Of `Authorization: Bearer`: the token that a program shows. */
export const bearerIn = (context: Context): string | undefined =>
  /^Bearer +(\S.*)$/i.exec(context.req.header('authorization') ?? '')?.[1];
