/** From an announcement to the body of a webhook request: the rule's template, else the destination's own, else the default. */
import { within } from '../../templates/problem.ts';
import type { TemplateOptions } from '../../templates/template.ts';
import type { RenderInput } from '../../templates/variables.ts';
import { type RenderedFor, scopeOf } from '../../templates/variables.ts';
import type { Render } from '../destination.ts';
import type { WebhookMessage } from './message.ts';
import type { WebhookOptions } from './options.ts';
import { compileJson } from './render-json.ts';
import { compileTextBody } from './render-text.ts';

export { previewWebhook } from './preview.ts';

export const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain; charset=utf-8';

type Options = Pick<WebhookOptions, 'body' | 'contentType' | 'forEach'> &
  Partial<Pick<WebhookOptions, 'headers'>>;

export function compileWebhook(
  options: Options,
  template: TemplateOptions | undefined,
): Render<WebhookMessage> {
  if (template?.body !== undefined) return within(['body'], () => compileBody(template.body, options));
  if (template?.text !== undefined) return within(['text'], () => compileBody(template.text, options));
  return within(['body'], () => compileBody(options.body, options));
}

/** Problems name their path from the body's root. */
function compileBody(source: unknown, options: Options): Render<WebhookMessage> {
  const renderedFor: RenderedFor = options.forEach ?? 'announcement';
  // An empty `body:` in YAML is null.
  if (source === undefined || source === null)
    return (input) => ({ body: defaultBody(input), contentType: JSON_TYPE });
  if (typeof source === 'string') {
    const { contentType = TEXT_TYPE } = options;
    const text = compileTextBody(source, sentTypeOf(options.headers) ?? contentType, renderedFor);
    return (input) => ({ body: text(scopeOf(input)), contentType });
  }
  const json = compileJson(source, renderedFor);
  return (input) => ({ body: json(scopeOf(input)), contentType: JSON_TYPE });
}

/** Of most requests to this destination: all but those of a rule's own template. */
export const usualTypeOf = ({ body, contentType }: Pick<WebhookOptions, 'body' | 'contentType'>): string =>
  typeof body === 'string' ? (contentType ?? TEXT_TYPE) : JSON_TYPE;

/** The user's own header wins over `contentType`. */
function sentTypeOf(headers: Options['headers'] = {}): string | undefined {
  const [, value] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type') ?? [];
  return value?.reveal();
}

/** One announcement often goes to many: the same words to all of them. Only the last is kept. */
let last: (RenderInput & { readonly body: string }) | undefined;

function defaultBody({ announcement, rule, ticker }: RenderInput): string {
  if (last?.announcement !== announcement || last.rule !== rule || last.ticker !== ticker)
    last = { announcement, rule, ticker, body: bodyOf({ announcement, rule, ticker }) };
  return last.body;
}

/** Fields that receivers rely on: only ever add to them. */
function bodyOf({ announcement, rule, ticker }: RenderInput): string {
  return JSON.stringify({
    id: announcement.id,
    type: announcement.type,
    publisher: announcement.publisher,
    listingType: announcement.listingType,
    // Left out, not null, when there is no forEach.
    ticker,
    tickers: announcement.tickers,
    title: announcement.title,
    publishTimestampUs: announcement.publishTimestampUs ?? null,
    detectedTimestampUs: announcement.detectedTimestampUs ?? null,
    dispatchTimestampUs: announcement.dispatchTimestampUs ?? null,
    receivedTimestampUs: announcement.receivedTimestampUs,
    feed: announcement.feed,
    rule,
    redacted: announcement.redacted,
    test: announcement.test,
  });
}
