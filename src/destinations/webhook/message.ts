/** What a render hands to a sender for a webhook: the exact bytes, since they are signed. */
export interface WebhookMessage {
  readonly body: string;
  readonly contentType: string;
}
