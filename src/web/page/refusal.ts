/** A request that is refused, for people. It loads what the login loads: whoever gets it may not be allowed to read more. */
import { documentOf } from './document.ts';
import { type Html, html } from './html.ts';
import { LOOK } from './layout.ts';

export interface RefusalView {
  readonly status: number;
  readonly problem: string;
  readonly code: string;
}

export const refusalPage = ({ status, problem, code }: RefusalView): Html =>
  documentOf({
    title: String(status),
    loads: LOOK,
    body: html`<main id="main" class="alone"><h1>${TITLES[status] ?? 'Refused'} <span class="tag">HTTP ${status}</span></h1><p>${problem} [${code}]</p><p><a href="/">Back to the overview</a></p></main>`,
  });

const TITLES: Readonly<Record<number, string>> = {
  404: 'There is no such page',
  429: 'Too many tries',
  500: 'Something went wrong here',
};
