/** The rendered message for a webhook: the exact bytes, since they are signed. */
export interface WebhookMessage {
  readonly body: string;
  readonly contentType: string;
}
