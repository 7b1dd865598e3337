/** A request that is refused, for people. It loads nothing: whoever gets it may not be allowed to. */
import { type Html, html, raw } from './html.ts';

export interface RefusalView {
  readonly status: number;
  readonly problem: string;
  readonly code: string;
}

export const refusalPage = ({ status, problem, code }: RefusalView): Html =>
  html`${raw('<!doctype html>')}<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${status} · listing-bridge</title></head><body><main><h1>${status}</h1><p>${problem} [${code}]</p><p><a href="/">listing-bridge</a></p></main></body></html>`;
