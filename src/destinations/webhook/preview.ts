/** The request that a message becomes, for people. Query values, header values and whatever in the path looks like a token stay hidden. */
import { REDACTED } from '../../platform/secret.ts';
import type { RequestPreview } from '../destination.ts';
import type { WebhookMessage } from './message.ts';
import type { WebhookOptions } from './options.ts';

export function previewWebhook(
  options: Pick<WebhookOptions, 'url' | 'method' | 'headers'>,
  { body, contentType }: WebhookMessage,
): RequestPreview {
  const own = Object.keys(options.headers).map((name) => [name, REDACTED] as const);
  const namesType = own.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    method: options.method,
    url: withoutSecrets(new URL(options.url.reveal())),
    headers: { ...(!namesType && { 'content-type': contentType }), ...Object.fromEntries(own) },
    body: /json/i.test(contentType) ? parsed(body) : body,
  };
}

/** A text without values may be called JSON whatever it is. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** `origin` has no user name or password. */
function withoutSecrets({ origin, pathname, searchParams }: URL): string {
  const path = pathname.split('/').map((segment) => (looksLikeToken(segment) ? REDACTED : segment));
  const query = [...searchParams.keys()].map((name) => `${encodeURIComponent(name)}=${REDACTED}`);
  return `${origin}${path.join('/')}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}

/** Services that sign by path (`/services/T0/B0/xyz`, `/hook/<uuid>`) use long segments with digits in them. */
const looksLikeToken = (segment: string) => segment.length >= 16 && /\d/.test(segment);
