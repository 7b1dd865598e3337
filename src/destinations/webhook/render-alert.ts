/**
 * An alert for a program: JSON whose `type` is `alert`, whatever `body`, `forEach` and templates say. It has
 * none of the fields that announcements have but `id` and `type`, so that no receiver can read an order in it.
 * `text` is the field that Slack, Mattermost and their like show.
 */
import { ALERT_TYPE } from '../../alert.ts';
import type { AlertContent } from '../../delivery/content.ts';
import type { WebhookMessage } from './message.ts';
import { JSON_TYPE } from './render.ts';

/** Fields that receivers rely on: only ever add to them. */
export function renderWebhookAlert(
  _options: unknown,
  { alert: { id, severity, headline, paragraphs, data } }: Pick<AlertContent, 'alert'>,
): WebhookMessage {
  const text = [headline, ...paragraphs].join('\n\n');
  return {
    body: JSON.stringify({ ...data, id, type: ALERT_TYPE, severity, text }),
    contentType: JSON_TYPE,
  };
}
