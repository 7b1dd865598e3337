/** A request that is refused, for people. */
import { html } from 'hono/html';

export interface RefusalView {
  readonly status: number;
  readonly problem: string;
  readonly code: string;
}

export const refusalPage = ({ status, problem, code }: RefusalView) => html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>listing-bridge: ${status}</title></head>
<body><main><h1>${status}</h1><p>${problem} [${code}]</p><p><a href="/">listing-bridge</a></p></main></body>
</html>
`;
