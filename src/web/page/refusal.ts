/** A request that is refused, for people. It loads nothing: whoever gets it may not be allowed to. */
import { documentOf } from './document.ts';
import { type Html, html } from './html.ts';

export interface RefusalView {
  readonly status: number;
  readonly problem: string;
  readonly code: string;
}

export const refusalPage = ({ status, problem, code }: RefusalView): Html =>
  documentOf({
    title: String(status),
    body: html`<main><h1>${status}</h1><p>${problem} [${code}]</p><p><a href="/">listing-bridge</a></p></main>`,
  });
