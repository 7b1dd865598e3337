/** The frame of every page: head, navigation, who is looking, and the end. Pure. */
import { FORM_TOKEN, type Visitor } from '../visitor.ts';
import { ASSETS } from './assets.ts';
import { documentOf } from './document.ts';
import { each, type Html, html, raw } from './html.ts';

export interface Page {
  readonly title: string;
  /** Path of its entry in the navigation. */
  readonly path: string;
  readonly visitor: Visitor;
  /** Of a cluster: whose page it is. */
  readonly node?: string | undefined;
  readonly body: Html;
  /** More links and scripts of the head. */
  readonly loads?: Html;
  /** It shows rows as they come. */
  readonly isLive?: boolean;
}

const PLACES = [
  ['/', 'Overview'],
  ['/announcements', 'Announcements'],
  ['/deliveries', 'Deliveries'],
  ['/destinations', 'Destinations'],
  ['/latency', 'Latency'],
  ['/rules', 'Rules'],
  ['/try', 'Try a title'],
  ['/config', 'Config'],
] as const;

export const layout = ({ title, path, visitor, node, body, loads = html``, isLive = false }: Page): Html =>
  documentOf({
    title,
    loads: html`${LOOK}<script defer src="${ASSETS.script.url}"></script>${loads}`,
    attributes: isLive ? html` data-live="/live"` : html``,
    body: html`<a class="skip" href="#main">Skip to the content</a>
<header class="top"><div class="wide"><a class="brand" href="/">listing-bridge</a>${node === undefined ? '' : html`<a class="tag node" href="/#nodes" title="node ${node} of a cluster">${node}</a>`}<nav aria-label="pages"><ul>${each(
      PLACES,
      ([href, name]) =>
        html`<li><a href="${href}"${href === path ? raw(' aria-current="page"') : ''}>${name}</a></li>`,
    )}</ul></nav><div class="session">${isLive ? html`<span class="live" role="status" hidden>live</span>` : ''}${session(visitor)}</div></div></header>
<main id="main" class="wide">${body}</main>
<footer class="end"><div class="wide">Times are by this server’s clock. The same as data: <a href="/api/status">/api/status</a>, <a href="/metrics">/metrics</a>, <a href="/api/openapi.json">/api/openapi.json</a>.</div></footer>`,
  });

/** Icon and style. */
export const LOOK = html`<link rel="icon" href="${ASSETS.icon.url}"><link rel="stylesheet" href="${ASSETS.style.url}">`;

function session(visitor: Visitor): Html {
  if (visitor.formToken !== undefined)
    return html`<form class="inline" method="post" action="/logout">${hiddenCsrf(visitor)}<button class="quiet">Log out</button></form>`;
  return visitor.who === 'reader' && visitor.canLogIn ? html`<a href="/login">Log in</a>` : html``;
}

export const hiddenCsrf = ({ formToken }: Visitor): Html =>
  formToken === undefined ? html`` : html`<input type="hidden" name="${FORM_TOKEN}" value="${formToken}">`;

/** `spare`: it gives way where the screen is narrow. */
export type Heading = string | readonly [name: string, kind: 'number', spare?: 'spare'];

/** A table that becomes blocks on a phone. `id`: of its body, where live rows go. */
export const table = (
  headings: readonly Heading[],
  rows: Html,
  { caption, id }: { readonly caption?: string; readonly id?: string } = {},
): Html =>
  html`<div class="table"><table class="rows">${caption === undefined ? '' : html`<caption>${caption}</caption>`}<thead><tr>${each(
    headings,
    (heading) => {
      const [name, ...classes] = typeof heading === 'string' ? [heading] : heading;
      return html`<th scope="col"${classes.length === 0 ? '' : html` class="${classes.join(' ')}"`}>${name}</th>`;
    },
  )}</tr></thead><tbody${id === undefined ? '' : raw(` id="${id}"`)}>${rows}</tbody></table></div>`;

/** Of a cluster: whose rows are not among these. */
export const missingNodes = (missing: readonly string[] | undefined): Html =>
  missing === undefined
    ? html``
    : html`<ul class="problems">${each(missing, (one) => html`<li>! ${one}.</li>`)}</ul>`;

/** Nothing there yet, and what would be. */
export const empty = (...sentences: readonly (string | Html)[]): Html =>
  html`<div class="empty">${paragraphs(sentences)}</div>`;

/** A page of a list without a row. `none`: for a store that has nothing at all. */
export function nothingFits(
  {
    typed,
    hint,
    before,
    next,
  }: {
    readonly typed: { readonly values: object; readonly faults: readonly string[] };
    readonly hint: string | undefined;
    readonly before: string | undefined;
    readonly next: string | undefined;
  },
  none: string,
): Html {
  if (next !== undefined) return empty('Nothing fits among those looked through so far: go on with “older”.');
  if (before !== undefined) return empty('Nothing older fits.');
  if (Object.keys(typed.values).length + typed.faults.length === 0) return empty(none);
  return empty('Nothing in the store fits.', ...(hint === undefined ? [] : [html`! ${hint}.`]));
}

/** The same where live rows will go (`table`): the first of them loads the page again. */
export const awaiting = (id: string, ...sentences: readonly (string | Html)[]): Html =>
  html`<div class="empty" data-awaits="${id}">${paragraphs(sentences)}</div>`;

const paragraphs = (sentences: readonly (string | Html)[]): Html =>
  each(sentences, (sentence) => html`<p>${sentence}</p>`);
