/** The fetch of a table, as its options ask for it: whatever rows come. */
import { Secret } from '../platform/secret.ts';
import type { TlsOptions } from '../platform/way.ts';
import type { FetchTask } from './fetch.ts';
import type { UrlTableOptions } from './options.ts';

export function fetchTaskOf(options: UrlTableOptions, userAgent: string): FetchTask {
  const { url, headers, timeout, proxy, tls, format, rows, key, value, where } = options;
  return {
    ...{ url, userAgent, timeoutMs: timeout, leastRows: 1 },
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, text.reveal()])),
    proxy: proxy instanceof Secret ? proxy.reveal() : undefined,
    tls: { insecure: tls.insecure, authority: (tls as TlsOptions).authority },
    read: { format, rows, key, value, where },
  };
}
