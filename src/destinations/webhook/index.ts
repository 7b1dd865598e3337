/** An HTTP receiver as a destination type. */

import { secretName } from '../../platform/secret.ts';
import { limitsOf, socketsOf } from '../common-options.ts';
import type { DestinationType } from '../destination.ts';
import type { WebhookMessage } from './message.ts';
import { type WebhookOptions, webhookOptions } from './options.ts';
import { previewWebhook } from './preview.ts';
import { compileWebhook } from './render.ts';
import { renderWebhookAlert } from './render-alert.ts';

export const webhook: DestinationType<WebhookOptions, WebhookMessage> = {
  schema: webhookOptions,
  // Somebody's own service: as fast as it will take it, unless the user says otherwise.
  budgets: (options) => ({
    farEnd: secretName(options.url.reveal()),
    own: limitsOf(options) ?? [],
    shared: [socketsOf(new URL(options.url.reveal()).origin, options.warm)],
  }),
  compile: compileWebhook,
  renderAlert: renderWebhookAlert,
  preview: previewWebhook,
  open: async (options, deps) => new (await import('./send.ts')).WebhookSender(options, deps),
};
