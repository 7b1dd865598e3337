/** `server/channels/web/webhook.go` of https://github.com/mattermost/mattermost, and its reading of Slack's commands and of mentions. */
import { type Fields, isText, Refusal, startTarget, type Target } from './target.ts';

/** Slack's `<!channel>` is one of theirs, too. */
const asOwn = (text: string) => text.replaceAll(/<!(channel|here|all)(?:\|[^>]*)?>/g, '@$1');

export const mentionsIn = (text: string): readonly string[] =>
  [...asOwn(text).matchAll(/@([a-z0-9][\w.-]*)/gi)].map(([mention]) => mention);

export function startMattermost(path: string): Promise<Target> {
  const refuse = (id: string, status = 400) => new Refusal(status, { id, status_code: status });
  return startTarget(
    'Mattermost',
    path,
    ({ text }: Fields) => {
      if (!isText(text)) throw refuse('web.incoming_webhook.text.app_error');
      return { taken: text, answer: 'ok' };
    },
    refuse('web.incoming_webhook.invalid.app_error'),
  );
}
