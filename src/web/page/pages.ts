/** One function for each page: reads what it shows, and answers with the whole of it. */
import type { Context } from 'hono';
import type { Ops } from '../ops.ts';
import type { WebEnv } from '../visitor.ts';
import { assetAt } from './assets.ts';
import { layout, type Page, type Viewer } from './layout.ts';
import { overview } from './overview.ts';

type At = Context<WebEnv>;

/** In seconds: a year, the longest that is kept. */
const FOR_GOOD = 31_536_000;

export async function overviewPage(context: At, ops: Ops): Promise<Response> {
  const body = overview(ops.status(), ops.figures);
  return answer(context, { title: 'Overview', path: '/', body, isLive: true });
}

/** Under a name that changes with its content. */
export async function assetOf(context: At, _ops: Ops): Promise<Response> {
  const asset = assetAt(context.req.path);
  if (asset === undefined) return context.text('not found\n', 404);
  const takesGzip = /\bgzip\b/.test(context.req.header('accept-encoding') ?? '');
  return context.body(takesGzip ? asset.gzipped : asset.plain, 200, {
    'content-type': asset.contentType,
    'cache-control': `public, max-age=${FOR_GOOD}, immutable`,
    vary: 'accept-encoding',
    ...(takesGzip && { 'content-encoding': 'gzip' }),
  });
}

const answer = async (context: At, page: Omit<Page, 'viewer'>): Promise<Response> =>
  context.html(await layout({ ...page, viewer: viewerOf(context) }));

function viewerOf({ var: { visitor } }: At): Viewer {
  const { who, mayChange, isReadOnly, canLogIn, formToken } = visitor;
  return {
    canChange: mayChange,
    whyNot: isReadOnly ? READ_ONLY : canLogIn ? undefined : NO_TOKEN,
    csrf: formToken,
    session: formToken !== undefined ? 'in' : canLogIn && who !== 'owner' ? 'out' : 'none',
  };
}

const READ_ONLY = 'This bridge is read-only over HTTP: server.readOnly in its config.';
const NO_TOKEN = 'Nothing can be changed here, because the config has no server.token.';
