/** The page asks for the token once. It loads nothing that needs it. */
import { ASSETS } from './assets.ts';
import { documentOf } from './document.ts';
import { type Html, html } from './html.ts';
import { LOOK } from './layout.ts';

export interface LoginView {
  /** Where to go then: a path of the bridge. */
  readonly next: string;
  /** Why the last try was refused. */
  readonly problem: string | undefined;
}

/** Served before the login; nothing else is. */
export const isOfLogin = (path: string): boolean => path === ASSETS.style.url || path === ASSETS.icon.url;

export const loginPage = ({ next, problem }: LoginView): Html =>
  documentOf({
    title: 'Log in',
    loads: LOOK,
    body: html`
<main id="main" class="alone"><h1>listing-bridge</h1>${problem === undefined ? '' : html`<p role="alert">${problem}</p>`}
<form method="post" action="/login"><input type="hidden" name="next" value="${next}"><p><label for="token">Token: <code>server.token</code> of the config</label></p><p class="line"><input id="token" name="token" type="password" autocomplete="current-password" required autofocus> <button>Log in</button></p></form></main>`,
  });
