/** The page asks for the token once. It loads nothing that needs it, but for `LOGIN_STYLE`. */
import { html } from 'hono/html';

export interface LoginView {
  /** Where to go then: a path of the bridge. */
  readonly next: string;
  /** Why the last try was refused. */
  readonly problem: string | undefined;
}

/** The one asset that is served before the login. */
export const LOGIN_STYLE = '/assets/login.css';

export const loginPage = ({ next, problem }: LoginView) => html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>listing-bridge: log in</title></head>
<body><main><h1>listing-bridge</h1>
${problem === undefined ? '' : html`<p role="alert">${problem}</p>`}
<form method="post" action="/login">
<input type="hidden" name="next" value="${next}">
<label for="token">Token (server.token of the config)</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button>
</form></main></body>
</html>
`;
