/**
 * Who may do what. On loopback reading is free; elsewhere, or where the bridge is reached through a proxy, it wants
 * the token too. What changes something wants it always: as `Authorization: Bearer`, or as the session of a login,
 * which then has to prove that a page of the bridge itself asks. Nothing is changed where the bridge is read-only.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { isLoopback } from '../../platform/loopback.ts';
import { isBrowser, refuse } from '../answer.ts';
import type { AccessOptions, ServerOptions } from '../options.ts';
import { FORM_TOKEN, FORM_TOKEN_HEADER, type Visitor, type WebEnv } from '../visitor.ts';
import { addressOf, bearerIn, isProxied } from './asker.ts';
import { sessionIdIn } from './cookie.ts';
import { type FailedLogin, type LoginLimit, retryAfter, tooManyTries } from './login-limit.ts';
import { isFromOwnPage, isSafeMethod } from './origin.ts';
import { isSameText } from './same-text.ts';
import type { Session, Sessions } from './sessions.ts';

export interface Permission {
  /** Puts the visitor into the context, and refuses nobody. */
  readonly recognizes: MiddlewareHandler<WebEnv>;
  readonly toRead: MiddlewareHandler<WebEnv>;
  readonly toChange: MiddlewareHandler<WebEnv>;
  /** With a session: a page of the bridge itself asks. For what anybody may do, but not another site for them. */
  readonly ownForm: MiddlewareHandler<WebEnv>;
  /** Whether the one who asked could ask again: for answers that do not end. */
  isStillReader(context: Context<WebEnv>): boolean;
}

/** Of a form, which has a few fields. */
const LARGEST_FORM_BYTES = 64 * 1024;

export function permissionOf(
  { host }: ServerOptions,
  access: () => AccessOptions,
  sessions: Sessions,
  limit: LoginLimit,
  failed: (login: FailedLogin) => void,
): Permission {
  const isFree = (context: Context) =>
    isLoopback(host) && (access().hosts ?? []).length === 0 && !isProxied(context);

  const hasToken = (context: Context): boolean => {
    const { token } = access();
    const bearer = bearerIn(context);
    return token !== undefined && bearer !== undefined && isSameText(bearer, token.reveal());
  };

  /** How long its token is not even looked at, in ms: too many wrong ones came from there. Counts a wrong one. */
  const waitMsOf = (context: Context): number => {
    const bearer = bearerIn(context);
    if (bearer === undefined || access().token === undefined) return 0;
    const address = addressOf(context);
    const by = { bearer, isProxied: isProxied(context) };
    const waitMs = limit.waitMs(address, by);
    if (waitMs > 0 || hasToken(context)) return waitMs;
    const news = limit.failed(address, by);
    if (news !== undefined) failed(news);
    return 0;
  };

  const visitorOf = (context: Context, isBearer: boolean): Visitor => {
    const { token, readOnly: isReadOnly = false } = access();
    const id = isBearer ? undefined : sessionIdIn(context);
    const session: Session | undefined =
      token === undefined || id === undefined ? undefined : sessions.find(id, token);
    const isOwner = isBearer || session !== undefined;
    return {
      who: isOwner ? 'owner' : isFree(context) ? 'reader' : 'nobody',
      mayChange: isOwner && !isReadOnly,
      isReadOnly,
      canLogIn: token !== undefined,
      formToken: session?.formToken,
    };
  };

  /** Without a token in the config nobody may: say so, rather than ask for what does not exist. */
  const wantsToken = (context: Context<WebEnv>): Response | Promise<Response> => {
    if (!context.var.visitor.canLogIn)
      return refuse(context, 403, 'disabled: set server.token in the config to enable it', 'no_token');
    if (isBrowser(context) && isSafeMethod(context.req.method)) {
      const { pathname, search } = new URL(context.req.url);
      return context.redirect(`/login?next=${encodeURIComponent(pathname + search)}`, 303);
    }
    const { waitMs } = context.var;
    if (waitMs > 0) {
      context.header('retry-after', retryAfter(waitMs));
      return refuse(context, 429, tooManyTries(waitMs), 'too_many_tries');
    }
    context.header('www-authenticate', 'Bearer');
    const problem = isBrowser(context)
      ? 'log in first, with server.token of the config'
      : 'this needs the header: Authorization: Bearer <server.token>';
    return refuse(context, 401, problem, 'unauthorized');
  };

  const isSmall = bodyLimit({
    maxSize: LARGEST_FORM_BYTES,
    onError: (context) => refuse(context, 413, 'a form has at most 64 KiB', 'too_large'),
  });

  const ownForm: MiddlewareHandler<WebEnv> = async (context, next) => {
    const { formToken } = context.var.visitor;
    if (formToken === undefined) return next();
    if (!isFromOwnPage(context, access()))
      return refuse(context, 403, 'refused: this did not come from a page of the bridge', 'cross_origin');
    const inHeader = context.req.header(FORM_TOKEN_HEADER);
    if (inHeader !== undefined && isSameText(inHeader, formToken)) return next();
    return isSmall(context, async () => {
      if (isSameText(await formTokenIn(context), formToken)) return next();
      context.res = await refuse(
        context,
        403,
        'refused: this form is of an earlier login; load the page again and repeat',
        'stale_form',
      );
    });
  };

  return {
    recognizes: (context, next) => {
      const waitMs = waitMsOf(context);
      context.set('waitMs', waitMs);
      context.set('visitor', visitorOf(context, waitMs === 0 && hasToken(context)));
      return next();
    },
    async toRead(context, next) {
      return context.var.visitor.who === 'nobody' ? wantsToken(context) : next();
    },
    async toChange(context, next) {
      const { who, mayChange } = context.var.visitor;
      if (who !== 'owner') return wantsToken(context);
      if (!mayChange)
        return refuse(
          context,
          403,
          'this bridge is read-only over HTTP: server.readOnly in its config',
          'read_only',
        );
      return ownForm(context, next);
    },
    ownForm,
    isStillReader: (context) => visitorOf(context, hasToken(context)).who !== 'nobody',
  };
}

async function formTokenIn(context: Context): Promise<string> {
  const type = context.req.header('content-type') ?? '';
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)) return '';
  const { [FORM_TOKEN]: given } = await context.req.parseBody();
  return typeof given === 'string' ? given : '';
}
