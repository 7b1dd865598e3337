/** The HTTP side of a bridge that does nothing, as a browser and as a program see it. */
import { createMetrics } from '../../src/ops/metrics.ts';
import type { Status } from '../../src/ops/status.ts';
import { Figures } from '../../src/outbox/history/figures.ts';
import { barsOf, groupOf, type Stats } from '../../src/outbox/history/stats.ts';
import { Secret } from '../../src/platform/secret.ts';
import { type AppParts, createApp } from '../../src/web/app.ts';
import type { Ops } from '../../src/web/ops.ts';
import type { ServerOptions } from '../../src/web/options.ts';
import { FakeClock } from './fake-clock.ts';
import { NO_STATUS } from './status.ts';

export const TOKEN = 'a-token-of-some-length';
export const BEARER = { authorization: `Bearer ${TOKEN}` };
export const LOCAL: ServerOptions = { host: '127.0.0.1', port: 0 };
export const LOCAL_WITH_TOKEN: ServerOptions = { ...LOCAL, token: new Secret(TOKEN) };
export const PUBLIC: ServerOptions = { host: '0.0.0.0', port: 0, token: new Secret(TOKEN) };

const UNKNOWN = { ok: false, problem: 'there is no such delivery', code: 'unknown' } as const;

export const idleOps = (status: Status = NO_STATUS): Ops => ({
  redact: (text) => text,
  clock: new FakeClock(),
  status: () => status,
  tables: () => status.tables,
  cooldowns: () => status.cooldowns,
  metrics: createMetrics('1', () => status),
  figures: () => undefined,
  budgets: () => [],
  lastReload: () => undefined,
  destination: () => undefined,
  dryRun: () => Promise.resolve(undefined),
  decision: () => Promise.resolve({ ok: true, value: undefined }),
  page: () => Promise.resolve({ ok: true, value: { deliveries: [], next: undefined } }),
  look: () => undefined,
  find: () => Promise.resolve({ ok: true, value: [] }),
  announcements: () => Promise.resolve({ ok: true, value: { announcements: [], next: undefined } }),
  stats: ({ sinceMs, untilMs }) => Promise.resolve({ ok: true, value: noStats(sinceMs, untilMs) }),
  config: () => ({ file: 'config.yaml', config: {} }),
  retry: () => Promise.resolve({ ok: true, value: UNKNOWN }),
  discard: () => Promise.resolve({ ok: true, value: UNKNOWN }),
  rules: () => [],
  names: () => ({ feeds: [], rules: [], destinations: [] }),
  reload: () => Promise.resolve({ ok: true, changes: [], needsRestart: [] }),
  inject: () => ({ ok: false, problem: 'nothing is taken here', code: 'stopping' }),
  listen: () => () => undefined,
  mutes: {
    list: () => Promise.resolve({ ok: true, value: [] }),
    mute: () => Promise.resolve({ ok: true }),
    lift: () => Promise.resolve({ ok: true }),
  },
  failed: () => undefined,
  loginFailed: () => undefined,
});

function noStats(sinceMs: number, untilMs: number): Stats {
  const { news, sent } = new Figures();
  return {
    ...{
      sinceMs,
      untilMs,
      missing: [],
      losses: [],
      off: [],
      knownSinceMs: undefined,
      stepMs: 3_600_000,
      series: [],
    },
    ...{ total: { ...groupOf('', news, sent), ...barsOf(news, sent) }, groups: [] },
  };
}

export const webOf = (options: ServerOptions, ops: Partial<Ops> = {}, parts: AppParts = {}) =>
  createApp(options, { ...idleOps(), ...ops }, parts);

type Web = ReturnType<typeof webOf>;

/** Keeps cookies, follows no redirect, and says of every request where it comes from, as browsers do. */
export class Browser {
  readonly #web: Web;
  readonly origin: string;
  readonly cookies = new Map<string, string>();

  constructor(web: Web, origin = 'http://127.0.0.1:8787') {
    this.#web = web;
    this.origin = origin;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    const from = { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' };
    return this.#ask(path, { headers: { accept: 'text/html', ...from, ...headers } });
  }

  submit(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const own = { origin: this.origin, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' };
    return this.#ask(path, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { accept: 'text/html', ...own, ...headers },
    });
  }

  async #ask(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    // An empty one stands for a browser that leaves it out.
    for (const [name, value] of [...headers]) if (value === '') headers.delete(name);
    if (!headers.has('host')) headers.set('host', new URL(this.origin).host);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookie !== '') headers.set('cookie', cookie);
    const response = await this.#web.request(new URL(path, this.origin).href, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }
}
