/** One function for each page: reads what it shows, and answers with the whole of it. */
import type { Context } from 'hono';
import { LISTING_TYPES, PUBLISHERS } from '../../announcement.ts';
import { DELIVERY_STATES } from '../../delivery/delivery.ts';
import type { DryRun } from '../../dry-run.ts';
import { LARGEST_PAGE } from '../../outbox/deliveries.ts';
import type { Ops } from '../ops.ts';
import type { WebEnv } from '../visitor.ts';
import { announcementPage } from './announcement.ts';
import { assetAt } from './assets.ts';
import { deliveriesPage } from './deliveries.ts';
import { destinationsPage } from './destinations.ts';
import { layout, type Page } from './layout.ts';
import { overview } from './overview.ts';
import { problemPage } from './problem.ts';
import { rulesPage } from './rules.ts';
import { type TryFields, tryPage } from './try.ts';

type At = Context<WebEnv>;

/** In seconds: a year, the longest that is kept. */
const FOR_GOOD = 31_536_000;

export async function overviewPage(context: At, ops: Ops): Promise<Response> {
  const body = overview(ops.status(), ops.figures);
  return page(context, { title: 'Overview', path: '/', body, isLive: true });
}

export async function oneAnnouncement(context: At, ops: Ops): Promise<Response> {
  const answer = await ops.decision(context.req.param('id') ?? '');
  if (!answer.ok) return problem(context, 503, 'The store cannot be read', answer.message);
  if (answer.value === undefined || answer.value.content.kind !== 'news')
    return problem(
      context,
      404,
      'No such announcement',
      'The store does not have it. Those that are older than `store.retention` are deleted.',
    );
  const { content, ...decision } = answer.value;
  const { announcement } = content;
  const body = announcementPage({ ...decision, announcement }, context.var.visitor);
  return page(context, { title: announcement.tickers.join(', ') || announcement.publisher, path: '', body });
}

export async function deliveriesList(context: At, ops: Ops): Promise<Response> {
  const state = DELIVERY_STATES.find((one) => one === context.req.query('state'));
  const destination = context.req.query('destination')?.trim() || undefined;
  const before = context.req.query('before');
  const answer = await ops.page({ state, destination, before, limit: LARGEST_PAGE });
  if (!answer.ok) return problem(context, 503, 'The store cannot be read', answer.message);
  const destinations = ops.status().destinations.map(({ name }) => name);
  const view = { state, destination, destinations: destinations.slice(0, MOST_NAMES), page: answer.value };
  const body = deliveriesPage(view, context.var.visitor);
  return page(context, { title: 'Deliveries', path: '/deliveries', body });
}

/** Names that a field suggests. */
const MOST_NAMES = 200;

export async function allDestinations(context: At, ops: Ops): Promise<Response> {
  const body = destinationsPage(ops.status().destinations, ops.figures);
  return page(context, { title: 'Destinations', path: '/destinations', body });
}

export async function rules(context: At, ops: Ops): Promise<Response> {
  const body = rulesPage({ rules: ops.rules(), tables: ops.status().tables });
  return page(context, { title: 'Rules', path: '/rules', body });
}

export async function trial(context: At, ops: Ops): Promise<Response> {
  const field = (name: string) => context.req.query(name)?.trim() ?? '';
  const fields = {
    ...{ publisher: field('publisher'), listingType: field('listingType') },
    ...{ tickers: field('tickers'), title: field('title') },
  };
  const body = tryPage({
    fields,
    publishers: PUBLISHERS,
    listingTypes: LISTING_TYPES,
    result: triedWith(fields, ops),
    look: ops.look,
  });
  return page(context, { title: 'Try a title', path: '/try', body });
}

function triedWith(
  { publisher, listingType, tickers, title }: TryFields,
  ops: Ops,
): DryRun | string | undefined {
  if ([publisher, listingType, tickers, title].every((text) => text === '')) return undefined;
  const named = tickers.split(/[\s,]+/).filter((ticker) => ticker !== '');
  const tried = ops.dryRun({
    ...{ publisher: publisher || undefined, listingType: listingType || undefined },
    ...{ tickers: named.length === 0 ? undefined : named, title },
  });
  return tried ?? 'This is no announcement: it needs at least a title or a ticker.';
}

const problem = (context: At, status: 404 | 503, title: string, sentence: string): Promise<Response> =>
  page(context, { title, path: '', body: problemPage(title, sentence) }, status);

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

const page = async (
  context: At,
  shown: Omit<Page, 'visitor'>,
  status: 200 | 404 | 503 = 200,
): Promise<Response> => context.html(await layout({ ...shown, visitor: context.var.visitor }), status);
