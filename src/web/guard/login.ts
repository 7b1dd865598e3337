/** `/login` and `/logout`: a browser shows the token once, and has a session then. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { isBrowser, refusal } from '../answer.ts';
import type { AccessOptions } from '../options.ts';
import type { WebEnv } from '../visitor.ts';
import { addressOf, isProxied } from './asker.ts';
import { removeSession, sessionIdIn, writeSession } from './cookie.ts';
import { type FailedLogin, type LoginLimit, retryAfter, tooManyTries } from './login-limit.ts';
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
      const by = { isProxied: isProxied(context) };
      const waitMs = limit.waitMs(address, by);
      if (waitMs > 0) return tooMany(context, next, waitMs);
      if (typeof given !== 'string' || !isSameText(given, token.reveal())) {
        const news = limit.failed(address, by);
        if (news !== undefined) failed(news);
        return again(context, next, WRONG);
      }
      const earlier = sessionIdIn(context);
      if (earlier !== undefined) sessions.end(earlier);
      writeSession(context, sessions.begin(token));
      return context.redirect(next, 303);
    });

  function tooMany(context: Context, next: string, waitMs: number) {
    context.header('retry-after', retryAfter(waitMs));
    return again(context, next, { status: 429, problem: tooManyTries(waitMs), code: 'too_many_tries' });
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
