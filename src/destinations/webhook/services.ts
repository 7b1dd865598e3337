/** Services that take only a form of their own, known by their addresses: they refuse what a webhook without `body` sends. */
import { Secret } from '../../platform/secret.ts';
import type { OwnFormService } from '../own-form.ts';
import type { WebhookOptions } from './options.ts';

interface Service extends OwnFormService {
  isAt(url: URL): boolean;
}

const TEXT_FIELD = 'body: { text: "{{ title }}" }';

const SERVICES: readonly Service[] = [
  {
    name: 'Slack',
    // https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
    isAt: ({ hostname }) => /^hooks\.slack(-gov)?\.com$/i.test(hostname),
    takes: 'refuses',
    body: TEXT_FIELD,
  },
  {
    name: 'ntfy',
    // https://docs.ntfy.sh/publish/: at the root JSON needs a topic, at a topic it is shown as it is.
    isAt: ({ hostname }) => /(^|\.)ntfy(\.|$)/i.test(hostname),
    takes: 'refuses, or shows as it is,',
    body: 'body: "{{ title }}", with the topic in `url`',
  },
  {
    name: 'Mattermost',
    // A key of 26 letters and digits: https://developers.mattermost.com/integrate/webhooks/incoming/
    isAt: ({ pathname }) => /\/hooks\/[a-z0-9]{26}$/.test(pathname),
    takes: 'refuses',
    body: TEXT_FIELD,
  },
];

/** Options of a config with mistakes may have no address, or none that can be read. */
export function serviceAt({ url: secret }: Partial<Pick<WebhookOptions, 'url'>>): OwnFormService | undefined {
  const address = secret instanceof Secret ? secret.reveal() : '';
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  return SERVICES.find((service) => service.isAt(url));
}
