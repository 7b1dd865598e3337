/** An HTTP receiver as a destination type. */

import { secretName } from '../../platform/secret.ts';
import { limitsOf, socketsOf } from '../common-options.ts';
import { destinationType } from '../registry.ts';
import type { WebhookMessage } from './message.ts';
import { type WebhookOptions, webhookOptions } from './options.ts';
import { webhookPatterns } from './patterns.ts';
import { previewWebhook } from './preview.ts';
import { compileWebhook } from './render.ts';
import { renderWebhookAlert } from './render-alert.ts';
import { serviceAt } from './services.ts';

export const webhook = destinationType<WebhookOptions, WebhookMessage>({
  schema: webhookOptions,
  about:
    'Any program that takes an HTTP request. Without `body` it gets every field of the announcement as JSON. `body` as a tree becomes JSON; as a text, plain text or the type in `contentType`. One announcement makes at most `maxTickers` requests.',
  form: 'order',
  perTicker: true,
  takenBody: '{"ok":true}',
  manner: [],
  templated: ['body'],
  answerPatterns: [['success', 'bodyMatches']],
  patterns: webhookPatterns,
  whereToGet: {
    url: 'the address at which your program takes requests',
    secret: 'make one, and give it to your program too: echo "whsec_$(openssl rand -base64 32)"',
  },
  ownFormService: serviceAt,
  // Somebody's own service: as fast as it will take it, unless the user says otherwise.
  origin: ({ url }) => new URL(url.reveal()).origin,
  budgets: (options) => ({
    farEnd: secretName(options.url.reveal()),
    // Nothing is counted for all addresses of a host but the connections of this machine.
    broadest: `webhook:${secretName(options.url.reveal())}`,
    own: limitsOf(options) ?? [],
    shared: [socketsOf(new URL(options.url.reveal()).origin, options)],
  }),
  compile: { news: compileWebhook, alert: (options) => (alert) => renderWebhookAlert(options, alert) },
  preview: previewWebhook,
  inquire: async (options, deps) => (await import('./inquire.ts')).inquireWebhook(options, deps),
  open: async (options, deps) => new (await import('./send.ts')).WebhookSender(options, deps),
});
