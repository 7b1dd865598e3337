/** One function for each page: reads what it shows, and answers with the whole of it. */
import { LISTING_TYPES, PUBLISHERS } from '../../announcement.ts';
import type { DryRun } from '../../dry-run.ts';
import type { StoreAnswer } from '../../outbox/deliveries.ts';
import { inTurns } from '../../platform/steps.ts';
import type { OneChange, Ops } from '../ops.ts';
import { announcementPage } from './announcement.ts';
import { assetAt } from './assets.ts';
import { configPage, MOST_CONFIG_TEXT } from './config.ts';
import { configText } from './config-text.ts';
import { deliveryPage } from './deliveries.ts';
import { html } from './html.ts';
import { overview } from './overview.ts';
import { type At, knownBy, type PageOps, page, problem } from './page-answer.ts';
import { notice } from './problem.ts';
import { rulesPage } from './rules.ts';
import { type TryFields, tryPage } from './try.ts';

export { allDestinations, oneDestination } from './destination-pages.ts';
export { latency } from './latency-pages.ts';
export { announcementsList, deliveriesList } from './list-pages.ts';
export { liftMute, mute } from './mute-forms.ts';

/** In seconds: a year, the longest that is kept. */
const FOR_GOOD = 31_536_000;

export async function overviewPage(context: At, ops: PageOps): Promise<Response> {
  await ops.lastDay?.freshened();
  const status = await ops.wholeStatus();
  const body = overview(status, knownBy(ops, status.mutes));
  return page(context, { title: 'Overview', path: '/', body, isLive: true });
}

const GONE = 'The store does not have it. Rows that are older than `store.retention` are deleted.';

export async function oneAnnouncement(context: At, ops: Ops): Promise<Response> {
  const answer = await ops.decision(context.req.param('id') ?? '');
  if (!answer.ok) return problem(context, 503, 'The store cannot be read', answer.message);
  if (answer.value === undefined || answer.value.content.kind !== 'news')
    return problem(context, 404, 'No such announcement', GONE);
  const { content, ...decision } = answer.value;
  const { announcement } = content;
  const body = announcementPage({ ...decision, announcement }, context.var.visitor);
  return page(context, { title: announcement.tickers.join(', ') || announcement.publisher, path: '', body });
}

/** By the config that they show, as long as it is in force: to write a hundred thousand characters of YAML makes megabytes of garbage. */
const written = new WeakMap<object, Promise<string>>();

function configShown(ops: PageOps): Promise<string> {
  const { clock, redact, breathe = () => Promise.resolve() } = ops;
  const { config: inForce } = ops.config();
  const known = written.get(inForce);
  if (known !== undefined) return known;
  const text = inTurns(configText(inForce, redact, MOST_CONFIG_TEXT), { clock, breathe });
  written.set(inForce, text);
  text.catch(() => written.delete(inForce));
  return text;
}

export async function config(context: At, ops: PageOps): Promise<Response> {
  const effective = await configShown(ops);
  const { config: inForce } = await ops.wholeStatus();
  const view = { config: inForce, effective, lastReload: ops.lastReload(), nowMs: ops.clock.wallMs() };
  const body = configPage(view, context.var.visitor);
  return page(context, { title: 'Config', path: '/config', body });
}

export async function reload(context: At, ops: Ops): Promise<Response> {
  const reloaded = await ops.reload();
  if (reloaded.ok) return context.redirect('/config', 303);
  return problem(context, 422, 'The file was rejected', reloaded.problems.join(' '));
}

export async function oneDelivery(context: At, ops: Ops): Promise<Response> {
  const id = context.req.param('id') ?? '';
  const answer = await ops.find(id);
  if (!answer.ok) return problem(context, 503, 'The store cannot be read', answer.message);
  const found = answer.value.find(({ delivery }) => delivery.delivery.id === id);
  if (found === undefined) return problem(context, 404, 'No such delivery', GONE);
  const done = DONE[context.req.query('done') as keyof typeof DONE];
  const shown = deliveryPage(found, context.var.visitor);
  const body = done === undefined ? shown : html`${notice(done)}${shown}`;
  return page(context, { title: found.delivery.delivery.destination, path: '/deliveries', body });
}

const DONE = {
  retry: 'Queued: the bridge sends it within a second. Load the page again to see the answer.',
  discard: 'Cancelled: it is not sent any more.',
} as const;

export const retryDelivery = (context: At, ops: Ops): Promise<Response> =>
  changed(context, 'retry', (id) => ops.retry(id, false));

export const discardDelivery = (context: At, ops: Ops): Promise<Response> =>
  changed(context, 'discard', (id) => ops.discard(id));

async function changed(
  context: At,
  what: keyof typeof DONE,
  change: (id: string) => Promise<StoreAnswer<OneChange>>,
): Promise<Response> {
  const id = context.req.param('id') ?? '';
  const answer = await change(id);
  if (!answer.ok) return problem(context, 503, 'The store cannot be changed', answer.message);
  const { value } = answer;
  if (!value.ok) return problem(context, value.code === 'unknown' ? 404 : 409, 'Unchanged', value.problem);
  return context.redirect(`/deliveries/${encodeURIComponent(id)}?done=${what}`, 303);
}

/** Of more, those that matched most. */
const MOST_RULES = 200;

export async function rules(context: At, ops: Ops): Promise<Response> {
  const stored = await ops.mutes.list();
  const mutes = stored.ok ? stored.value : stored.message;
  const nowMs = ops.clock.wallMs();
  const shown = await ops.rules(MOST_RULES);
  const moreRules = Array.from(ops.names().rules).length - shown.length;
  const view = { rules: shown, moreRules, tables: ops.tables(), mutes, cooldowns: ops.cooldowns(), nowMs };
  const body = rulesPage(view, context.var.visitor);
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
    result: await triedWith(fields, ops),
    look: ops.look,
  });
  return page(context, { title: 'Try a title', path: '/try', body });
}

/** As many as somebody looks at. */
const MOST_TRIED = { rules: 100, requests: 30 } as const;

async function triedWith(
  { publisher, listingType, tickers, title }: TryFields,
  ops: Ops,
): Promise<DryRun | string | undefined> {
  if ([publisher, listingType, tickers, title].every((text) => text === '')) return undefined;
  const named = tickers.split(/[\s,]+/).filter((ticker) => ticker !== '');
  const given = {
    ...{ publisher: publisher || undefined, listingType: listingType || undefined },
    ...{ tickers: named.length === 0 ? undefined : named, title },
  };
  const tried = await ops.dryRun(given, MOST_TRIED);
  return tried ?? 'This is no announcement: it needs at least a title or a ticker.';
}

/** Under a name that changes with its content. */
export async function assetOf(context: At, _ops: Ops): Promise<Response> {
  const asset = await assetAt(context.req.path);
  if (asset === undefined) return context.text('not found\n', 404);
  const takesGzip = /\bgzip\b/.test(context.req.header('accept-encoding') ?? '');
  return context.body(takesGzip ? asset.gzipped : asset.plain, 200, {
    'content-type': asset.contentType,
    'cache-control': `public, max-age=${FOR_GOOD}, immutable`,
    vary: 'accept-encoding',
    ...(takesGzip && { 'content-encoding': 'gzip' }),
  });
}
