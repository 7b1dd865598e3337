/** The page asks for the token once. It loads nothing that needs it. */
import { ASSETS } from './assets.ts';
import { type Html, html, raw } from './html.ts';

export interface LoginView {
  /** Where to go then: a path of the bridge. */
  readonly next: string;
  /** Why the last try was refused. */
  readonly problem: string | undefined;
}

/** Served before the login; nothing else is. */
export const isOfLogin = (path: string): boolean => path === ASSETS.style.url || path === ASSETS.icon.url;

export const loginPage = ({ next, problem }: LoginView): Html =>
  html`${raw('<!doctype html>')}<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Log in · listing-bridge</title><link rel="icon" href="${ASSETS.icon.url}"><link rel="stylesheet" href="${ASSETS.style.url}"></head><body>
<main id="main" class="wide"><h1>listing-bridge</h1>${problem === undefined ? '' : html`<p role="alert">${problem}</p>`}
<form method="post" action="/login"><input type="hidden" name="next" value="${next}"><p><label for="token">Token: <code>server.token</code> of the config</label></p><p><input id="token" name="token" type="password" autocomplete="current-password" required autofocus> <button>Log in</button></p></form></main></body></html>`;
