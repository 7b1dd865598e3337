/** `/login` and `/logout`: a browser shows the token once, and has a session then. */
import { getConnInfo } from '@hono/node-server/conninfo';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { isBrowser, refusal } from '../answer.ts';
import type { AccessOptions } from '../options.ts';
import type { WebEnv } from '../visitor.ts';
import { removeSession, sessionIdIn, writeSession } from './cookie.ts';
import { type FailedLogin, type LoginLimit, MOST_OF_ONE } from './login-limit.ts';
import { isSameText } from './same-text.ts';
import type { Sessions } from './sessions.ts';

const LARGEST_LOGIN_BYTES = 4096;

interface Refused {
  readonly status: ContentfulStatusCode;
  readonly problem: string;
  readonly code: string;
}

const DISABLED: Refused = {
  status: 403,
  problem: 'disabled: set server.token in the config to enable it',
  code: 'no_token',
};

const WRONG: Refused = {
  status: 401,
  problem: 'This is not server.token of the config in force: try again.',
  code: 'wrong_token',
};

export function loginRoutes(
  access: () => AccessOptions,
  sessions: Sessions,
  limit: LoginLimit,
  failed: (login: FailedLogin) => void,
): Hono<WebEnv> {
  const page = async (next: string, problem?: string) =>
    (await import('../page/login.ts')).loginPage({ next, problem });
  const again = async (context: Context, next: string, { status, problem, code }: Refused) =>
    isBrowser(context)
      ? context.html(await page(next, problem), status)
      : context.json(refusal(problem, code), status);
  const isSmall = bodyLimit({
    maxSize: LARGEST_LOGIN_BYTES,
    onError: (context) =>
      again(context, '/', { status: 413, problem: 'A login has at most 4 KiB.', code: 'too_large' }),
  });
  return new Hono<WebEnv>()
    .get('/login', async (context) => {
      const next = safeNext(context.req.query('next'));
      if (context.var.visitor.who === 'owner') return context.redirect(next, 303);
      return access().token === undefined ? again(context, next, DISABLED) : context.html(await page(next));
    })
    .post('/login', isSmall, async (context) => {
      const { token } = access();
      const { token: given, next: wanted } = await context.req.parseBody();
      const next = safeNext(wanted);
      if (token === undefined) return again(context, next, DISABLED);
      const address = addressOf(context);
      const waitMs = limit.waitMs(address);
      if (waitMs > 0) return tooMany(context, next, waitMs);
      if (typeof given !== 'string' || !isSameText(given, token.reveal())) {
        const tries = limit.failed(address);
        // The first of a network and the last one that is tried: at most a hundred lines a minute, whoever tries.
        if (tries === 1 || tries === MOST_OF_ONE)
          failed({ address, tries, isBlocked: tries === MOST_OF_ONE });
        return again(context, next, WRONG);
      }
      const earlier = sessionIdIn(context);
      if (earlier !== undefined) sessions.end(earlier);
      writeSession(context, sessions.begin(token));
      return context.redirect(next, 303);
    });

  function tooMany(context: Context, next: string, waitMs: number) {
    const seconds = Math.ceil(waitMs / 1000);
    context.header('retry-after', String(seconds));
    const problem = `Too many wrong tokens: try again in ${seconds} s.`;
    return again(context, next, { status: 429, problem, code: 'too_many_tries' });
  }
}

/** Ends the session; behind the guard of everything that changes something. */
export const logoutRoute =
  (sessions: Sessions) =>
  (context: Context): Response => {
    const id = sessionIdIn(context);
    if (id !== undefined) sessions.end(id);
    removeSession(context);
    return context.redirect('/', 303);
  };

/** A path of this bridge, whatever a link says: no login leads to another site. */
function safeNext(wanted: unknown): string {
  const isPath = typeof wanted === 'string' && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(wanted);
  return isPath && !/^\/log(in|out)\b/.test(wanted) ? wanted : '/';
}

/** Of the socket; behind a proxy all share its one. */
function addressOf(context: Context): string {
  const env: unknown = context.env;
  const isServed = typeof env === 'object' && env !== null && 'incoming' in env;
  return isServed ? (getConnInfo(context).remote.address ?? '') : '';
}
