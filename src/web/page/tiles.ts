/** A few figures side by side, each with its name. Pure. */
import { each, type Html, html } from './html.ts';

export const tiles = (all: readonly (readonly [name: string, value: string])[]): Html =>
  html`<dl class="tiles">${each(all, ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
