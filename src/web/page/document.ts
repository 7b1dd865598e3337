/** The beginning and the end of every HTML document of the bridge. Pure. */
import { type Html, html, raw } from './html.ts';

export interface Document {
  readonly title: string;
  /** Links and scripts of the head; absent: it loads nothing. */
  readonly loads?: Html;
  /** Of `<body>`, with a blank before. */
  readonly attributes?: Html;
  readonly body: Html;
}

export const documentOf = ({ title, loads = html``, attributes = html``, body }: Document): Html =>
  html`${raw('<!doctype html>')}<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title} · listing-bridge</title>${loads}</head><body${attributes}>${body}</body></html>`;
